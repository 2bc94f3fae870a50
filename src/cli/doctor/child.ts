/**
 * Work done in a process of its own: native code may block, or take its process down, and then this
 * one goes on.
 */

import { spawn } from 'node:child_process'

/** How a child ended. */
export interface Ended {
  /** `null`: it was killed, since nobody waits any more, or by a fault of its own. */
  readonly code: number | null
  /** The lines it wrote, whole ones. */
  readonly lines: readonly string[]
  /** What went wrong, as far as it said. */
  readonly error: string
}

const MOST_CHARS = 100_000

/**
 * Runs a module given as text; its arguments are in `process.argv` from 1 on. Packages are found from
 * `folder`.
 *
 * @param signal kills it
 */
export function runModule(
  code: string,
  args: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--no-warnings', '--input-type=module', '-e', code, '--', ...args],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true },
    )
    let out = ''
    let error = ''
    const kill = (): void => void child.kill('SIGKILL')
    signal.addEventListener('abort', kill)
    child.stdout.on('data', (chunk: Buffer) => {
      if (out.length < MOST_CHARS) out += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (error.length < MOST_CHARS) error += chunk
    })
    const end = (code: number | null): void => {
      signal.removeEventListener('abort', kill)
      resolve({ code, lines: out.split('\n').slice(0, -1), error: gist(error) })
    }
    child.on('error', (cause) => {
      error += cause.message
      end(null)
    })
    child.on('close', end)
    if (signal.aborted) kill()
  })
}

/** The line that says what went wrong, out of what Node prints about an uncaught error. */
function gist(text: string): string {
  const lines = text.split('\n')
  return (lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find(Boolean) ?? '').trim()
}
