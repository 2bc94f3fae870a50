/** What `tertulia chat` is told: flags, environment, and the address. */

import { parseArgs } from 'node:util'
import { ChatError, isChatError } from '../../errors.ts'
import { findLang, LANGS, type Lang } from '../../i18n/languages.ts'
import { NAME_CHARS } from '../../protocol/fields.ts'
import { cleanRoomName } from '../../protocol/names.ts'

/** What `tertulia chat` runs with. */
export interface ChatArguments {
  readonly url: string
  /** Of a guest, or of the account to log in by. */
  readonly name: string | undefined
  /** Comes in as a guest without being asked. */
  readonly guest: boolean
  /** Where to go; empty: where the server sends everybody. */
  readonly rooms: readonly string[]
  readonly lang: Lang
  readonly token: string | undefined
  /** Keep the token of a login, so that the next time no password is needed. */
  readonly remember: boolean
  readonly colors: boolean
  /** Messages shown on coming in; undefined: what is usual. */
  readonly history: number | undefined
  /** Without a terminal: print what is said. */
  readonly follow: boolean
  /** The same, and say nothing. */
  readonly listen: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Where `tertulia serve` listens unless it is told otherwise. */
const PORTS: Readonly<Record<string, string>> = { ws: '8080', tcp: '12345' }
const HISTORY_MOST = 1000

const invalid = (text: string): ChatError => new ChatError('invalid_options', text)

/**
 * The address of a chat: `ws:`, `wss:`, `tcp:` and `tls:` as they are, `http:` and `https:` as the
 * WebSocket there, and `host`, `host:port` or `:port` without TLS.
 *
 * @throws ChatError `invalid_options`
 * @example chatUrl('https://chat.example.org/x') // 'wss://chat.example.org/x'
 */
export function chatUrl(given: string): string {
  const bare = !/^[a-z][a-z0-9+.-]*:\/\//i.test(given)
  const text = bare ? `ws://${given.startsWith(':') ? `127.0.0.1${given}` : given}` : given
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = url?.protocol.slice(0, -1).replace(/^http/, 'ws') ?? ''
  if (url === undefined || !['ws', 'wss', 'tcp', 'tls'].includes(scheme) || url.hostname === '') {
    throw invalid(
      `${given}: an address such as ws://127.0.0.1:8080, wss://…, tcp://… or tls://… is needed`,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('an address has no name and no password: use --name, and you are asked')
  }
  const port = url.port !== '' ? url.port : bare || scheme === 'tcp' ? PORTS[scheme] : undefined
  const host = port === undefined ? url.hostname : `${url.hostname}:${port}`
  const path = url.pathname === '/' || url.pathname === '' ? '' : url.pathname
  return `${scheme}://${host}${path}${url.search}`
}

/** Whether what is said to this address can be read on the way: no TLS, and not this machine. */
export function isOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  const near = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
  return (protocol === 'ws:' || protocol === 'tcp:') && !near
}

/** Reads flags and environment. Throws `invalid_options` with a text that says what to do. */
export function chatArguments(args: readonly string[], env: Environment): ChatArguments {
  const { values, positionals } = parsed(args)
  if (positionals.length > 1) throw invalid(`${positionals[1]}: too much. See tertulia --help`)
  return {
    url: chatUrl(positionals[0] ?? '127.0.0.1'),
    name: values.name,
    guest: values.guest ?? false,
    rooms: (values.room ?? []).map(roomOf),
    lang: langIn(values.lang, env),
    token: values.token ?? (env.TERTULIA_TOKEN || undefined),
    remember: values.remember ?? false,
    // Any value means no, as no-color.org has it.
    colors: values['no-color'] !== true && (env.NO_COLOR ?? '') === '',
    history: values.history === undefined ? undefined : countOf(values.history),
    follow: values.follow ?? false,
    listen: values.listen ?? false,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        guest: { type: 'boolean' },
        room: { type: 'string', multiple: true },
        lang: { type: 'string' },
        token: { type: 'string' },
        remember: { type: 'boolean' },
        'no-color': { type: 'boolean' },
        history: { type: 'string' },
        follow: { type: 'boolean' },
        listen: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw invalid(`${(error as Error).message}. See tertulia --help`)
  }
}

function roomOf(text: string): string {
  try {
    return cleanRoomName(text, NAME_CHARS)
  } catch (error) {
    if (isChatError(error)) throw invalid(`--room ${text}: ${error.message}`)
    throw error
  }
}

function langIn(given: string | undefined, env: Environment): Lang {
  if (given !== undefined) {
    const lang = findLang(given)
    if (lang === undefined) throw invalid(`--lang ${given}: one of ${LANGS.join(', ')} is needed`)
    return lang
  }
  const { TERTULIA_LANG, LC_ALL, LC_MESSAGES, LANG } = env
  return findLang(TERTULIA_LANG || LC_ALL || LC_MESSAGES || LANG) ?? 'en'
}

function countOf(text: string): number {
  const count = Number(text)
  if (/^\d{1,4}$/.test(text) && count <= HISTORY_MOST) return count
  throw invalid(`--history ${text}: a number from 0 to ${HISTORY_MOST} is needed`)
}

/** Part of `tertulia --help`. */
export const CHAT_HELP = `Options of chat: tertulia chat [URL], ws://127.0.0.1:8080 unless told otherwise
  URL                   ws://, wss://, tcp://, tls://, http(s)://, or just host:port
  --name NAME           who you are: the name of a guest, or of the account to log in by
  --guest               comes in as a guest, without asking
  --room ROOM           where to go, more than once if you like; default: where everybody starts
  --lang LANG           en | pt-BR; default: the language of the terminal (LC_ALL, LANG)
  --token TOKEN         who you are, by the token of a login; or TERTULIA_TOKEN, which others on
                        this machine don't see
  --remember            keeps the login in $XDG_STATE_HOME/tertulia, so that the next time no
                        password is needed; /logout forgets it
  --history N           messages shown on coming in; default 20 (0 without a terminal)
  --no-color            no colours; or NO_COLOR
  --follow              in a pipe: prints what is said
  --listen              the same, saying nothing: reads no input
In a pipe each line is a message (echo hello | tertulia chat --name Ana --room geral): it ends when
all are stored, with 0, or with 1 and the reason.
`
