/** Runs a program of `examples`, as its README says, on free ports. */

import { type ChildProcess, spawn } from 'node:child_process'
import { afterEach, expect } from 'vitest'

const running: ChildProcess[] = []

afterEach(() => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  }
})

/** A program that runs. */
export interface Running {
  /** What it printed, to both streams. */
  output(): string
  /** The next place in its output where this is found, after the last one that was found. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  type(text: string): void
  /** Nothing more is typed. */
  hangUp(): void
  kill(signal: NodeJS.Signals): void
  /** Its exit code; null after a signal. */
  readonly ended: Promise<number | null>
}

/** How long a program has to print what is waited for, in ms. */
const PATIENCE_MS = 20_000

/** Starts a program; it is ended with the test. */
export function runProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(command, args, {
    env: { ...process.env, PORT: '0', TCP_PORT: '0', ...env },
  })
  running.push(child)
  let out = ''
  let read = 0
  const looking = new Set<() => void>()
  const look = (): void => {
    for (const one of looking) one()
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text
      look()
    })
  }
  // Who has gone reads nothing more; that is no fault of this test's.
  child.stdin.on('error', () => {})
  let over = false
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      over = true
      look()
      resolve(code)
    })
  })
  return {
    output: () => out,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          const match = pattern.exec(out.slice(read))
          if (match === null && !over) return
          clearTimeout(timer)
          looking.delete(settle)
          if (match === null) {
            reject(new Error(`it ended without printing ${pattern}: ${out}`))
          } else {
            read += match.index + match[0].length
            resolve(match)
          }
        }
        const timer = setTimeout(() => {
          looking.delete(settle)
          reject(new Error(`it has not printed ${pattern}: ${out}`))
        }, PATIENCE_MS)
        looking.add(settle)
        settle()
      }),
    type: (text) => void child.stdin.write(text),
    hangUp: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    ended,
  }
}

/** Starts one of an example's programs: `minimal/index.ts`, for example. */
export const runExample = (
  path: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Running => runProgram(process.execPath, ['--import', 'tsx', `examples/${path}`, ...args], env)

/** Ctrl+C ends it in order. */
export async function stop(program: Running): Promise<void> {
  program.kill('SIGINT')
  expect(await program.ended, program.output()).toBe(0)
}

/** Runs an example's conformance suite to its end; resolves to the report (TAP). */
export async function conformance(path: string): Promise<string> {
  const args = ['--import', 'tsx', '--test', '--test-reporter=tap', `examples/${path}`]
  const suite = runProgram(process.execPath, args)
  await suite.ended
  return suite.output()
}
