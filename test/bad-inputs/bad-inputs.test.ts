/** The catalogue of bad inputs: every row against real servers, through real sockets. */

import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CATALOGUE } from './catalogue.ts'
import type { Row } from './row.ts'
import { put, type Wire } from './run.ts'
import { readme } from './table.ts'
import { type Kind, type World, world } from './worlds.ts'

const wiresOf = ({ by }: Row): readonly Wire[] => (by === 'json' ? ['tcp', 'websocket'] : [by])

const worlds = new Map<string, Promise<World>>()
function worldFor(kind: Kind, { setting, trouble }: Row): Promise<World> {
  const name = trouble === undefined ? (setting ?? 'usual') : 'troubled'
  const key = `${kind} ${name}`
  const made = worlds.get(key) ?? world(kind, name)
  worlds.set(key, made)
  return made
}

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => {
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
  expect(unhandled).toEqual([])
})

afterAll(async () => {
  for (const made of worlds.values()) await (await made).close()
})

const isFor = (kind: Kind, { storage, setting }: Row): boolean =>
  setting === 'readonly' ? kind === 'sqlite' : storage === undefined || storage === kind

describe.each(['memory', 'sqlite'] as const)('bad inputs, %s', (kind) => {
  describe.each(CATALOGUE)('$title', ({ rows }) => {
    const cases = rows
      .filter((row) => isFor(kind, row))
      .flatMap((row) => wiresOf(row).map((wire) => [row.what, wire, row] as const))
    it.each(cases)('%s (%s)', async (_what, wire, row) => {
      await put(row, wire, await worldFor(kind, row))
    })
  })
})

describe('the catalogue', () => {
  it('has each row once, and at least 80', () => {
    const names = CATALOGUE.flatMap(({ title, rows }) =>
      rows.map(({ what }) => `${title}: ${what}`),
    )
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(80)
  })

  it('has its table in README.md', async () => {
    await expect(readme(CATALOGUE)).toMatchFileSnapshot('./README.md')
  })
})
