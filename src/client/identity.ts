/** Who one is, and says to be, at each `hello`. */

import { ChatError, isChatError } from '../errors.ts'
import type { Operations, Person, Results } from '../protocol/types.ts'
import type { Connection } from './connection.ts'
import type { Credentials } from './files.ts'
import type { Keeper } from './store.ts'
import type { ConnectOptions } from './types.ts'
import { isText } from './wire.ts'

/** Another name is tried so often when a guest's was taken while they were away. */
const NAME_TRIES = 8
/** Names have at most 32 characters by default: room for a number. */
const BASE_CHARS = 26

/**
 * With the waits between them, so many tries are a minute and more: by then the server has found out that
 * a connection is dead.
 */
const GHOST_WAITS = 8

/** How a `hello` ended. */
export interface HelloEnds {
  ok(hello: Results['hello']): void
  /** `isFinal`: it would be refused again. */
  failed(error: ChatError, isFinal: boolean): void
}

/** What one is known by, from one connection to the next. */
export class Identity {
  person: Person | undefined
  /** Of error messages. */
  lang: string | undefined
  readonly #options: ConnectOptions
  readonly #keeper: Keeper
  readonly #random: () => number
  #ticket: string | undefined
  /** The name as a guest. */
  #name: string | undefined
  /** The name was asked for, by whoever made the client: no other will do. */
  #isWanted = false
  /** By which the connection of the moment is known, or is to be. */
  #token: string | undefined
  /** Counts the times that the application was asked. */
  #asked = 0
  /** The name went out by a connection that was lost before the answer. */
  #isHaunted = false
  /** So often one has waited for oneself to go. */
  #waits = 0
  #refused: string | undefined

  constructor(options: ConnectOptions, keeper: Keeper) {
    this.#options = options
    this.lang = options.lang
    this.#keeper = keeper
    this.#random = options.random ?? Math.random
  }

  /** Reads what was kept. */
  async load(): Promise<void> {
    const { ticket, name } = this.#options
    const kept = await this.#keeper.ticket()
    this.#ticket = ticket ?? kept?.ticket
    this.#name = name ?? kept?.name
    this.#isWanted = name !== undefined
  }

  /** Asks who one is now. Rejects with what the application's function threw. */
  async prepare(): Promise<void> {
    const asked = ++this.#asked
    const token = await this.#ask()
    // An answer that came too late isn't the one by which one is known since.
    if (asked === this.#asked) this.#token = token
  }

  async #ask(): Promise<string | undefined> {
    const { token } = this.#options
    const now = typeof token === 'function' ? await token() : token
    if (now !== undefined && now === this.#refused) throw new ChatError('unauthorized')
    return now
  }

  /** For requests by HTTP. */
  async credentials(): Promise<Credentials> {
    const token = await this.#ask()
    if (token !== undefined) return { token }
    return this.#ticket === undefined ? {} : { ticket: this.#ticket }
  }

  /** The connection was closed because of the token: another one is needed to come back. */
  refuse(): boolean {
    this.#refused = this.#token
    return this.#token !== undefined && typeof this.#options.token === 'function'
  }

  /** Says hello, again where that helps: with another token, without the ticket, by another name. */
  hello(connection: Connection, ends: HelloEnds): void {
    let names = 0
    let isAsked = false
    const base = this.#name
    const say = (): void => {
      const [lang, token, ticket, name] = [this.lang, this.#token, this.#ticket, this.#name]
      const fields: Operations['hello'] = {
        version: 1,
        ...(lang === undefined ? undefined : { lang }),
        ...(token === undefined
          ? {
              ...(name === undefined ? undefined : { name }),
              ...(ticket === undefined ? undefined : { ticket }),
            }
          : { token }),
      }
      connection.ask('hello', fields, ok, failed)
    }
    const ok = (hello: Results['hello']): void => {
      const { person, limits } = hello
      if (!isText(person?.id) || !isText(person.name) || typeof limits !== 'object') {
        return ends.failed(new ChatError('bad_json', 'the server says what makes no sense'), false)
      }
      this.called(hello.person, hello.ticket)
      ends.ok(hello)
    }
    const failed = (error: ChatError): void => {
      const { code } = error
      if (code === 'closed' && this.#isWanted) this.#isHaunted = true
      if (code === 'unauthorized' && this.#token !== undefined) {
        if (!this.refuse() || isAsked) return ends.failed(error, true)
        isAsked = true
        this.prepare().then(say, (reason) => ends.failed(asChatError(reason), isChatError(reason)))
      } else if (code === 'unauthorized' && this.#ticket !== undefined) {
        this.#ticket = undefined
        this.#keeper.keepTicket(undefined)
        say()
      } else if (
        code === 'name_taken' &&
        this.#token === undefined &&
        !this.#isWanted &&
        names < NAME_TRIES
      ) {
        const number = names++ === 0 ? 2 : Math.floor(this.#random() * 9000) + 1000
        this.#name = `${[...(base ?? 'Guest')].slice(0, BASE_CHARS).join('')}${number}`
        say()
      } else if (code === 'name_taken' && this.#isHaunted && this.#waits < GHOST_WAITS) {
        // It may be oneself, whom the server still believes to be there.
        this.#waits += 1
        ends.failed(error, false)
      } else ends.failed(error, !error.retryable)
    }
    say()
  }

  /** What one is called now, and with what one can come back as a guest. */
  called(person: Person, ticket: string | undefined): void {
    this.person = person
    this.#isWanted = false
    if (ticket === undefined) return
    this.#ticket = ticket
    this.#name = person.name
    this.#keeper.keepTicket({ ticket, name: person.name })
  }

  /** The server gave one another name. */
  renamed(person: Person): void {
    this.person = person
    if (this.#token === undefined && this.#ticket !== undefined) this.#name = person.name
  }
}

/** What was thrown, if it is an error of this library; else that it isn't known who one is. */
export const asChatError = (cause: unknown): ChatError =>
  isChatError(cause) ? cause : new ChatError('unavailable', 'the token could not be had', { cause })
