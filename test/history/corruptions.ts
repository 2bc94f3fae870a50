/** Single faults put into correct histories, of the kind that must be found. */

import type { Entry } from '../../src/protocol/types.ts'
import type {
  GapEvent,
  History,
  HistoryEvent,
  InvokeEvent,
  JoinedEvent,
  OkEvent,
  ResetEvent,
  RoomLog,
  SawEvent,
} from '../../src/testing/history-events.ts'
import type { Random } from '../../src/testing/random.ts'

/** Changes one thing; `null`: this history has nothing of the kind. */
export type Corruption = (history: History, random: Random) => History | null

type OfRoom = HistoryEvent & { readonly room: string }

/** The fault can be put at the events that `fits`; one of them is chosen. */
function at<E extends HistoryEvent>(
  fits: (event: HistoryEvent, i: number, history: History) => event is E,
  change: (event: E, i: number, history: History) => readonly HistoryEvent[] | null,
  also: (event: E, i: number, history: History) => boolean = () => true,
): Corruption {
  return (history, random) => {
    const places: [E, number][] = []
    for (const [i, event] of history.events.entries()) {
      if (fits(event, i, history) && also(event, i, history)) places.push([event, i])
    }
    if (places.length === 0) return null
    const [event, i] = random.pick(places)
    const instead = change(event, i, history)
    return instead === null ? null : { ...history, events: numbered(history.events, i, instead) }
  }
}

/** Replaces one event by others. */
function numbered(
  events: readonly HistoryEvent[],
  i: number,
  instead: readonly HistoryEvent[],
): HistoryEvent[] {
  return [...events.slice(0, i), ...instead, ...events.slice(i + 1)].map((event, n) => ({
    ...event,
    at: n + 1,
  }))
}

const isSaw = (event: HistoryEvent): event is SawEvent => event.type === 'saw'
/** It was shown in its order, not looked up. */
const isNext = (event: HistoryEvent): event is SawEvent => isSaw(event) && event.via !== 'page'
const isOk = (event: HistoryEvent): event is OkEvent => event.type === 'ok'
const isGap = (event: HistoryEvent): event is GapEvent => event.type === 'gap'
const isInvoke = (event: HistoryEvent): event is InvokeEvent => event.type === 'invoke'
const isJoined = (event: HistoryEvent): event is JoinedEvent => event.type === 'joined'
const isReset = (event: HistoryEvent): event is ResetEvent => event.type === 'reset'

/** What comes after an event in the same membership. */
function after(history: History, i: number): OfRoom[] {
  const { connection, room } = history.events[i] as OfRoom
  const found: OfRoom[] = []
  for (const event of history.events.slice(i + 1)) {
    if (event.connection !== connection || !('room' in event) || event.room !== room) continue
    if (event.type === 'invoke' || event.type === 'ok') continue
    found.push(event as OfRoom)
    if (event.type === 'reset' || event.type === 'left') break
  }
  return found
}

/** The same stream goes on, or must have come to its end. */
const goesOn = (event: SawEvent | GapEvent, i: number, history: History): boolean =>
  after(history, i).some(
    (next) =>
      next.type === 'rest' ||
      (next.type === 'complete' && event.via === 'missed') ||
      ((next.type === 'saw' || next.type === 'gap') && next.via === event.via),
  )

const rests = (_: HistoryEvent, i: number, history: History): boolean =>
  after(history, i).some(({ type }) => type === 'rest')

/** The log that the connection was told it is in. */
function epochAt({ events }: History, i: number): string | undefined {
  const { connection, room } = events[i] as OfRoom
  const told = events
    .slice(0, i + 1)
    .findLast(
      (event) =>
        (event.type === 'joined' || event.type === 'reset') &&
        event.connection === connection &&
        event.room === room,
    )
  return (told as JoinedEvent | ResetEvent | undefined)?.epoch
}

const logOf = (history: History, room: string): RoomLog | undefined =>
  history.logs.find((log) => log.room === room)

/** Storage still has what was seen. */
const kept = ({ entry, room }: SawEvent, _: number, history: History): boolean =>
  logOf(history, room)?.entries.includes(entry) === true

/** Storage still has what was acknowledged. */
const stored = ({ room, seq, ts, call }: OkEvent, _: number, history: History): boolean => {
  const invoke = history.events.find((event) => isInvoke(event) && event.call === call)
  const entry = logOf(history, room)?.entries.find((one) => one.seq === seq)
  return (
    entry?.ts === ts &&
    entry.from.id === invoke?.person &&
    entry.cid === (invoke as InvokeEvent).cid
  )
}

/** It was said only once. */
const once = ({ call }: OkEvent, _: number, { events }: History): boolean => {
  const first = events.find((event) => isInvoke(event) && event.call === call) as InvokeEvent
  const { person, cid, room } = first
  const tries = events.filter(
    (event) =>
      isInvoke(event) && event.person === person && event.cid === cid && event.room === room,
  )
  return tries.length === 1
}

/** Changes a log with entries. */
function inLog(change: (log: RoomLog, random: Random) => Partial<RoomLog>): Corruption {
  return (history, random) => {
    const full = history.logs.filter(({ entries }) => entries.length > 2)
    if (full.length === 0) return null
    const log = random.pick(full)
    const changed = { ...log, ...change(log, random) }
    return { ...history, logs: history.logs.map((one) => (one === log ? changed : one)) }
  }
}

/** Changes one entry of a log. */
function inEntry(
  fits: (entry: Entry) => boolean,
  change: (entry: Entry) => Partial<Entry>,
): Corruption {
  return (history, random) => {
    const logs = history.logs.filter(({ entries }) => entries.some(fits))
    if (logs.length === 0) return null
    const log = random.pick(logs)
    const other = random.pick(log.entries.filter(fits))
    const { deleted: _, ...rest } = other
    const entries = log.entries.map((one) => (one === other ? { ...rest, ...change(other) } : one))
    return {
      ...history,
      logs: history.logs.map((one) => (one === log ? { ...log, entries } : one)),
    }
  }
}

/** All of them, by name. */
export const CORRUPTIONS: Readonly<Record<string, Corruption>> = {
  'something shown is left out': at(isNext, () => [], goesOn),
  'something is shown twice': at(isNext, (event) => [event, event]),
  'something is shown before the one before it': at(
    isNext,
    (event, i, { events }) => [{ ...(events[i + 1] as SawEvent) }, event],
    (event, i, history) => {
      const next = history.events[i + 1]
      return (
        next !== undefined && isSaw(next) && next.via === event.via && goesOn(event, i, history)
      )
    },
  ),
  'another text is shown': at(
    isSaw,
    (event) => [{ ...event, entry: { ...event.entry, text: 'else' } }],
    kept,
  ),
  'another time is shown': at(
    isSaw,
    (event) => [{ ...event, entry: { ...event.entry, ts: 1 } }],
    kept,
  ),
  'another seq is acknowledged': at(isOk, (event) => [{ ...event, seq: event.seq + 1 }], stored),
  'another time is acknowledged': at(isOk, (event) => [{ ...event, ts: 1 }], stored),
  'something acknowledged is called refused': at(
    isOk,
    ({ room: _room, seq: _seq, ts: _ts, duplicate: _duplicate, ...event }) => [
      { ...event, type: 'fail', code: 'overloaded' },
    ],
    (event, i, history) => once(event, i, history) && stored(event, i, history),
  ),
  'the first answer is called a duplicate': at(
    isOk,
    (event) => [{ ...event, duplicate: true }],
    once,
  ),
  'an answer comes twice': at(isOk, (event) => [event, event]),
  'nobody asked': at(
    isInvoke,
    () => [],
    ({ call }, _, { events }) =>
      events.some((event) => event.type !== 'invoke' && 'call' in event && event.call === call),
  ),
  'nobody joined': at(
    isJoined,
    () => [],
    (_, i, history) => after(history, i).length > 0,
  ),
  'left too early': at(isSaw, ({ entry: _entry, via: _via, ...event }, i, { events }) => [
    { ...event, type: 'left' },
    events[i] as SawEvent,
  ]),
  'the head of joining is another': at(
    isJoined,
    (event) => [{ ...event, head: event.head + 1 }],
    rests,
  ),
  'no reset on joining': at(
    isJoined,
    (event) => [{ ...event, reset: false }],
    ({ reset }) => reset === true,
  ),
  'no reset': at(isReset, () => [], rests),
  'no gap': at(isGap, () => [], goesOn),
  'the gap is too large': at(
    isGap,
    (event) => [{ ...event, to: event.to + 1 }],
    ({ to, room }, i, history) => {
      const log = logOf(history, room)
      return log !== undefined && to + 1 >= log.first && epochAt(history, i) === log.epoch
    },
  ),
  'nobody knows of that log': (history, random) => {
    const lost = history.lost ?? []
    const seen = lost.filter(({ epoch }) =>
      history.events.some((event) => 'epoch' in event && event.epoch === epoch),
    )
    if (seen.length === 0) return null
    const gone = random.pick(seen)
    return { ...history, lost: lost.filter((log) => log !== gone) }
  },
  'an entry is lost': inLog(({ entries }, random) => {
    const gone = random.pick(entries)
    return { entries: entries.filter((entry) => entry !== gone) }
  }),
  'the last entry is lost': inLog(({ entries, head }) => ({
    entries: entries.slice(0, -1),
    head: head - 1,
  })),
  'an entry is stored twice': inLog(({ entries, head }, random) => ({
    entries: [...entries, { ...random.pick(entries), seq: head + 1 }],
    head: head + 1,
  })),
  'two entries change places': inLog(({ entries }, random) => {
    const i = random.int(0, entries.length - 2)
    const [one, two] = entries.slice(i, i + 2)
    if (one === undefined || two === undefined) throw new Error('there are more')
    const swapped = [
      { ...two, seq: one.seq },
      { ...one, seq: two.seq },
    ]
    return { entries: [...entries.slice(0, i), ...swapped, ...entries.slice(i + 2)] }
  }),
  'a text is stored otherwise': inLog(({ entries }, random) => {
    const other = random.pick(entries)
    return {
      entries: entries.map((entry) => (entry === other ? { ...entry, text: 'else' } : entry)),
    }
  }),
  'somebody else is said to have said it': inLog(({ entries }, random) => {
    const other = random.pick(entries)
    const from = { id: 'nobody', name: 'nobody' }
    return { entries: entries.map((entry) => (entry === other ? { ...entry, from } : entry)) }
  }),
  'what is deleted is there': inEntry(
    ({ deleted }) => deleted === true,
    () => ({ text: 'else' }),
  ),
  'what is deleted has its text': inEntry(
    ({ deleted }) => deleted === true,
    () => ({ text: 'else', deleted: true }),
  ),
  'what is edited has another text': inEntry(
    ({ edited }) => edited !== undefined,
    () => ({ text: 'else' }),
  ),
  'what is edited has another edit': inEntry(
    ({ edited }) => edited !== undefined,
    ({ edited = 0 }) => ({ edited: edited + 1 }),
  ),
  'a reaction counts twice': inEntry(
    ({ reactions }) => reactions !== undefined,
    ({ reactions = [] }) => ({
      reactions: reactions.map((one) => ({ ...one, count: one.count + 1 })),
    }),
  ),
  'nobody is said to have reacted': inEntry(
    ({ reactions }) => reactions !== undefined,
    () => ({ reactions: [] }),
  ),
  'something is changed that isn’t there': inEntry(
    ({ ref }) => ref !== undefined,
    ({ seq }) => ({ ref: seq }),
  ),
  'what was deleted is shown': at(
    isSaw,
    ({ entry, ...event }) => {
      const { deleted: _, ...rest } = entry
      return [{ ...event, entry: { ...rest, text: 'else' } }]
    },
    ({ entry, room }, i, history) =>
      entry.deleted === true && logOf(history, room)?.epoch === epochAt(history, i),
  ),
  'what is looked up is older than it says': at(
    isSaw,
    (event) => [{ ...event, entry: { ...event.entry, reactions: [] } }],
    ({ entry: { reactions, seq }, room, via }, i, history) => {
      const log = logOf(history, room)
      if (via !== 'page') return false
      const isKept = seq >= (log?.first ?? 0) && log?.epoch === epochAt(history, i)
      return reactions !== undefined && isKept
    },
  ),
}
