/** The clients by HTTP: found by what their requests carry, made when they come, gone when silent. */

import { createHash, randomBytes } from 'node:crypto'
import { ChatError, CLOSE } from '../../errors.ts'
import { cleanName } from '../../protocol/names.ts'
import type { Op, Results } from '../../protocol/types.ts'
import type { Timer } from '../../spi/clock.ts'
import type { ConnectionInfo, TransportHost } from '../../spi/transport.ts'
import { HttpSession } from './session.ts'

/** How often silent sessions are looked for at most, in ms. */
const SWEEP_MS = 1000
/** 256 bits: nobody guesses one. */
const ID_BYTES = 32
const TAG_BYTES = 6

/** The fields of `hello` that a client may give. */
export interface Hello {
  readonly name?: string | undefined
  readonly token?: string | undefined
  readonly ticket?: string | undefined
  readonly lang?: string | undefined
}

/** A session, and what `hello` was answered. */
export interface Opened {
  readonly session: HttpSession
  readonly hello: Results['hello']
}

const random = (bytes: number): string => randomBytes(bytes).toString('base64url')
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
/** Secrets aren't kept as they are. */
const keyOf = (kind: 'token' | 'ticket', secret: string): string => `${kind} ${digest(secret)}`

/** By which headers the application may know somebody, as part of a key; `''`: there are none. */
function markOf({ headers = {} }: ConnectionInfo): string {
  const { cookie = '', authorization = '' } = headers
  // A token is a key by itself, wherever it stands.
  const told = /^bearer /i.test(`${authorization}`) ? '' : `${authorization}`
  return `${cookie}${told}` === '' ? '' : ` ${digest(`${told}\n${cookie}`)}`
}

/** What a session is found by; `mark`: only together with the headers of that. */
interface Key {
  readonly plain: string
  readonly mark: string
}

/** All sessions of one transport, between `start` and `stop`. */
export class Sessions {
  readonly host: TransportHost
  private readonly byId = new Map<string, HttpSession>()
  /** Those made on demand, by what demanded them: a token, a ticket, a name and an address. */
  private readonly byKey = new Map<string, Promise<Opened>>()
  /** The other way round: what demanded a session. */
  private readonly keys = new Map<HttpSession, Key>()
  private readonly byAddress = new Map<string, Set<HttpSession>>()
  private timer: Timer | null = null

  constructor(host: TransportHost) {
    this.host = host
  }

  get size(): number {
    return this.byId.size
  }

  find(id: string): HttpSession | undefined {
    return this.byId.get(id)
  }

  /** Makes a session and says hello. Rejects with what `hello` is refused for. */
  async open(info: ConnectionInfo, hello: Hello): Promise<Opened> {
    const session = this.make(info)
    this.add(session)
    const done = session.use()
    try {
      const ok = await session.ask('hello', { version: 1, ...hello })
      done()
      this.watch()
      return { session, hello: ok }
    } catch (error) {
      session.leave()
      throw error
    }
  }

  /**
   * The session of this token or ticket; made when there is none. Whoever makes up a ticket and leads
   * somebody to ask with it, whom the application knows by their cookies, doesn't get their session.
   */
  of(
    kind: 'token' | 'ticket',
    secret: string,
    info: ConnectionInfo,
    hello: Hello = {},
  ): Promise<Opened> {
    const make = (): Promise<Opened> => this.open(info, { ...hello, [kind]: secret })
    return this.keyed(keyOf(kind, secret), info, make, kind === 'token')
  }

  /** The session goes on with another token: by the one it was made with nobody finds it any more. */
  exchangeToken(session: HttpSession, token: string): void {
    const key = this.keys.get(session)
    const opened = key === undefined ? undefined : this.byKey.get(key.plain + key.mark)
    if (key === undefined || opened === undefined) return
    const plain = keyOf('token', token)
    this.forget(session)
    this.keys.set(session, { plain, mark: key.mark })
    this.byKey.set(plain + key.mark, opened)
  }

  /** The session of somebody who only has a name, and comes from this address. */
  named(name: string, info: ConnectionInfo, hello: Hello = {}): Promise<Opened> {
    return this.keyed(this.placeOf(name, info.address), info, async () => {
      const opened = await this.open(info, { ...hello, name })
      opened.session.signals = []
      return opened
    })
  }

  /** The session that `named` has made, if it is still here. */
  async known(name: string, info: ConnectionInfo): Promise<HttpSession | null> {
    const opened = this.found(this.placeOf(name, info.address), markOf(info))
    return opened === undefined ? null : (await opened).session
  }

  /** Sessions of this address that are in a room; those made by headers only for the same headers. */
  inRoom(room: string, info: ConnectionInfo): HttpSession[] {
    const mark = markOf(info)
    return [...(this.byAddress.get(info.address) ?? [])].filter((session) => {
      const own = this.keys.get(session)?.mark ?? ''
      return session.rooms.has(room) && (own === '' || own === mark)
    })
  }

  /** Asks one thing that needs no `hello`, on a connection of its own. */
  async once<O extends Op>(
    op: O,
    fields: Readonly<Record<string, unknown>>,
    info: ConnectionInfo,
  ): Promise<Results[O]> {
    const session = this.make(info)
    try {
      return await session.ask(op, fields)
    } finally {
      session.leave()
    }
  }

  /** Ends all that the server hasn't ended. */
  stop(): void {
    this.timer?.cancel()
    this.timer = null
    for (const session of [...this.byId.values()]) session.leave(CLOSE.shutdown)
  }

  private make(info: ConnectionInfo): HttpSession {
    const { limits, logger } = this.host
    if (this.byId.size >= limits.httpSessions) {
      logger.warn({ transport: 'http', address: info.address }, 'a session was refused')
      throw new ChatError('too_many_connections', undefined, { retryAfterMs: SWEEP_MS })
    }
    return new HttpSession(this.host, info, random(ID_BYTES), random(TAG_BYTES))
  }

  private add(session: HttpSession): void {
    const { id, address } = session
    const neighbours = this.byAddress.get(address) ?? new Set()
    this.byId.set(id, session)
    this.byAddress.set(address, neighbours.add(session))
    session.onEnd = () => {
      this.byId.delete(id)
      neighbours.delete(session)
      if (neighbours.size === 0) this.byAddress.delete(address)
    }
  }

  /** Throws `name_invalid`, `name_reserved`. */
  private placeOf(name: string, address: string): string {
    return `name ${cleanName(name, this.host.limits.nameChars)} ${address}`
  }

  private found(plain: string, mark: string): Promise<Opened> | undefined {
    return this.byKey.get(plain + mark) ?? this.byKey.get(plain)
  }

  /**
   * One session per key, also for those who ask while it is being made. Where somebody was known by
   * headers, or may have been, those are a part of the key; without headers, only a token can be
   * (`telling`) why they were known.
   */
  private async keyed(
    plain: string,
    info: ConnectionInfo,
    make: () => Promise<Opened>,
    telling = false,
  ): Promise<Opened> {
    const mark = markOf(info)
    const key = plain + mark
    for (;;) {
      const known = this.found(plain, mark)
      if (known === undefined) break
      const opened = await known
      if (opened.session.end === null && this.found(plain, mark) === known) return opened
      if (opened.session.end !== null) {
        for (const one of [key, plain]) if (this.byKey.get(one) === known) this.byKey.delete(one)
      }
    }
    const making = make()
    this.byKey.set(key, making)
    try {
      const opened = await making
      this.settle(opened, making, { plain, mark }, telling)
      return opened
    } catch (error) {
      if (this.byKey.get(key) === making) this.byKey.delete(key)
      throw error
    }
  }

  /** A session was made: decides by what it is found from now on. */
  private settle({ session, hello }: Opened, making: Promise<Opened>, key: Key, telling: boolean) {
    const { plain, mark } = key
    const { onEnd } = session
    // Only guests get a ticket.
    const isGuest = hello.ticket !== undefined
    const isFree = mark !== '' && isGuest && !this.byKey.has(plain)
    const next = isFree ? { plain, mark: '' } : key
    this.byKey.delete(plain + mark)
    if (session.end !== null || !(isGuest || telling || mark !== '')) return
    this.byKey.set(next.plain + next.mark, making)
    this.keys.set(session, next)
    session.onEnd = () => {
      onEnd()
      this.forget(session)
    }
  }

  private forget(session: HttpSession): void {
    const key = this.keys.get(session)
    if (key !== undefined) this.byKey.delete(key.plain + key.mark)
    this.keys.delete(session)
  }

  private watch(): void {
    const { clock, limits } = this.host
    if (this.timer !== null || this.byId.size === 0) return
    const every = Math.min(SWEEP_MS, Math.max(limits.httpIdleMs / 4, 10))
    this.timer = clock.after(every, () => {
      this.timer = null
      for (const session of [...this.byId.values()]) {
        if (session.idleMs > limits.httpIdleMs) session.leave(CLOSE.pingTimeout)
      }
      this.watch()
    })
  }
}
