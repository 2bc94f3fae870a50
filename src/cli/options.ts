/** The options of the commands: flags, environment variables, and their help. */

import { parseArgs } from 'node:util'
import { ChatError } from '../errors.ts'
import type { Lang } from '../i18n/languages.ts'
import { CHAT_HELP } from './chat/arguments.ts'

/** How much the log says. */
export const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type Level = (typeof LEVELS)[number]

/** What `tertulia serve` runs with. */
export interface ServeOptions {
  readonly port: number
  readonly tcpPort: number
  readonly host: string
  readonly storage: string
  /** What wakes other nodes: `auto`, `off`, or where it is. */
  readonly broker: string
  /** Where shared files are kept. */
  readonly files: string
  readonly lang: Lang
  /** Undefined: no default room. */
  readonly defaultRoom: string | undefined
  /** In the storage, none, or the address of an account service. */
  readonly accounts: boolean | string
  /** What is shown to that service. */
  readonly accountsSecret: string | undefined
  readonly guests: boolean
  /** Figures for monitors at `GET /metrics`. */
  readonly metrics: boolean
  /** The chat and the admin page, for browsers. */
  readonly pages: boolean
  /** Where clients reach the chat; undefined: where it listens. */
  readonly url: string | undefined
  /** Pages of these origins may connect, besides its own. */
  readonly origins: readonly string[]
  /** The address of clients is the last one in `X-Forwarded-For`. */
  readonly trustProxy: boolean
  /** Files in PEM; undefined: nothing is encrypted. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly logLevel: Level
  readonly logFormat: 'text' | 'json'
}

/** What `tertulia doctor` looks at: what `serve` would run with. */
export interface DoctorOptions extends ServeOptions {
  /** Findings for machines, instead of lines. */
  readonly json: boolean
}

/** What `tertulia accounts` runs with. */
export interface AccountsOptions {
  readonly port: number
  readonly host: string
  readonly storage: string
  /** Where to chat, told with every login. */
  readonly url: string | undefined
  /** What chat servers have to show. */
  readonly secret: string | undefined
  readonly logLevel: Level
  readonly logFormat: 'text' | 'json'
}

/** What an admin is made, or no longer one, with; and what is to be done to a restored database. */
export const ADMIN_ACTS = ['create', 'grant', 'revoke', 'restored'] as const

/** What `tertulia admin` runs with. */
export interface AdminOptions {
  readonly act: (typeof ADMIN_ACTS)[number]
  /** Whose account; empty: `restored` is about nobody. */
  readonly name: string
  readonly storage: string
}

interface Flag {
  readonly flag: string
  readonly value: string
  readonly fallback: string
  readonly help: string
}

const FLAGS = [
  {
    flag: 'port',
    value: 'N',
    fallback: '8080',
    help: 'WebSocket and HTTP; 0 = any free port',
  },
  { flag: 'tcp-port', value: 'N', fallback: '12345', help: 'framed TCP; 0 = any free port' },
  {
    flag: 'host',
    value: 'ADDR',
    fallback: '127.0.0.1',
    help: '0.0.0.0 or :: to be reached by others',
  },
  {
    flag: 'storage',
    value: 'WHERE',
    fallback: 'auto',
    help: 'memory | sqlite:FILE | postgres://… | auto: sqlite:tertulia.db where it can be had',
  },
  {
    flag: 'broker',
    value: 'WHERE',
    fallback: 'auto',
    help: 'redis://… | nats://… | off: what links nodes; auto: with postgres://… itself',
  },
  {
    flag: 'files',
    value: 'WHERE',
    fallback: 'auto',
    help: 'DIR | memory | off; auto: beside the database, such as ./tertulia-files',
  },
  { flag: 'lang', value: 'LANG', fallback: 'en', help: 'en | pt-BR: texts for people' },
  {
    flag: 'default-room',
    value: 'NAME',
    fallback: 'geral',
    help: "the room to start in; '' = none",
  },
  {
    flag: 'accounts',
    value: 'WHICH',
    fallback: 'on',
    help: 'on: kept in the storage | off | http(s)://… of an account service',
  },
  { flag: 'guests', value: 'HOW', fallback: 'on', help: 'on | off: only who logs in may chat' },
  {
    flag: 'pages',
    value: 'HOW',
    fallback: 'on',
    help: 'on | off: chat and admin pages for browsers',
  },
  {
    flag: 'metrics',
    value: 'HOW',
    fallback: 'off',
    help: 'on | off: figures for Prometheus at GET /metrics, to whoever reaches the port',
  },
  {
    flag: 'url',
    value: 'URL',
    fallback: 'auto',
    help: 'where clients reach it, told with every login; auto: where it listens',
  },
  {
    flag: 'origins',
    value: 'LIST',
    fallback: '',
    help: 'pages of these origins may connect, too: https://a.example,https://b.example | *',
  },
  {
    flag: 'trust-proxy',
    value: 'HOW',
    fallback: 'off',
    help: 'on | off: behind a proxy that says where clients come from (X-Forwarded-For)',
  },
  {
    flag: 'tls-cert',
    value: 'FILE',
    fallback: '',
    help: 'certificate, in PEM: all ports are encrypted then',
  },
  { flag: 'tls-key', value: 'FILE', fallback: '', help: 'its key, in PEM' },
  { flag: 'log-level', value: 'LEVEL', fallback: 'info', help: LEVELS.join(' | ') },
  { flag: 'log-format', value: 'HOW', fallback: 'text', help: 'text | json: one line per event' },
] as const satisfies readonly Flag[]

/** Flags of `tertulia accounts`. */
const ACCOUNTS_FLAGS = ['port', 'host', 'storage', 'url', 'log-level', 'log-format'] as const
/** So that both can run on one machine. */
const ACCOUNTS_PORT = '8090'
/** Two programs show this to each other; it has no flag, which others on the machine could read. */
const SECRET = 'TERTULIA_ACCOUNTS_SECRET'

type FlagName = (typeof FLAGS)[number]['flag']

const ALL = FLAGS.map(({ flag }) => flag)

const variable = (flag: string): string => `TERTULIA_${flag.toUpperCase().replaceAll('-', '_')}`

/** The text of `tertulia --help`. */
export function helpText(version: string): string {
  const rows = FLAGS.map(({ flag, value, fallback, help }) => {
    const left = `  --${flag} ${value}`.padEnd(24)
    return `${left}${help}\n${' '.repeat(24)}default ${fallback || 'none'}; or ${variable(flag)}`
  })
  return `tertulia ${version}: a chat server

Usage
  tertulia serve [options]      start a chat server (also: just "tertulia")
  tertulia accounts [options]   start the account service alone, for chat servers elsewhere
  tertulia admin create NAME    make an account that may do everything; also: grant, revoke
  tertulia admin restored       after a database was restored from a backup: clients forget what they had
  tertulia doctor [options]     look whether serve with these options would run well; --json for programs
  tertulia chat [URL]           chat in the terminal, or in a pipe
  tertulia --help               this text
  tertulia --version            the version

Options of serve: a flag wins over its environment variable
${rows.join('\n')}

accounts takes ${ACCOUNTS_FLAGS.map((flag) => `--${flag}`).join(', ')}
(--port: default ${ACCOUNTS_PORT}). TERTULIA_ACCOUNTS_SECRET is what chat servers show to it, where
--accounts is its address: set the same for both.
admin takes --storage. The password is asked for, or read from a pipe, or from
TERTULIA_ADMIN_PASSWORD.

Stop it with Ctrl+C: clients are told, what was sent is kept, then it ends.

${CHAT_HELP}`
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads flags and environment for `tertulia serve`. Throws `invalid_options` with a text that says what to do. */
export function serveOptions(args: readonly string[], env: Environment): ServeOptions {
  const { get, given } = read(args, env, ALL)
  return {
    port: portOf(given('port'), get('port')),
    tcpPort: portOf(given('tcp-port'), get('tcp-port')),
    host: get('host'),
    storage: get('storage'),
    broker: get('broker'),
    files: get('files') === '' ? 'auto' : get('files'),
    lang: oneOf(given('lang'), get('lang'), ['en', 'pt-BR']),
    defaultRoom: get('default-room') === '' ? undefined : get('default-room'),
    accounts: /^https?:/.test(get('accounts'))
      ? get('accounts')
      : oneOf(given('accounts'), get('accounts'), ['on', 'off', 'http(s)://…']) === 'on',
    accountsSecret: env[SECRET],
    metrics: oneOf(given('metrics'), get('metrics'), ['on', 'off']) === 'on',
    pages: oneOf(given('pages'), get('pages'), ['on', 'off']) === 'on',
    guests: oneOf(given('guests'), get('guests'), ['on', 'off']) === 'on',
    url: urlOf(given('url'), get('url')),
    origins: originsOf(given('origins'), get('origins')),
    trustProxy: oneOf(given('trust-proxy'), get('trust-proxy'), ['on', 'off']) === 'on',
    tls: tlsOf(get('tls-cert'), get('tls-key')),
    logLevel: oneOf(given('log-level'), get('log-level'), LEVELS),
    logFormat: oneOf(given('log-format'), get('log-format'), ['text', 'json']),
  }
}

/** The same for `tertulia doctor`, which takes `--json` besides. */
export function doctorOptions(args: readonly string[], env: Environment): DoctorOptions {
  const others = args.filter((arg) => arg !== '--json')
  return { ...serveOptions(others, env), json: others.length < args.length }
}

/** The same for `tertulia accounts`. */
export function accountsOptions(args: readonly string[], env: Environment): AccountsOptions {
  const { get, given } = read(args, env, ACCOUNTS_FLAGS, { port: ACCOUNTS_PORT })
  return {
    port: portOf(given('port'), get('port')),
    host: get('host'),
    storage: get('storage'),
    url: urlOf(given('url'), get('url')),
    secret: env[SECRET],
    logLevel: oneOf(given('log-level'), get('log-level'), LEVELS),
    logFormat: oneOf(given('log-format'), get('log-format'), ['text', 'json']),
  }
}

/** The same for `tertulia admin`. */
export function adminOptions(args: readonly string[], env: Environment): AdminOptions {
  const { get, words } = read(args, env, ['storage'], {}, 2)
  const [act = '', name = ''] = words
  if (act === 'restored') {
    if (words.length > 1) throw new ChatError('invalid_options', `${name}: too much`)
  } else if (name === '') {
    throw new ChatError('invalid_options', 'tertulia admin create NAME: a name is needed')
  }
  return { act: oneOf('admin ', act, ADMIN_ACTS), name, storage: get('storage') }
}

/** Reads these flags, and at most so many words beside them. */
function read<F extends FlagName>(
  args: readonly string[],
  env: Environment,
  flags: readonly F[],
  fallbacks: { readonly [K in F]?: string } = {},
  most = 0,
): {
  get(flag: F): string
  /** How the value was given, for the text of an error. */
  given(flag: F): string
  readonly words: readonly string[]
} {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }]))
  let values: Record<string, string | undefined>
  let words: string[]
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: most > 0 })
    values = parsed.values as Record<string, string | undefined>
    words = parsed.positionals
  } catch (error) {
    throw new ChatError('invalid_options', `${(error as Error).message}. See tertulia --help`)
  }
  if (words.length > most) {
    throw new ChatError('invalid_options', `${words[most]}: too much. See tertulia --help`)
  }
  return {
    words,
    get(flag) {
      const row = FLAGS.find((candidate) => candidate.flag === flag)
      return values[flag] ?? env[variable(flag)] ?? fallbacks[flag] ?? row?.fallback ?? ''
    },
    given: (flag) => (values[flag] === undefined ? `${variable(flag)}=` : `--${flag} `),
  }
}

function urlOf(given: string, value: string): string | undefined {
  if (value === 'auto') return undefined
  if (URL.canParse(value)) return value
  throw new ChatError(
    'invalid_options',
    `${given}${value}: an address such as wss://chat.example.org is needed`,
  )
}

function originsOf(given: string, value: string): readonly string[] {
  const origins = value.split(',').flatMap((one) => one.trim() || [])
  for (const origin of origins) {
    if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) continue
    throw new ChatError(
      'invalid_options',
      `${given}${origin}: an origin such as https://example.org is needed, without a path`,
    )
  }
  return origins
}

function tlsOf(cert: string, key: string): ServeOptions['tls'] {
  if (cert === '' && key === '') return undefined
  if (cert !== '' && key !== '') return { cert, key }
  throw new ChatError('invalid_options', '--tls-cert and --tls-key: both are needed, or none')
}

function portOf(given: string, value: string): number {
  const port = Number(value)
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new ChatError('invalid_options', `${given}${value}: a port from 0 to 65535 is needed`)
  }
  return port
}

function oneOf<T extends string>(given: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found === undefined) {
    throw new ChatError(
      'invalid_options',
      `${given}${value}: one of ${choices.join(', ')} is needed`,
    )
  }
  return found
}
