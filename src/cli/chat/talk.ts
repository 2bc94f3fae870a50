/** A chat at a terminal, from coming in to leaving. */

import type { ReadStream, WriteStream } from 'node:tty'
import type { ChatClient, ChatRoom, Off, StateChange } from '../../client/types.ts'
import { isChatError } from '../../errors.ts'
import { type Lang, texts } from '../../i18n/languages.ts'
import { commandOf } from '../../protocol/text-commands.ts'
import { secondsOf } from '../../protocol/text-lines.ts'
import type { Login } from '../../protocol/types.ts'
import { visible } from '../../protocol/visible.ts'
import type { ChatArguments } from './arguments.ts'
import { type Palette, palette } from './colors.ts'
import { comeIn } from './come-in.ts'
import { complete } from './complete.ts'
import type { Came, Door, Pass } from './desk.ts'
import { errorText } from './errors.ts'
import { Scribe } from './lines.ts'
import { Outage } from './outage.ts'
import { Places, type PlacesHost } from './places.ts'
import { sourcesOf } from './sources.ts'
import { Terminal } from './terminal.ts'
import { chatTexts } from './texts.ts'
import type { TokenFile } from './token-file.ts'

/** Messages shown on coming in. */
const HISTORY = 20
/** What was said is shown as waiting after so long without an answer, in ms. */
const SLOW_MS = 1500
/** A connection that takes longer than this is spoken of, in ms. */
const CONNECTING_MS = 1500
/** So long what was said may still go out when one leaves, in ms. */
const FAREWELL_MS = 2000
/** Passwords are not brought back by Up. */
const SECRET = ['login', 'register', 'password', 'join', 'set']

/** What a talk needs: where it is held, and how it connects. */
export interface TalkParts {
  readonly args: ChatArguments
  readonly input: ReadStream
  readonly output: WriteStream
  /** Bits of colour. */
  readonly depth: number
  readonly tokens: TokenFile
  /** Handles a line that was entered. */
  handle(talk: Talk, line: string): Promise<void>
  connect(pass: Pass, lang: Lang): ChatClient
  login(name: string, password: string): Promise<Login>
  register(name: string, password: string): Promise<Login>
}

/** One person's chat at a terminal. */
export class Talk implements PlacesHost, Door {
  readonly scribe: Scribe
  lang: Lang
  came: Came | null = null
  places: Places | null = null
  readonly url: string
  private readonly parts: TalkParts
  private readonly palette: Palette
  private readonly terminal: Terminal
  private readonly finished: Promise<number>
  private finish: (code: number) => void = () => {}
  private over = false
  /** All that came in or are about to: none outlives this. */
  private readonly clients = new Set<ChatClient>()
  private offs: Off[] = []
  private readonly outage = new Outage(this, () => this.moved())
  private work: Promise<void> = Promise.resolve()
  private leaving = false

  constructor(parts: TalkParts) {
    const { args } = parts
    this.parts = parts
    this.url = args.url
    this.lang = args.lang
    this.palette = palette(parts.depth)
    this.scribe = new Scribe(this.styleOf(args.lang))
    this.finished = new Promise((resolve) => {
      this.finish = resolve
    })
    const sources = sourcesOf(() => this)
    this.terminal = new Terminal(parts.input, parts.output, {
      line: (text) => this.entered(text),
      typed: (text) => this.typed(text),
      end: () => void this.leave(true),
      isSecret: (text) => SECRET.includes(commandOf(/^\/(\S+)/.exec(text)?.[1] ?? '')?.op ?? ''),
      complete: (text, cursor) => complete(text, cursor, sources),
    })
  }

  /** Comes in, chats, leaves. Resolves to the exit code. */
  async run(): Promise<number> {
    const stop = (): void => this.end(0)
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    let isGone = false
    const hangUp = (): void => {
      isGone = true
      this.end(1)
    }
    process.on('SIGHUP', hangUp)
    this.parts.output.on('error', stop)
    try {
      await this.begin()
      return await this.finished
    } catch (error) {
      if (this.over) return await this.finished
      this.fail(error)
      this.end(1)
      return 1
    } finally {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      process.off('SIGHUP', hangUp)
      // As others see it: ended by that. (Node aborts when it can't restore a terminal that is gone.)
      if (isGone) process.kill(process.pid, 'SIGHUP')
    }
  }

  private async begin(): Promise<void> {
    const { args, tokens } = this.parts
    const came = await comeIn(this, this, args, tokens.get(this.url))
    if (this.over) return
    if (came === null) return this.end(0)
    const { token } = came.pass
    if (token !== undefined) {
      if (args.token === undefined) this.remember(token)
      // It lasts from now on; an application's own token has its own end.
      came.client.request('renew', {}).catch(() => {})
    }
    this.take(came)
    const { catalog } = this.scribe.style
    this.print(this.scribe.told(catalog.you.welcome(came.client.person?.name ?? '')))
    const start = came.client.defaultRoom
    const rooms = args.rooms.length > 0 ? args.rooms : start === undefined ? [] : [start]
    for (const room of rooms) {
      if (this.over) return
      await this.join(room, undefined).catch((error) => this.fail(error))
    }
    if (this.over) return
    if (this.places?.current === null) this.print(this.scribe.told(catalog.you.noRoom))
    this.print(this.scribe.told(this.scribe.style.texts.keys))
    this.moved()
    this.terminal.listen()
  }

  // ── what the terminal shows ───────────────────────────────────────────────────────────────

  print(lines: readonly string[]): void {
    this.terminal.print(lines)
  }

  /** Of the terminal. */
  get columns(): number {
    return this.terminal.columns
  }

  fail(error: unknown): void {
    this.print(this.scribe.error(errorText(this.scribe.style.catalog, error)))
  }

  ring(): void {
    this.terminal.bell()
  }

  ask(question: string, how: { readonly hidden?: boolean; readonly text?: string } = {}) {
    const plain = visible(question)
    const text = /\s$/.test(question) && !plain.endsWith(' ') ? `${plain} ` : plain
    return this.terminal.ask({ shown: text, plain: text }, how)
  }

  /** Shows where one speaks, as whom, and whether there is a connection. */
  moved(): void {
    const client = this.came?.client
    if (client === undefined || this.over) return
    const room = this.places?.current?.name
    const where = room === undefined ? '' : visible(`#${room} `)
    const person = client.person
    const name = visible(person?.name ?? '')
    const { text } = this.outage
    const state = text === '' ? '' : ` (${text})`
    const shown = this.palette.person(person?.id ?? '', name)
    this.terminal.setPrompt({
      shown: `${this.palette.strong(where)}${shown}${this.palette.dim(state)}> `,
      plain: `${where}${name}${state}> `,
    })
  }

  speak(lang: Lang): void {
    this.lang = lang
    this.scribe.style = this.styleOf(lang)
    this.moved()
  }

  private styleOf(lang: Lang) {
    return { catalog: texts(lang), texts: chatTexts(lang), palette: this.palette }
  }

  // ── what is entered ───────────────────────────────────────────────────────────────────────

  private entered(line: string): void {
    this.places?.seen()
    this.typing(false)
    if (this.came === null) return
    // One after the other: what follows a /join is said there. Leaving waits for nothing.
    const isEnd = /^\s*(?:quit|sair)\s*$/i.test(line)
    if (isEnd || commandOf(/^\/(\S+)/.exec(line)?.[1] ?? '')?.op === 'quit') {
      void this.leave(false)
      return
    }
    this.leaving = false
    this.work = this.work
      .then(() => this.parts.handle(this, line))
      .catch((error) => this.fail(error))
  }

  private typed(text: string): void {
    this.places?.seen()
    this.typing(text !== '' && !text.startsWith('/'))
  }

  private typing(on: boolean): void {
    const room = this.places?.current
    if (room?.state === 'live') room.typing(on)
  }

  /** Says something to a room; shows it as waiting while it isn't stored. */
  say(room: ChatRoom, shown: string, saying: Promise<unknown>): void {
    const tell = (): void => this.print(this.scribe.waiting(room.name, shown))
    let slow: NodeJS.Timeout | undefined
    if (this.came?.client.state === 'online') slow = setTimeout(tell, SLOW_MS)
    else tell()
    saying
      .catch((error) => {
        if (!this.over) this.fail(error)
      })
      .finally(() => clearTimeout(slow))
  }

  /** Enters a room, asking for its password where it has one. */
  async join(name: string, password: string | undefined): Promise<void> {
    const { places, parts } = this
    if (places === null) return
    const recent = parts.args.history ?? HISTORY
    try {
      await places.enter(name, password, recent)
    } catch (error) {
      if (!isChatError(error) || error.code !== 'room_password' || password !== undefined)
        throw error
      const given = await this.ask(this.scribe.style.texts.askRoomPassword(`#${name}`), {
        hidden: true,
      })
      if (given === null || given === '') return
      await places.enter(name, given, recent)
    }
  }

  // ── the connection ────────────────────────────────────────────────────────────────────────

  /** Comes in; waits as long as it takes. */
  async enter(pass: Pass): Promise<ChatClient> {
    const client = this.parts.connect(pass, this.lang)
    this.clients.add(client)
    const { texts: own } = this.scribe.style
    const slow = setTimeout(
      () => this.print(this.scribe.told(own.connecting(this.url))),
      CONNECTING_MS,
    )
    let lost = false
    const off = client.on('state', ({ state, retryInMs }) => {
      clearTimeout(slow)
      if (state !== 'waiting' || lost) return
      lost = true
      this.fail(own.unreachable(this.url))
      this.print(this.scribe.told(own.lost(secondsOf(retryInMs ?? 1000))))
    })
    try {
      await client.ready
      return client
    } catch (error) {
      this.clients.delete(client)
      await client.close().catch(() => {})
      throw error
    } finally {
      clearTimeout(slow)
      off()
    }
  }

  login(name: string, password: string) {
    return this.parts.login(name, password)
  }

  register(name: string, password: string) {
    return this.parts.register(name, password)
  }

  /** Becomes somebody else, in the rooms one is in. */
  async become(pass: Pass): Promise<void> {
    const { places, came } = this
    const client = await this.enter(pass)
    const rooms = places?.names ?? []
    const current = places?.current?.name
    this.take({ client, pass })
    for (const name of rooms) {
      try {
        this.places?.follow(await client.join(name, { recent: 1 }))
      } catch (error) {
        this.fail(error)
      }
    }
    await came?.client.close()
    if (this.places !== null) {
      const room = current === undefined ? undefined : client.rooms.get(current)
      this.places.current = room ?? [...client.rooms.values()][0] ?? null
    }
    this.moved()
  }

  /** Keeps the token for the next time, if that is wanted, or if it comes after one that is kept. */
  remember(token: string, was?: string): void {
    const { args, tokens } = this.parts
    const kept = tokens.get(this.url)
    if (kept === token || !(args.remember || (was !== undefined && kept === was))) return
    tokens.set(this.url, token)
    if (kept === undefined) this.print(this.scribe.told(this.scribe.style.texts.remembered))
  }

  forget(): void {
    this.parts.tokens.forget(this.url)
  }

  private take(came: Came): void {
    this.places?.close()
    for (const off of this.offs) off()
    const { client } = came
    this.came = came
    this.outage.end()
    this.places = new Places(this, client)
    this.offs = [
      client.on('state', (change) => this.turned(change)),
      client.on('person', () => this.moved()),
    ]
    this.moved()
  }

  private turned(change: StateChange): void {
    const { state, error } = change
    if (state === 'waiting') this.outage.lost(change)
    else if (state === 'online') this.outage.back()
    else if (state === 'closed' && !this.over) {
      const { texts: own } = this.scribe.style
      if (error?.code === 'unauthorized') {
        this.fail(own.tokenRefused)
        this.forget()
      } else this.fail(error ?? own.remoteEnded)
      this.end(1)
    }
  }

  /** How much of what was said isn't stored. */
  private get unsent(): number {
    const rooms = [...(this.came?.client.rooms.values() ?? [])]
    return rooms.reduce((sum, room) => sum + room.unsent.length, 0)
  }

  /** Leaves in order. `hard`: asks nothing (Ctrl+D, or the second time). */
  private async leave(hard: boolean): Promise<void> {
    const client = this.came?.client
    const { texts: own, catalog } = this.scribe.style
    if (client !== undefined && !hard && !this.leaving && this.unsent > 0) {
      this.leaving = true
      const until = Date.now() + FAREWELL_MS
      while (client.state === 'online' && this.unsent > 0 && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      if (this.unsent > 0) {
        this.print(this.scribe.told(own.unsent(this.unsent)))
        return
      }
    }
    if (this.over) return
    if (this.unsent > 0) this.fail(own.lostUnsent(this.unsent))
    if (client !== undefined) this.print(this.scribe.told(catalog.goodbye))
    this.end(0)
  }

  /** Ends it: the connection in order, the terminal as it was. */
  end(code: number): void {
    if (this.over) return
    this.over = true
    this.outage.end()
    this.places?.close()
    for (const off of this.offs) off()
    this.terminal.close()
    void Promise.allSettled([...this.clients].map((client) => client.close())).then(() =>
      this.finish(code),
    )
  }
}
