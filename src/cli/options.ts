/** The options of `tertulia serve`: flags, environment variables, and their help. */

import { parseArgs } from 'node:util'
import { ChatError } from '../errors.ts'
import type { Lang } from '../i18n/languages.ts'

/** How much the log says. */
export const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type Level = (typeof LEVELS)[number]

/** What `tertulia serve` runs with. */
export interface ServeOptions {
  readonly port: number
  readonly tcpPort: number
  readonly host: string
  readonly storage: string
  readonly lang: Lang
  /** Undefined: no default room. */
  readonly defaultRoom: string | undefined
  readonly logLevel: Level
  readonly logFormat: 'text' | 'json'
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
    help: 'WebSocket and HTTP health; 0 = any free port',
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
  { flag: 'lang', value: 'LANG', fallback: 'en', help: 'en | pt-BR: texts for people' },
  {
    flag: 'default-room',
    value: 'NAME',
    fallback: 'geral',
    help: "the room to start in; '' = none",
  },
  { flag: 'log-level', value: 'LEVEL', fallback: 'info', help: LEVELS.join(' | ') },
  { flag: 'log-format', value: 'HOW', fallback: 'text', help: 'text | json: one line per event' },
] as const satisfies readonly Flag[]

type FlagName = (typeof FLAGS)[number]['flag']

const variable = (flag: string): string => `TERTULIA_${flag.toUpperCase().replaceAll('-', '_')}`

/** The text of `tertulia --help`. */
export function helpText(version: string): string {
  const rows = FLAGS.map(({ flag, value, fallback, help }) => {
    const left = `  --${flag} ${value}`.padEnd(24)
    return `${left}${help}\n${' '.repeat(24)}default ${fallback}; or ${variable(flag)}`
  })
  return `tertulia ${version}: a chat server

Usage
  tertulia serve [options]   start a chat server (also: just "tertulia")
  tertulia --help            this text
  tertulia --version         the version

Options of serve: a flag wins over its environment variable
${rows.join('\n')}

Stop it with Ctrl+C: clients are told, what was sent is kept, then it ends.
`
}

/** Reads flags and environment. Throws `invalid_options` with a text that says what to do. */
export function serveOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ServeOptions {
  const known = Object.fromEntries(FLAGS.map(({ flag }) => [flag, { type: 'string' as const }]))
  let values: Record<string, string | undefined>
  try {
    values = parseArgs({ args: [...args], options: known, allowPositionals: false })
      .values as Record<string, string | undefined>
  } catch (error) {
    throw new ChatError('invalid_options', `${(error as Error).message}. See tertulia --help`)
  }
  const get = (flag: FlagName): string => {
    const row = FLAGS.find((candidate) => candidate.flag === flag)
    return values[flag] ?? env[variable(flag)] ?? row?.fallback ?? ''
  }
  /** How the value was given, for the text of an error. */
  const given = (flag: FlagName): string =>
    values[flag] === undefined ? `${variable(flag)}=` : `--${flag} `
  return {
    port: portOf(given('port'), get('port')),
    tcpPort: portOf(given('tcp-port'), get('tcp-port')),
    host: get('host'),
    storage: get('storage'),
    lang: oneOf(given('lang'), get('lang'), ['en', 'pt-BR']),
    defaultRoom: get('default-room') === '' ? undefined : get('default-room'),
    logLevel: oneOf(given('log-level'), get('log-level'), LEVELS),
    logFormat: oneOf(given('log-format'), get('log-format'), ['text', 'json']),
  }
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
