/** What each connection was shown of each room, compared with the log as it comes. */

import type {
  CompleteEvent,
  EventPlace,
  GapEvent,
  JoinedEvent,
  ResetEvent,
  RestEvent,
  SawEvent,
  SignalEvent,
} from './history-events.ts'
import type { Log, Logs } from './history-logs.ts'
import type { Findings, HistoryRule } from './history-rules.ts'

/** One membership: from joining to leaving, on one connection. */
interface View {
  inside: boolean
  log: Log
  /** Head of the log at joining. */
  head: number
  /** The next seq of those that were missed, up to `head`. */
  missed: number
  /** The next seq of those that come by themselves. */
  live: number
}

/** Follows the memberships of a record. */
export class Views {
  /** By connection, then by room; `null`: the connection ended. */
  private readonly connections = new Map<number, Map<string, View> | null>()
  private readonly logs: Logs
  private readonly findings: Findings

  constructor(logs: Logs, findings: Findings) {
    this.logs = logs
    this.findings = findings
  }

  /** The log that a connection is in, or was in last. */
  log(connection: number, room: string | null): Log | undefined {
    return room === null ? undefined : this.connections.get(connection)?.get(room)?.log
  }

  joined(event: JoinedEvent): void {
    const { connection, room, epoch, head, from, since, reset = false } = event
    let views = this.connections.get(connection)
    if (views === null) return this.complain('membership', event, 'joined after the end')
    if (views === undefined) {
      views = new Map()
      this.connections.set(connection, views)
    }
    const log = this.logs.of(room, epoch, event)
    if (since !== undefined && reset === (since.epoch === epoch)) {
      const words = reset ? 'a reset to the same log' : `${since.epoch} became ${epoch}, no reset`
      this.complain('epoch', event, words)
    }
    this.allowed(event, log)
    this.heard(event, log, head)
    if (from > head + 1) {
      this.complain('order', event, `joined at ${head}, after ${from - 1} was shown`)
    }
    views.set(room, { inside: true, log, head, missed: from, live: head + 1 })
  }

  saw(event: SawEvent): void {
    const { entry, via, head = 0 } = event
    const view = this.member(event)
    if (view === undefined) return
    const { log } = view
    this.allowed(event, log)
    // Never older than what it was told of, nor than the page says it is.
    const wrong = log.witness(entry, Math.max(head, view.head, view.live - 1))
    if (wrong !== null) this.complain(wrong.rule, event, wrong.words)
    log.heard(entry.seq)
    if (via !== 'page') this.next(event, view, via, entry.seq, entry.seq)
  }

  signal(event: SignalEvent): void {
    const view = this.member(event)
    if (view !== undefined) this.allowed(event, view.log)
  }

  gap(event: GapEvent): void {
    const view = this.member(event)
    if (view === undefined) return
    const { from, to, via } = event
    if (to < from) this.complain('gap', event, `a gap from ${from} to ${to}`)
    if (!view.log.forgot(to)) {
      this.complain('gap', event, `${from} to ${to} are called lost; storage has ${to}`)
    }
    this.next(event, view, via, from, to)
  }

  complete(event: CompleteEvent): void {
    const view = this.member(event)
    if (view === undefined || view.missed > view.head) return
    const { missed, head } = view
    this.complain('order', event, `told to have everything, without ${missed} to ${head}`)
    view.missed = head + 1
  }

  reset(event: ResetEvent): void {
    const view = this.member(event)
    if (view === undefined) return
    const { room, epoch, head } = event
    if (view.log.epoch === epoch) this.complain('epoch', event, 'a reset to the same log')
    const log = this.logs.of(room, epoch, event)
    this.allowed(event, log)
    this.heard(event, log, head)
    Object.assign(view, { log, head, missed: head + 1, live: head + 1 })
  }

  left(event: EventPlace & { readonly room: string }): void {
    const view = this.member(event)
    if (view !== undefined) view.inside = false
  }

  closed({ connection }: EventPlace): void {
    this.connections.set(connection, null)
  }

  rest(event: RestEvent): void {
    const { connection, room } = event
    const view = this.connections.get(connection)?.get(room)
    if (view?.inside !== true) return this.complain('caught-up', event, 'is not in the room')
    const { log, missed, head, live } = view
    if (missed <= head) this.complain('caught-up', event, `has not got ${missed} to ${head}`)
    const stored = log.stored
    if (stored === null) {
      for (const other of this.logs.inRoom(room)) {
        if (other.stored !== null) return this.complain('caught-up', event, 'is in a log of before')
      }
    } else if (live <= stored.head) {
      this.complain('caught-up', event, `has not got ${live} to ${stored.head}`)
    }
  }

  /** The next thing of a stream begins at `from` and ends at `to`. */
  private next(
    event: SawEvent | GapEvent,
    view: View,
    via: 'live' | 'missed',
    from: number,
    to: number,
  ): void {
    const expected = view[via]
    if (from !== expected) {
      this.complain('order', event, `${via}: ${from} where ${expected} was to come`)
    } else if (via === 'missed' && to > view.head) {
      this.complain('order', event, `missed: ${to}, joined at ${view.head}`)
    }
    view[via] = Math.max(expected, to + 1)
  }

  private member(event: EventPlace & { readonly room: string }): View | undefined {
    const view = this.connections.get(event.connection)?.get(event.room)
    if (view?.inside !== true) {
      const { type } = event as EventPlace & { readonly type?: string }
      const seq = 'entry' in event ? ` ${(event as SawEvent).entry.seq}` : ''
      this.complain('membership', event, `${type}${seq} outside membership`)
      return undefined
    }
    return view
  }

  /** Private conversations are for those whose they are. */
  private allowed(event: EventPlace & { readonly room: string }, { only }: Log): void {
    if (only === null || only.has(event.person)) return
    this.complain('membership', event, `${event.person} is shown what is private`)
  }

  private heard(event: JoinedEvent | ResetEvent, log: Log, head: number): void {
    if (log.stored !== null && head > log.stored.head) {
      this.complain('same', event, `the head is ${head}, the log has ${log.stored.head}`)
    }
    log.heard(head)
  }

  private complain(rule: HistoryRule, event: EventPlace, words: string): void {
    this.findings.add(rule, event, words)
  }
}
