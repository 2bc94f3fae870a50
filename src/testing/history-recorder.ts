/** Makes the record that the history checker judges. */

import type { Storage } from '../spi/storage.ts'
import type { HistoryEvent, RoomLog } from './history-events.ts'
import { HistoryTap } from './history-tap.ts'
import type { Closing } from './mailbox.ts'

/** A record in the making. Made by {@link historyRecorder}. */
export interface HistoryRecorder {
  /** Everything so far, in order. */
  readonly events: readonly HistoryEvent[]
  /** Listens in on a new connection of this client. */
  tap(client: string): HistoryTap
  /** This client is in this room, and has been left in peace for long: it must have everything. */
  rest(client: string, room: string): void
}

/** Hears a connection, as the client's end of the simulated network does. */
export interface RecordedEar {
  payload(text: string): void
  closed(closing: Closing): void
}

/** Starts a record. Times in it are an index: the order in which things were noted. */
export function historyRecorder(): HistoryRecorder {
  const events: HistoryEvent[] = []
  const tickets = new Map<string, string>()
  const taps = new Map<string, HistoryTap>()
  let connections = 0
  let calls = 0

  function tap(client: string): HistoryTap {
    connections += 1
    const made = new HistoryTap({
      client,
      connection: connections,
      tickets,
      write: (line) => void events.push({ at: events.length + 1, ...line } as HistoryEvent),
      nextCall: () => {
        calls += 1
        return calls
      },
    })
    taps.set(client, made)
    return made
  }

  return {
    events,
    tap,
    rest: (client, room) => (taps.get(client) ?? tap(client)).rest(room),
  }
}

/**
 * Wraps what a client dials with, so that everything that goes over its connections is recorded.
 * It fits `testClient` and `recordingClient`, and whatever client has a `send` and an ear.
 *
 * @example
 * const recorder = historyRecorder()
 * const dial = recordedDial(recorder, 'ana', (ear) => transport.connect(ear))
 * const client = testClient({ clock, random, dial, room: 'geral', label: 'ana' })
 * // … when everything is over
 * recorder.rest('ana', 'geral')
 * const logs = [await readLog(storage, 'geral')]
 * assert.deepEqual(checkHistory({ events: recorder.events, logs }), [])
 */
export function recordedDial<L extends { send(payload: string): void }>(
  recorder: HistoryRecorder,
  client: string,
  dial: (ear: RecordedEar) => L,
): (ear: RecordedEar) => L {
  return (ear) => {
    const tap = recorder.tap(client)
    const link = dial({
      payload(text) {
        tap.received(text)
        ear.payload(text)
      },
      closed(closing) {
        tap.closed()
        ear.closed(closing)
      },
    })
    const send = (payload: string): void => {
      tap.sent(payload)
      link.send(payload)
    }
    return new Proxy(link, {
      get(target, key) {
        if (key === 'send') return send
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
}

/** Entries read at once. */
const PAGE = 1000

/**
 * Reads a room's whole log, for {@link History.logs}. Rejects when there is no such room, or with
 * what storage rejects with. Nothing should be stored meanwhile.
 */
export async function readLog(
  storage: Pick<Storage, 'read' | 'rooms'>,
  room: string,
): Promise<RoomLog> {
  const record = await storage.rooms.get(room)
  let page = await storage.read(room, { after: 0, limit: PAGE })
  if (record === null || page === null) throw new Error(`there is no room ${room}`)
  const { epoch, head, first } = page
  const entries = [...page.entries]
  let at = 0
  // A storage that doesn't go on is for the checker to judge, not to wait for.
  for (let last = entries.at(-1)?.seq ?? 0; last > at; last = entries.at(-1)?.seq ?? 0) {
    at = last
    page = await storage.read(room, { after: at, limit: PAGE })
    for (const entry of page?.entries ?? []) entries.push(entry)
  }
  const only = record.only?.map(({ id }) => id)
  return { room, epoch, first, head, entries, ...(only === undefined ? undefined : { only }) }
}
