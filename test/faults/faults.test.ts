/** Short fault runs, and the proof that they can fail. Long ones: `npm run faults`. */

import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { postgresFolder } from '../support/postgres-server.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const TIMEOUT_MS = 120_000

interface Ended {
  readonly code: number
  readonly text: string
}

/** Runs the command; its record is removed, unless the run is to be looked into. */
async function faults(line: string): Promise<Ended> {
  const args = ['--import', 'tsx', MAIN, ...line.split(' ')]
  const ended = await new Promise<Ended>((resolve) => {
    execFile(process.execPath, args, { timeout: TIMEOUT_MS - 5000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, text: `${stdout}${stderr}` })
    })
  })
  return ended
}

async function expectNothing(line: string): Promise<void> {
  const { code, text } = await faults(line)
  expect(text).toContain('Nothing was found')
  expect(code, text).toBe(0)
}

async function expectCaught(line: string): Promise<void> {
  const { code, text } = await faults(line)
  expect(text).toContain('FAILED')
  expect(text).toContain('\nViolations\n')
  expect(code).toBe(1)
  const record = /^The record: (.+)$/m.exec(text)?.[1]
  if (record !== undefined) rmSync(record)
}

const there = postgresFolder() !== null || process.env.TERTULIA_REQUIRE_SERVICES === '1'

describe.sequential('a short fault run finds nothing', { timeout: TIMEOUT_MS }, () => {
  it('on memory', () => expectNothing('--storage memory --seconds 4 --seed 7 --keep 20'))
  it('on SQLite', () => expectNothing('--storage sqlite --seconds 8 --seed 7'))
  it.skipIf(!there)('on Postgres, with two nodes', () =>
    expectNothing('--storage postgres --nodes 2 --seconds 8 --seed 7'),
  )
})

describe.sequential('a broken server is caught', { timeout: TIMEOUT_MS }, () => {
  it('that acknowledges before it commits', () =>
    expectCaught('--storage sqlite --break early-ack --seconds 4 --seed 7 --rate 100 --only kill'))
  it('that shows what was deleted', () =>
    expectCaught('--storage memory --break undead --seconds 4 --seed 7 --rate 100'))
  it('that forgets keys', () =>
    expectCaught('--storage memory --break no-key --seconds 4 --seed 7 --rate 100'))
})
