/** What became of what was said: each key by itself, and the order among them. */

import type { Entry } from '../protocol/types.ts'
import type {
  ActEvent,
  FailEvent,
  History,
  InvokeEvent,
  OkEvent,
  UnknownEvent,
} from './history-events.ts'
import type { Log, Logs } from './history-logs.ts'
import type { Findings } from './history-rules.ts'
import { told } from './history-versions.ts'

/** An acknowledgement. */
interface Ok {
  readonly event: OkEvent
  /** The log it speaks of; undefined: the client was in no log of that room. */
  readonly log: Log | undefined
  /** The try that it answers. */
  readonly invoke: InvokeEvent
  /** How many tries there had been. */
  readonly tries: number
}

/**
 * One thing under a key: a text, and what is done with it to which entry. A second one is a mistake
 * of the client, which the server must refuse.
 */
interface Wording {
  readonly invoke: InvokeEvent
  tries: number
  refused: number
}

/** Everything said under one (room, person, cid). */
interface Key {
  readonly invoke: InvokeEvent
  /** The log it was said to first, as far as is known, and what was known to be in it then. */
  readonly log: Log | undefined
  readonly known: number
  readonly wordings: Wording[]
  readonly oks: Ok[]
  readonly conflicts: FailEvent[]
  tries: number
  places: { readonly log: Log; readonly entry: Entry }[] | null
}

interface Call {
  readonly invoke: InvokeEvent
  key: Key | null
  answered: boolean
}

/** Follows the sends of a record, and judges them at its end. */
export class Sends {
  private readonly calls = new Map<number, Call>()
  /** By room, person, cid. */
  private readonly rooms = new Map<string, Map<string, Map<string, Key>>>()
  /** Private messages, by person and cid: their room, or the tries while it isn't known. */
  private readonly private = new Map<string, Map<string, string | Call[]>>()
  /** Acts that were asked for, by room, person, kind. */
  private readonly acts = new Set<string>()
  private readonly logs: Logs
  private readonly findings: Findings

  constructor(logs: Logs, findings: Findings) {
    this.logs = logs
    this.findings = findings
  }

  // ── the record ─────────────────────────────────────────────────────────────────────────────

  /** @param log the log the client is in */
  invoked(event: InvokeEvent, log: Log | undefined): void {
    if (this.calls.has(event.call)) {
      return this.findings.add('protocol', event, `try ${event.call} was recorded twice`)
    }
    const call: Call = { invoke: event, key: null, answered: false }
    this.calls.set(event.call, call)
    if (event.room !== null) this.assign(call, event.room, log)
    else this.whispered(call)
  }

  acted({ room, person, kind }: ActEvent): void {
    this.acts.add(JSON.stringify([room, person, kind]))
  }

  /** @param log the log the client was in */
  acknowledged(event: OkEvent, log: Log | undefined): void {
    const call = this.answer(event)
    log?.heard(event.seq)
    if (call === null) return
    const { invoke } = call
    if (invoke.room !== null && invoke.room !== event.room) {
      return this.findings.add('protocol', event, `${invoke.cid} was said in ${invoke.room}`)
    }
    if (call.key === null) this.settleRoom(call, event.room)
    const key = call.key ?? this.assign(call, event.room, log)
    key.oks.push({ event, log, invoke, tries: key.tries })
  }

  refused(event: FailEvent): void {
    const call = this.answer(event)
    if (call?.key == null) return
    const wording = wordingOf(call.key, call.invoke)
    wording.refused += 1
    if (event.code === 'conflict') call.key.conflicts.push(event)
  }

  unanswered(event: UnknownEvent): void {
    this.answer(event)
  }

  private answer(event: OkEvent | FailEvent | UnknownEvent): Call | null {
    const call = this.calls.get(event.call)
    if (call === undefined || call.answered) {
      const what = call === undefined ? 'something that was not asked' : 'something again'
      this.findings.add('protocol', event, `${what} is answered, try ${event.call}`)
      return null
    }
    call.answered = true
    return call
  }

  private whispered(call: Call): void {
    const { person, cid } = call.invoke
    const cids = mapIn(this.private, person)
    const known = cids.get(cid)
    if (typeof known === 'string') this.assign(call, known, undefined)
    else if (known === undefined) cids.set(cid, [call])
    else known.push(call)
  }

  /** The room of a private message is known now. */
  private settleRoom({ invoke: { person, cid } }: Call, room: string): void {
    const cids = mapIn(this.private, person)
    const known = cids.get(cid)
    cids.set(cid, room)
    if (typeof known !== 'object') return
    for (const call of known) this.assign(call, room, undefined)
  }

  private assign(call: Call, room: string, log: Log | undefined): Key {
    const { invoke } = call
    const cids = mapIn(mapIn(this.rooms, room), invoke.person)
    let key = cids.get(invoke.cid)
    if (key === undefined) {
      const known = log?.known ?? 0
      key = { invoke, log, known, wordings: [], oks: [], conflicts: [], tries: 0, places: null }
      cids.set(invoke.cid, key)
    }
    key.tries += 1
    wordingOf(key, invoke).tries += 1
    call.key = key
    return key
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────

  /** Compares with what the logs have. */
  judge(foreign: NonNullable<History['foreign']>): void {
    this.settleRooms()
    for (const log of this.logs.all) {
      for (const entry of log.stored?.entries ?? []) this.stored(log, entry, foreign)
    }
    for (const people of this.rooms.values()) {
      for (const cids of people.values()) for (const key of cids.values()) this.judgeKey(key)
    }
    this.judgeConnections()
  }

  /** Private messages that were never acknowledged are looked for in the conversations. */
  private settleRooms(): void {
    for (const { room, stored, only } of this.logs.all) {
      if (only === null) continue
      for (const { from, cid = '' } of stored?.entries ?? []) {
        const known = this.private.get(from.id)?.get(cid)
        const call = typeof known === 'object' ? known[0] : undefined
        if (call !== undefined) this.settleRoom(call, room)
      }
    }
  }

  private stored(log: Log, entry: Entry, foreign: NonNullable<History['foreign']>): void {
    const { cid, from } = entry
    const { room } = log
    const key = cid === undefined ? undefined : this.rooms.get(room)?.get(from.id)?.get(cid)
    if (key === undefined) {
      const isAct = this.acts.has(JSON.stringify([room, from.id, entry.kind]))
      if (!isAct && !foreign(entry))
        this.findings.add('said', { room }, `${told(entry)} was never said`)
      return
    }
    key.places ??= []
    key.places.push({ log, entry })
    if (!key.wordings.some(({ invoke }) => isAs(invoke, entry, log))) {
      this.findings.add('said', { room }, `${told(entry)} was said otherwise`)
    }
  }

  private judgeKey(key: Key): void {
    const { oks, invoke } = key
    const places = key.places ?? []
    for (const ok of oks) this.judgeOk(key, ok)
    if (oks.length > 1) this.judgeRetries(key)
    for (const { log, entry } of places) {
      const where = { room: log.room, client: invoke.client }
      const wordings = key.wordings.filter((wording) => isAs(wording.invoke, entry, log))
      if (wordings.length > 0 && wordings.every(({ refused, tries }) => refused === tries)) {
        this.findings.add('refused', where, `${told(entry)} was refused`)
      }
      if (log === key.log && entry.seq <= key.known) {
        const words = `${told(entry)} was said when ${key.known} was known to be stored`
        this.findings.add('real-time', where, words)
      }
    }
    for (const conflict of key.conflicts) {
      if (key.wordings.length > 1) continue
      this.findings.add('retries', conflict, `${invoke.cid} is a conflict with nothing`)
    }
    this.judgeDoubles(key)
  }

  /** In one log a key has one place. */
  private judgeDoubles({ places, oks, invoke }: Key): void {
    if (places === null || places.length < 2) return
    const seqs = new Map<Log, number[]>()
    for (const { log, entry } of places) seqs.set(log, [...(seqs.get(log) ?? []), entry.seq])
    for (const [log, list] of seqs) {
      if (list.length < 2) continue
      const rule = oks.length > 0 ? 'acknowledged' : 'unknown'
      const where = { room: log.room, client: invoke.client }
      this.findings.add(rule, where, `${invoke.cid} is in the log as ${list.join(' and ')}`)
    }
  }

  private judgeOk(key: Key, { event, invoke, log, tries }: Ok): void {
    const { seq, ts, duplicate } = event
    const { cid, person } = key.invoke
    if (duplicate && tries === 1) {
      this.findings.add('retries', event, `${cid} is a duplicate and was said once`)
    }
    const logs = log === undefined ? [...this.logs.inRoom(event.room)] : [log]
    // Where storage has forgotten it, there is only what others saw.
    const right = logs.some((one) => {
      const entry = one.at(seq)
      if (entry === undefined) return one.forgot(seq)
      if (entry.cid !== cid || entry.from.id !== person || entry.ts !== ts) return false
      // What is gone can't be compared with what is said again.
      const mayBeGone = entry.deleted === true || one.forgot(seq)
      if (duplicate && mayBeGone) return isAs(invoke, entry, null)
      if (!isAs(invoke, entry, one)) return false
      one.learn(seq, invoke.text)
      return true
    })
    if (right) return
    const found = logs.map((one) => one.at(seq)).find((entry) => entry !== undefined)
    const what = found === undefined ? 'nothing there' : `${told(found)} of ${found.ts}`
    this.findings.add('acknowledged', event, `${cid} is ${seq} of ${ts}, the log has ${what}`)
  }

  private judgeRetries({ oks, invoke: { cid } }: Key): void {
    const first = new Map<Log | undefined, Ok>()
    const fresh = new Set<Log | undefined>()
    for (const ok of oks) {
      const { event, log, invoke } = ok
      // A key protects as long as its entry is kept; which came first can't be told then.
      if (log?.forgot(event.seq) === true) continue
      const before = first.get(log)
      if (before === undefined) {
        first.set(log, ok)
      } else if (before.event.seq !== event.seq || before.event.ts !== event.ts) {
        const was = `was ${before.event.seq} of ${before.event.ts}`
        this.findings.add('retries', event, `${cid} ${was} and is ${event.seq} of ${event.ts} now`)
      } else if (!event.duplicate && (fresh.has(log) || before.event.at < invoke.at)) {
        this.findings.add('retries', event, `${cid} was stored before and is no duplicate now`)
      }
      if (!event.duplicate) fresh.add(log)
    }
  }

  /** What went out once is in the order it went out. */
  private judgeConnections(): void {
    const last = new Map<number, Map<Log, number>>()
    for (const { invoke, key } of this.calls.values()) {
      const ok = key?.oks[0]
      if (key?.tries !== 1 || ok?.log === undefined) continue
      let logs = last.get(invoke.connection)
      if (logs === undefined) {
        logs = new Map()
        last.set(invoke.connection, logs)
      }
      const { seq } = ok.event
      const before = logs.get(ok.log) ?? 0
      if (seq <= before) {
        const words = `${invoke.cid} is ${seq}, what was said before it is ${before}`
        this.findings.add('connection-order', invoke, words)
      }
      logs.set(ok.log, seq)
    }
  }
}

function wordingOf(key: Key, invoke: InvokeEvent): Wording {
  const { text, ref, kind = 'message' } = invoke
  for (const wording of key.wordings) {
    const { invoke: other } = wording
    const isSame = other.text === text && other.ref === ref && (other.kind ?? 'message') === kind
    if (isSame) return wording
  }
  const wording = { invoke, tries: 0, refused: 0 }
  key.wordings.push(wording)
  return wording
}

/** Whether an entry may be what was asked for; `log`: where its text is looked up, unless `null`. */
function isAs(
  { kind = 'message', ref, text }: InvokeEvent,
  entry: Entry,
  log: Log | null,
): boolean {
  return kind === entry.kind && ref === entry.ref && (log?.text(entry.seq) ?? text) === text
}

/** The inner map of a key; made where there is none. */
function mapIn<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let map = maps.get(key)
  if (map === undefined) {
    map = new Map()
    maps.set(key, map)
  }
  return map
}
