/** The log of the command line: one line per event, for people or for machines. */

import type { Logger } from '../spi/logger.ts'
import { LEVELS, type Level } from './options.ts'

/** Writes lines of `level` and above with `write`. */
export function lineLogger(
  level: Level,
  format: 'text' | 'json',
  write: (line: string) => void,
  now: () => number = Date.now,
): Logger {
  const least = LEVELS.indexOf(level)
  const log = (name: Exclude<Level, 'silent'>) => {
    if (LEVELS.indexOf(name) < least) return () => {}
    return (fields: object, message: string): void => {
      const time = new Date(now()).toISOString()
      write(
        format === 'json'
          ? JSON.stringify({ time, level: name, msg: message, ...plain(fields) })
          : `${time} ${name.padEnd(5)} ${message}${pairs(fields)}`,
      )
    }
  }
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}

/** Errors have no own enumerable properties: their text is taken out for the log. */
function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? told(value) : value,
    ]),
  )
}

function told(error: Error): string {
  const { cause } = error
  return cause instanceof Error
    ? `${error.message}: ${told(cause)}`
    : (error.stack ?? error.message)
}

function pairs(fields: object): string {
  let text = ''
  for (const [key, value] of Object.entries(plain(fields))) {
    if (value === undefined) continue
    // A line stays a line, whatever a client called itself.
    text += ` ${key}=${typeof value === 'string' && /^[\w.:/@-]+$/.test(value) ? value : JSON.stringify(value)}`
  }
  return text
}
