/** A server is started again, and a thousand come back: what they missed is read a few times. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChatServer, type Participant } from '../../src/index.ts'
import type { Entry, Position } from '../../src/protocol/types.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'

const MANY = 1000
const SAID = 1000
const room = 'sala'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storm-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A storage whose reads are counted. */
function counted(storage: Storage): { storage: Storage; reads: () => number } {
  let reads = 0
  return {
    storage: {
      ...storage,
      read(name, range) {
        reads += 1
        return storage.read(name, range)
      },
    },
    reads: () => reads,
  }
}

/** Somebody comes back, reads on to the head, and hears what is said then. */
class Returner {
  readonly seen: number[] = []
  private readonly live: number[] = []
  private readonly one: Participant

  constructor(one: Participant) {
    this.one = one
    one.on('message', ({ seq }) => this.live.push(seq))
  }

  async comeBack(since: Position): Promise<void> {
    const ok = await this.one.join(room, { since })
    expect(ok.reset).toBeUndefined()
    let { entries, more }: { entries: readonly Entry[]; more: boolean } = ok
    for (;;) {
      for (const { seq } of entries) if (seq <= ok.head) this.seen.push(seq)
      if (!more) return
      const page = await this.one.history(room, { after: this.seen.at(-1) ?? since.seq })
      entries = page.entries
      more = page.more && (entries.at(-1)?.seq ?? 0) < ok.head
    }
  }

  get all(): readonly number[] {
    return [...this.seen, ...this.live]
  }
}

const STORAGES: readonly [name: string, make: () => () => Storage][] = [
  [
    'in memory',
    () => {
      const storage = memoryStorage({ entriesPerRoom: 10_000 })
      return () => storage
    },
  ],
  ['on SQLite', () => () => sqliteStorage(join(folder, 'chat.db'), { synchronous: 'normal' })],
]

describe.each(STORAGES)('a storm %s', (_, make) => {
  /** Says something, starts the server anew, and lets all come back. */
  async function storm(sinceOf: (n: number) => number, together: boolean): Promise<number> {
    const open = make()
    const before = createChatServer({ storage: open(), defaultRoom: false })
    const said = Array.from({ length: SAID }, (_one, n) => before.room(room).send(`${n}`))
    await Promise.all(said)
    await before.room(room).create()
    const host = await before.participant('Ana')
    const { epoch } = await host.join(room)
    await before.close()

    const { storage, reads } = counted(open())
    const after = createChatServer({ storage, defaultRoom: false })
    const returners: { one: Returner; seq: number }[] = []
    for (let n = 0; n < MANY; n++) {
      returners.push({ one: new Returner(await after.participant(`p ${n}`)), seq: sinceOf(n) })
    }
    if (together) {
      await Promise.all(returners.map(({ one, seq }) => one.comeBack({ epoch, seq })))
    } else {
      for (const { one, seq } of returners) await one.comeBack({ epoch, seq })
    }
    const done = reads()
    const { seq: last } = await after.room(room).send('bye', { as: { id: 'x', name: 'X' } })
    await new Promise((resolve) => setImmediate(resolve))
    for (const { one, seq } of returners) {
      const missed = Array.from({ length: last - seq }, (_one, n) => seq + 1 + n)
      expect(one.all).toEqual(missed)
    }
    await after.close()
    return done
  }

  it('of those who were there until shortly before is one read', async () => {
    expect(await storm((n) => SAID - (n % 100), true)).toBe(1)
  }, 30_000)

  it('of those who missed much is a read for each part of the log', async () => {
    // Up to 700 entries: six or so pages of 125, for each of a few places where they begin.
    expect(await storm((n) => SAID - 600 - (n % 100), true)).toBeLessThan(40)
  }, 30_000)

  it('is no more when they come one after the other', async () => {
    expect(await storm((n) => SAID - 600 - (n % 100), false)).toBeLessThan(40)
  }, 30_000)
})
