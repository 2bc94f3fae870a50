/** `tertulia chat`, as it is typed in a checkout. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { KEY, type Sitting, sit } from './pty.ts'

const TERTULIA = ['--import', 'tsx', 'src/cli/main.ts', 'chat']
/** A test that starts several programs takes long on a busy machine. */
vi.setConfig({ testTimeout: 60_000 })

const running: ChildProcess[] = []
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tertulia-chat-'))
})
afterEach(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A folder of this test, where it also keeps its logins. */
export const home = (): string => folder

/** How a terminal is set up. */
export interface How {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Sits down at a terminal with the chat in it. */
export const chat = (url: string, args: readonly string[] = [], how: How = {}): Sitting =>
  sit([process.execPath, ...TERTULIA, url, ...args], {
    ...how,
    env: { XDG_STATE_HOME: folder, HOME: folder, LANG: 'en_US.UTF-8', ...how.env },
  })

/** The same as a guest, in the room where everybody starts. */
export async function guest(
  url: string,
  name: string,
  how: How = {},
  args: readonly string[] = [],
): Promise<Sitting> {
  const sitting = chat(url, ['--guest', '--name', name, ...args], how)
  await sitting.at(`#geral ${name}> `)
  return sitting
}

/** Types lines, each with Enter. */
export const type = (sitting: Sitting, ...lines: readonly string[]): void => {
  for (const line of lines) sitting.type(line + KEY.enter)
}

/** Runs the chat without a terminal. `input` undefined: it stays open. */
export function piped(
  args: readonly string[],
  input: string | undefined,
  env: Readonly<Record<string, string>> = {},
) {
  const child = spawn(process.execPath, [...TERTULIA, ...args], {
    env: {
      PATH: process.env.PATH,
      XDG_STATE_HOME: folder,
      HOME: folder,
      LANG: 'en_US.UTF-8',
      ...env,
    },
  })
  running.push(child)
  if (input !== undefined) child.stdin.end(input)
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output.err += chunk
  })
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, output, exit }
}
