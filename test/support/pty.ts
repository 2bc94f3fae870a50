/** A program at a terminal: what is typed, what is on the screen. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, expect } from 'vitest'
import { Screen } from './screen.ts'

const HELPER = fileURLToPath(new URL('pseudo-terminal.py', import.meta.url))

/** The program itself, not what stands before it in some set-ups. */
const python = spawnSync('python3', ['-c', 'import sys, fcntl, termios; print(sys.executable)'], {
  encoding: 'utf8',
})

/** Whether pseudo terminals can be had; where services are required they have to. */
export const hasPty = process.env.TERTULIA_REQUIRE_SERVICES === '1' || python.status === 0

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

/** A program that runs in a terminal. */
export interface Sitting {
  readonly screen: Screen
  type(text: string): void
  /** Waits until this is on the screen, or has been. */
  sees(part: string | RegExp): Promise<void>
  /** Waits until the row of the cursor looks like this: before it, behind it. */
  at(before: string | RegExp, behind?: string): Promise<void>
  resize(columns: number, rows: number): void
  /** Its exit code, once it has ended. */
  readonly exit: Promise<number | null>
  /** Whether it left the terminal as it was. */
  restored(): Promise<boolean>
}

/** Runs a command in a terminal. */
export function sit(
  command: readonly string[],
  options: {
    readonly columns?: number
    readonly rows?: number
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Sitting {
  const { columns = 80, rows = 24, env = {} } = options
  const screen = new Screen(columns, rows)
  const set = Object.entries({ TERM: 'xterm-256color', ...env }).map(([name, v]) => `${name}=${v}`)
  const program = ['env', '-i', `PATH=${process.env.PATH}`, ...set, ...command]
  const child = spawn(python.stdout.trim(), [HELPER, `${columns}`, `${rows}`, ...program], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe', 'pipe'],
  })
  running.push(child)
  let broken: unknown
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    try {
      screen.write(chunk)
    } catch (error) {
      broken ??= error
    }
  })
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  let report = ''
  const told = child.stdio[4] as Readable
  told.setEncoding('utf8').on('data', (chunk: string) => {
    report += chunk
  })
  const sizes = child.stdio[3] as Writable
  const until = (what: () => boolean, told: () => string) =>
    expect
      .poll(
        () => {
          if (broken !== undefined) throw broken
          return what() ? 'so' : `${told()}\n${screen.text}`
        },
        { timeout: 15_000, interval: 10 },
      )
      .toBe('so')
  const fits = (text: string, part: string | RegExp): boolean =>
    typeof part === 'string' ? text.includes(part) : part.test(text)
  return {
    screen,
    type: (text) => child.stdin?.write(text),
    sees: (part) =>
      until(
        () => fits(screen.text, part),
        () => `not seen: ${part}`,
      ),
    at: (before, behind = '') =>
      until(
        () => {
          const [left, right] = screen.atCursor
          const isLeft = typeof before === 'string' ? left === before : before.test(left)
          return isLeft && right === behind
        },
        () => `not ${before}|${behind}, but ${screen.atCursor.join('|')}`,
      ),
    resize(columns, rows) {
      screen.resize(columns, rows)
      sizes.write(`${columns} ${rows}\n`)
    },
    exit,
    async restored() {
      await exit
      return (JSON.parse(report) as { restored: boolean }).restored
    },
  }
}

/** What keys send. */
export const KEY = {
  enter: '\r',
  tab: '\t',
  left: '\u001b[D',
  right: '\u001b[C',
  up: '\u001b[A',
  down: '\u001b[B',
  home: '\u001b[H',
  end: '\u001b[F',
  backspace: '\u007f',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  ctrlU: '\u0015',
  ctrlW: '\u0017',
} as const

/** Pasted by a terminal that tells that it is pasted. */
export const pasted = (text: string): string => `\u001b[200~${text}\u001b[201~`
