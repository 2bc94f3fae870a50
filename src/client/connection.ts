/** One connection, from opening to its end: questions and answers, and whether it is alive. */

import { ChatError } from '../errors.ts'
import type { Entry, Op, Operations, Results, WireError } from '../protocol/types.ts'
import type { ClientClock, Link, OpenLink } from './types.ts'
import { entryOf, errorOf, isEntry, type Signal } from './wire.ts'

/** No answer to `ping` in this time, in ms: the connection is dead. */
const PONG_MS = 10_000

/** An end without a word (RFC 6455, 7.1.5). */
const ABNORMAL = 1006
const MISSING = 'there is no chat server at this address, or it cannot be reached'

/** What a {@link Connection} tells its owner. */
export interface ConnectionEars {
  opened(): void
  entry(entry: Entry): void
  signal(push: Signal): void
  /** It is over; nothing is told after it. `code`: of the other side's closing. */
  ended(error: ChatError | undefined, code: number | undefined, reason: string): void
}

interface Asked {
  ok(result: never): void
  failed(error: ChatError): void
}

interface Payload {
  readonly re?: number | null
  readonly ok: { entries: readonly object[] | number }
  readonly err?: WireError
}

const bytes = new TextEncoder()

/** One connection. Answers are told in the moment they come, in step with the pushes around them. */
export class Connection {
  /** Largest payload that the server takes, in bytes. */
  frameBytes = Number.POSITIVE_INFINITY
  readonly #link: Link
  readonly #ears: ConnectionEars
  readonly #clock: ClientClock
  readonly #asked = new Map<number, Asked>()
  #next = 1
  #over = false
  #heard = true
  #probing = false
  #timer: { cancel(): void } | undefined

  constructor(url: string, open: OpenLink, clock: ClientClock, ears: ConnectionEars) {
    this.#ears = ears
    this.#clock = clock
    let isOpen = false
    this.#link = open(url, {
      opened: () => {
        isOpen = true
        if (!this.#over) ears.opened()
      },
      payload: (text) => this.#hear(text),
      closed: ({ code, reason = '' }) => {
        // Nobody was there, or nobody who speaks this: more than that a browser doesn't tell.
        const isMissing = !isOpen && (code === undefined || code === ABNORMAL)
        this.#end(isMissing ? new ChatError('unavailable', MISSING) : undefined, code, reason)
      },
    })
  }

  /**
   * Asks. Exactly one of `ok` and `failed` is called, later; `failed` with `closed` when the connection
   * ends before the answer, and (at once) with `too_large` for what the server wouldn't take: it would
   * end the connection for good.
   */
  ask<O extends Op>(
    op: O,
    fields: Operations[O],
    ok: (result: Results[O]) => void,
    failed: (error: ChatError) => void,
  ): void {
    if (this.#over) return failed(new ChatError('closed'))
    const id = this.#next++
    if (!this.#write({ id, op, ...fields })) return failed(new ChatError('too_large'))
    this.#asked.set(id, { ok, failed })
  }

  /** Says something that needs no answer. */
  tell<O extends Op>(op: O, fields: Operations[O]): void {
    this.#write({ op, ...fields })
  }

  /** From now on silence is noticed: after `ms`, or half as much more, a sign of life is asked for. */
  watch(ms: number): void {
    let silent = 0
    const look = (): void => {
      silent = this.#heard ? 0 : silent + 1
      this.#heard = false
      if (silent >= 2) this.probe()
      else this.#after(ms / 2, look)
    }
    this.#look = look
    look()
  }

  /** Asks for a sign of life: without one within ten seconds it is over. */
  probe(): void {
    // However often it is asked for, one is on its way at a time.
    if (this.#over || this.#probing) return
    this.#heard = false
    this.#probing = true
    const done = (): void => {
      this.#probing = false
    }
    this.ask('ping', {}, done, done)
    this.#after(PONG_MS, () => {
      done()
      if (this.#heard) this.#look()
      else this.abort(new ChatError('ping_timeout'))
    })
  }

  /** Ends it, now: what the other side still says doesn't count. */
  abort(error?: ChatError): void {
    this.#end(error, undefined, '')
  }

  #look = (): void => {}

  #after(ms: number, task: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(ms, task)
  }

  #write(request: object): boolean {
    const payload = JSON.stringify(request)
    // A UTF-16 unit is at most three bytes.
    const { frameBytes } = this
    if (payload.length * 3 > frameBytes && bytes.encode(payload).length > frameBytes) return false
    if (!this.#over) this.#link.send(payload)
    return true
  }

  #hear(text: string): void {
    if (this.#over) return
    this.#heard = true
    // What listeners throw doesn't come here: what can't be gone on with is the server's doing.
    try {
      this.#read(JSON.parse(text))
    } catch (cause) {
      this.abort(new ChatError('bad_json', 'the server says what makes no sense', { cause }))
    }
  }

  #read(payload: Payload): void {
    if ('ev' in payload) {
      if (isEntry(payload)) this.#ears.entry(entryOf(payload))
      else this.#ears.signal(payload as unknown as Signal)
      return
    }
    const { re, ok, err } = payload
    const asked = this.#asked.get(re as number)
    if (asked === undefined) return
    const error = err && errorOf(err)
    // Entries look like pushes on the wire. (Where they are counted, that is a number.)
    if (error === undefined && 'entries' in ok && typeof ok.entries !== 'number') {
      ok.entries = ok.entries.map(entryOf)
    }
    this.#asked.delete(re as number)
    if (error === undefined) asked.ok(ok as never)
    else asked.failed(error)
  }

  #end(error: ChatError | undefined, code: number | undefined, reason: string): void {
    if (this.#over) return
    this.#over = true
    this.#timer?.cancel()
    this.#link.close()
    const asked = [...this.#asked.values()]
    this.#asked.clear()
    this.#ears.ended(error, code, reason)
    for (const { failed } of asked) failed(new ChatError('closed'))
  }
}
