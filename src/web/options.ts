/** What the pages can be made with, and whether it makes sense. */

import { ChatError } from '../errors.ts'
import { PAGE_LANGS, type PageLang } from './negotiate.ts'

/** Options of {@link webPages}. All have defaults. */
export interface WebOptions {
  /**
   * The path under which the pages are, such as `/chat`: that of the address people see, also where a
   * framework takes it off. The chat page is at `/chat/`, that for admins at `/chat/admin`. Default `/`.
   */
  readonly base?: string
  /**
   * Address of the WebSocket, such as `wss://chat.example.org`, or its path on the same host. Default:
   * the path `base`, without a slash at its end.
   */
  readonly chatUrl?: string
  /** Address or path of the HTTP routes, for files. Default: that of the WebSocket. */
  readonly httpUrl?: string
  /** What the chat calls itself. Default `Tertulia`. */
  readonly title?: string
  /** Language, `en` or `pt-BR`. Default: what the browser asks for. */
  readonly lang?: PageLang
  /** The room people start in. Default: the server's default room, if it has one. */
  readonly room?: string
  /** The server that the pages are for: they offer the ways in that it has. */
  readonly chat?: { readonly waysIn: { readonly accounts: boolean; readonly guests: boolean } }
  /** Offer to log in and to sign up. Default: as `chat` has it, or true. */
  readonly accounts?: boolean
  /** Offer to come in by a name alone. Default: as `chat` has it, or true. */
  readonly guests?: boolean
  /** Serve the page for admins. It shows nothing to whoever isn't one. Default true. */
  readonly admin?: boolean
  /**
   * Who may show the pages in a frame, as sources of the CSP: `https://example.org`, `'self'`. Default:
   * nobody, so that no page can make people click on what they don't see.
   */
  readonly frameAncestors?: readonly string[]
}

/** The same, complete. */
export interface CheckedOptions {
  /** Begins and ends with a slash. */
  readonly base: string
  readonly chatUrl: string | undefined
  readonly httpUrl: string | undefined
  readonly title: string
  readonly lang: PageLang | undefined
  readonly room: string | undefined
  readonly accounts: boolean
  readonly guests: boolean
  readonly admin: boolean
  readonly frameAncestors: readonly string[]
}

const OPTIONS: { readonly [N in keyof WebOptions]-?: true } = {
  base: true,
  chatUrl: true,
  httpUrl: true,
  title: true,
  lang: true,
  room: true,
  chat: true,
  accounts: true,
  guests: true,
  admin: true,
  frameAncestors: true,
}

/** What a segment of a path may be made of without being encoded (RFC 3986, 3.3). */
const BASE = /^(\/[\w.~!$&'()*+,;=:@%-]+)*\/?$/

const SOURCE = /^('self'|https?:(\/\/[\w*.:[\]-]+)?)$/

/** Throws `invalid_options`. */
export function checkedOptions(options: WebOptions): CheckedOptions {
  const wrong = (text: string): never => {
    throw new ChatError('invalid_options', `webPages: ${text}`)
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(OPTIONS, name)) wrong(`there is no option of the name ${name}`)
  }
  const { base = '/', title = 'Tertulia', lang, room, frameAncestors = [] } = options
  if (typeof base !== 'string' || !BASE.test(base) || /(^|\/)\.\.?(\/|$)/.test(base)) {
    wrong('base: a path such as /chat is needed')
  }
  if (typeof title !== 'string' || !/^[^\p{C}]{1,64}$/u.test(title)) {
    wrong('title: 1 to 64 visible characters are needed')
  }
  if (lang !== undefined && !PAGE_LANGS.includes(lang)) {
    wrong(`lang: one of ${PAGE_LANGS.join(', ')} is needed`)
  }
  if (room !== undefined && (typeof room !== 'string' || room === '')) {
    wrong('room: the name of a room is needed')
  }
  if (!Array.isArray(frameAncestors) || !frameAncestors.every((one) => SOURCE.test(one))) {
    wrong("frameAncestors: a list of sources such as https://example.org or 'self' is needed")
  }
  const { chat } = options
  if (chat !== undefined && typeof chat?.waysIn !== 'object') {
    wrong('chat: what createChatServer made is needed')
  }
  const ways = { accounts: true, guests: true, admin: true, ...chat?.waysIn }
  const flag = (name: 'accounts' | 'guests' | 'admin'): boolean => {
    const value: unknown = options[name] ?? ways[name]
    return typeof value === 'boolean' ? value : wrong(`${name}: true or false is needed`)
  }
  const address = (name: 'chatUrl' | 'httpUrl', schemes: RegExp): string | undefined => {
    const value: unknown = options[name]
    if (value === undefined) return undefined
    const isPath = typeof value === 'string' && /^\/(?!\/)/.test(value)
    const isAddress = typeof value === 'string' && schemes.test(value) && URL.canParse(value)
    return isPath || isAddress ? value : wrong(`${name}: an address, or a path, is needed`)
  }
  return {
    base: base.endsWith('/') ? base : `${base}/`,
    chatUrl: address('chatUrl', /^(ws|http)s?:\/\//),
    httpUrl: address('httpUrl', /^https?:\/\//),
    title,
    lang,
    room,
    accounts: flag('accounts'),
    guests: flag('guests'),
    admin: flag('admin'),
    frameAncestors,
  }
}

/** Addresses elsewhere that the pages turn to; paths of their own host are none. */
export function addressesOf({ chatUrl, httpUrl }: CheckedOptions): string[] {
  const chat = chatUrl?.replace(/^http/, 'ws')
  const http = httpUrl ?? chatUrl?.replace(/^ws/, 'http')
  return [chat, http].filter((one): one is string => one !== undefined && !one.startsWith('/'))
}
