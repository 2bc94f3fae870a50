/** Runs a program like somebody who looks whether it works, and then presses Ctrl+C. */

import { spawn } from 'node:child_process'

/** How a program went. */
export interface Ran {
  /** `null`: it was ended by the signal. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** What the test runner set up for itself is none of the program's business. */
const ENVIRONMENT = Object.fromEntries(
  ['PATH', 'HOME', 'TERTULIA_CI_RUN'].map((name) => [name, process.env[name]]),
)

/** How long a program may say nothing before it is ended, in ms. */
const SILENCE_MS = 3000
/** What follows the first line within this time still counts, in ms. */
const REST_MS = 300
/** How long it may take to end, in ms. */
const ENDING_MS = 5000

/**
 * Runs Node with these arguments. When something was printed, or after 3 seconds, it gets SIGINT;
 * a program that ends by itself before is left alone. One that doesn't end is killed.
 */
export function runProgram(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...ENVIRONMENT, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    let kill: NodeJS.Timeout | undefined
    const interrupt = (): void => {
      child.kill('SIGINT')
      kill = setTimeout(() => child.kill('SIGKILL'), ENDING_MS)
    }
    let timer = setTimeout(interrupt, SILENCE_MS)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (out === '') {
        clearTimeout(timer)
        timer = setTimeout(interrupt, REST_MS)
      }
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      clearTimeout(kill)
      resolve({ code, signal, out, err })
    })
  })
}

/** What was wrong with a run; `null`: nothing. */
export function problemOf({ code, signal, out, err }: Ran): string | null {
  if (err !== '') return `it wrote to stderr: ${err}`
  if (signal === 'SIGKILL') return 'it did not end after SIGINT'
  if (code !== 0 && signal !== 'SIGINT') return `it ended with ${code ?? signal}; printed: ${out}`
  return null
}
