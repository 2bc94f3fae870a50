import { describe, expect, it } from 'vitest'
import { type PagedRoom, Pages } from '../../src/core/pages.ts'
import { Recent } from '../../src/core/recent.ts'
import type { Entry } from '../../src/protocol/types.ts'
import type { Page, Range } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'

const from = { id: 'a', name: 'Alice' }
const MOST = 20

/** A room of a memory storage whose reads are counted, and wait while `slow` says so. */
async function setup(said: number) {
  const storage = memoryStorage()
  let ids = 0
  const make = (): Promise<unknown> =>
    storage.rooms.create(
      { room: 'r', epoch: `e${ids++}`, permanent: true, createdAt: 0, keepUntil: 0 },
      10,
    )
  await make()
  const say = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      const [one] = await storage.append([
        { room: 'r', epoch: room.epoch, kind: 'message', ts: 0, from, text: `text ${n}` },
      ])
      if (one === undefined || 'error' in one) throw new Error('not stored')
      room.position = one.seq
    }
  }
  const recent = new Recent({ recentEntries: 10, recentUnits: 1000 })
  const room = {
    name: 'r',
    epoch: 'e0',
    position: 0,
    get altered() {
      return recent.altered
    },
    changesAfter: (count: number) => recent.changesAfter(count),
  } satisfies PagedRoom
  await say(said)
  const asked: Range[] = []
  let answer: (() => void)[] | null = null
  const pages = new Pages(async (name, range) => {
    asked.push(range)
    const page = await storage.read(name, range)
    if (answer !== null) await new Promise<void>((resolve) => answer?.push(resolve))
    return page
  }, MOST)
  const change = (kind: 'edit' | 'delete', ref: number, text = ''): void => {
    room.position += 1
    recent.push({ room: 'r', seq: room.position, ts: 0, kind, from, text, ref })
  }
  return {
    ...{ storage, room, recent, pages, asked, say, change, make },
    hold: () => {
      answer = []
    },
    release: () => {
      const waiting = answer ?? []
      answer = null
      for (const go of waiting) go()
    },
  }
}

const seqs = (page: Page | null): number[] => page?.entries.map(({ seq }) => seq) ?? []
const upTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)
const textOf = (page: Page | null, seq: number): string | undefined =>
  page?.entries.find((entry: Entry) => entry.seq === seq)?.text

describe('pages', () => {
  it('many who come back to much the same place read once', async () => {
    const { pages, room, asked } = await setup(100)
    const places = Array.from({ length: 1000 }, (_, n) => 40 + (n % 10))
    const got = await Promise.all(places.map((after) => pages.read(room, { after, limit: MOST })))
    for (const [n, page] of got.entries()) {
      const after = places[n] as number
      expect(seqs(page)).toEqual(upTo(after + 1, after + MOST))
    }
    expect(asked.length).toBeLessThanOrEqual(2)
  })

  it('also who comes a little later', async () => {
    const { pages, room, asked } = await setup(100)
    for (let n = 0; n < 50; n++) {
      const after = 40 + (n % 5)
      const page = await pages.read(room, { after, limit: MOST })
      expect(seqs(page)).toEqual(upTo(after + 1, after + MOST))
    }
    expect(asked).toHaveLength(1)
  })

  it('nobody gets a page from before something that was handed out', async () => {
    const { pages, room, asked, say, hold, release } = await setup(45)
    hold()
    const early = pages.read(room, { after: 40, limit: MOST })
    await say(3)
    const late = pages.read(room, { after: 40, limit: MOST })
    release()
    expect(seqs(await early)).toEqual(upTo(41, 45))
    expect(seqs(await late)).toEqual(upTo(41, 48))
    await say(1)
    expect(seqs(await pages.read(room, { after: 40, limit: MOST }))).toEqual(upTo(41, 49))
    expect(asked).toHaveLength(3)
  })

  it('small pages, and those before a seq, are shared while they are read, and read as asked', async () => {
    const { pages, room, asked } = await setup(100)
    const range = { before: 50, limit: 5 }
    const got = await Promise.all([1, 2, 3].map(() => pages.read(room, range)))
    for (const page of got) expect(seqs(page)).toEqual(upTo(45, 49))
    expect(asked).toEqual([range])
    await pages.read(room, range)
    expect(asked).toHaveLength(2)
    expect(seqs(await pages.read(room, { after: 7, limit: 2 }))).toEqual([8, 9])
    expect(asked.at(-1)).toEqual({ after: 7, limit: 2 })
  })

  it('a text that was deleted after it was read is shown to nobody who asks later', async () => {
    const { pages, room, asked, change } = await setup(100)
    const range = { after: 40, limit: MOST }
    expect(textOf(await pages.read(room, range), 45)).toBe('text 44')
    change('delete', 45)
    change('edit', 46, 'better')
    const page = await pages.read(room, range)
    expect(asked).toHaveLength(1)
    expect(page?.entries.find(({ seq }) => seq === 45)).toMatchObject({ text: '', deleted: true })
    expect(textOf(page, 46)).toBe('better')
  })

  it('nor when it is deleted while it is being read', async () => {
    const { pages, room, change, hold, release } = await setup(100)
    hold()
    const reading = pages.read(room, { before: 50, limit: 10 })
    await Promise.resolve()
    change('delete', 45)
    release()
    expect(textOf(await reading, 45)).toBe('')
  })

  it('reads again when more was changed than is remembered, or the room went over a gap', async () => {
    const { pages, room, recent, asked, change } = await setup(100)
    const range = { after: 40, limit: MOST }
    await pages.read(room, range)
    for (let n = 0; n < 600; n++) change('edit', 45, `${n}`)
    await pages.read(room, range)
    expect(asked).toHaveLength(2)
    recent.clear()
    await pages.read(room, range)
    expect(asked).toHaveLength(3)
  })

  it('reads again where it can not know how many hold a reaction', async () => {
    const { pages, room, recent, asked, storage } = await setup(100)
    const range = { after: 40, limit: MOST }
    const react = async (id: string): Promise<void> => {
      const change = { kind: 'react', ts: 0, from: { id, name: id }, text: '👍', ref: 45 } as const
      const [at] = await storage.append([{ room: 'r', epoch: 'e0', ...change }])
      if (at === undefined || 'error' in at) throw new Error('not stored')
      room.position = at.seq
      recent.push({ room: 'r', seq: at.seq, ...change })
    }
    const count = async (): Promise<number | undefined> => {
      const page = await pages.read(room, range)
      return page?.entries.find(({ seq }) => seq === 45)?.reactions?.[0]?.count
    }
    await count()
    for (let n = 0; n < 101; n++) await react(`p${n}`)
    expect(await count()).toBe(101)
    expect(asked).toHaveLength(1)
    for (let n = 0; n < 10; n++) await react('p100')
    expect(await count()).toBe(101)
    expect(asked).toHaveLength(2)
  })

  it('knows rooms apart that had the same name, and what was opened again', async () => {
    const { pages, room, asked, storage, make } = await setup(100)
    const range = { after: 40, limit: MOST }
    await pages.read(room, range)
    await pages.read({ ...room, altered: 0 }, range)
    expect(asked).toHaveLength(2)
    await storage.rooms.delete('r')
    await make()
    room.epoch = 'e1'
    room.position = 0
    expect(seqs(await pages.read(room, range))).toEqual([])
  })

  it('fails for all who wait, and not for those after them', async () => {
    let fails = true
    const { room, storage } = await setup(100)
    const pages = new Pages(async (name, range) => {
      if (fails) throw new Error('storage is gone')
      return storage.read(name, range)
    }, MOST)
    const range = { after: 0, limit: MOST }
    const both = await Promise.allSettled([pages.read(room, range), pages.read(room, range)])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(seqs(await pages.read(room, range))).toEqual(upTo(1, 20))
  })

  it('keeps a bounded number', async () => {
    const { pages, room, asked } = await setup(900)
    for (let after = 0; after < 880; after += 5) await pages.read(room, { after, limit: MOST })
    const before = asked.length
    for (let after = 600; after < 870; after += 5) await pages.read(room, { after, limit: MOST })
    expect(asked).toHaveLength(before)
    await pages.read(room, { after: 0, limit: MOST })
    expect(asked).toHaveLength(before + 1)
  })
})
