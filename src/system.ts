/** The real clock, real ids, and the log of those who gave none. */

import { randomBytes } from 'node:crypto'
import type { Clock, MakeId } from './spi/clock.ts'
import type { Logger } from './spi/logger.ts'

/** Time as the system has it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** 128 random bits in 22 letters, digits, `-` and `_`. */
export const randomId: MakeId = () => randomBytes(16).toString('base64url')

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Writes warnings and errors to stderr: one line each, the fields as `key=value`, and below it, indented,
 * the stack of an error and of what caused it.
 */
export const stderrLogger: Logger = {
  ...silentLogger,
  // Unlike the stream, console lives on when nobody reads stderr any more.
  warn: (fields, message) => console.error(logLines('warn', fields, message)),
  error: (fields, message) => console.error(logLines('error', fields, message)),
}

function logLines(level: string, fields: object, message: string): string {
  let line = `tertulia: ${level} ${message}`
  let stacks = ''
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Error) stacks += stackOf(value)
    else if (value !== undefined) line += ` ${key}=${shown(value)}`
  }
  return visible(line) + stacks
}

/** A line stays a line, whatever a client called itself. */
function shown(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@-]+$/.test(value)) return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

function stackOf(error: Error): string {
  const { cause } = error
  const lines = (error.stack ?? String(error)).split('\n')
  const text = lines.map((line) => `\n    ${visible(line)}`).join('')
  return cause instanceof Error ? `${text}\n    caused by:${stackOf(cause)}` : text
}

/** Without what would move a terminal's cursor or change its colours. */
const visible = (line: string): string => line.replace(/\p{Cc}/gu, '?')
