/** Asking for a password. */

import type { ReadStream } from 'node:tty'
import { ChatError } from '../errors.ts'

const VARIABLE = 'TERTULIA_ADMIN_PASSWORD'
/** No password has as many characters. */
const MOST_CHARS = 4096

/**
 * A new password: from the environment, else from a pipe (its first line), else from who sits at the
 * terminal, twice and without showing it.
 *
 * @throws ChatError `invalid_options`, when none is given or the two differ
 */
export async function askPassword(
  env: Readonly<Record<string, string | undefined>>,
  input: ReadStream = process.stdin,
): Promise<string> {
  const given = env[VARIABLE]
  if (given !== undefined) return given
  if (!input.isTTY) return firstLine(input)
  const password = await hidden(input, 'Password: ')
  if ((await hidden(input, 'Again: ')) !== password) {
    throw new ChatError('invalid_options', 'these were two different passwords')
  }
  return password
}

async function firstLine(input: ReadStream): Promise<string> {
  let text = ''
  input.setEncoding('utf8')
  for await (const chunk of input) {
    text += chunk as string
    if (text.includes('\n') || text.length > MOST_CHARS) break
  }
  const [line = ''] = text.split(/\r?\n/, 1)
  if (line === '') {
    throw new ChatError(
      'invalid_options',
      `no password: write it into the pipe, or set ${VARIABLE}`,
    )
  }
  return line
}

/** Reads a line that isn't shown. Ctrl+C ends the program as usual. */
function hidden(input: ReadStream, question: string): Promise<string> {
  input.setEncoding('utf8')
  // First, so that whoever is fast isn't shown either.
  input.setRawMode(true)
  process.stderr.write(question)
  input.resume()
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const done = (settle: () => void): void => {
      input.off('data', hear)
      input.setRawMode(false)
      input.pause()
      process.stderr.write('\n')
      settle()
    }
    const hear = (chunk: string): void => {
      for (const char of chunk) {
        if (char === '\r' || char === '\n') return done(() => resolve(typed.join('')))
        if (char === '\u0003' || char === '\u0004') {
          return done(() => reject(new ChatError('invalid_options', 'no password')))
        }
        if (char === '\u007f' || char === '\b') typed.pop()
        else if (char === '\u0015') typed = []
        else if (typed.length < MOST_CHARS) typed.push(char)
      }
    }
    input.on('data', hear)
  })
}
