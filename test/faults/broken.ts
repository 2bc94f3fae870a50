/** Storages that break a promise: what the runner must catch, or it proves nothing. */

import type { Appended, NewEntry, Page, Storage } from '../../src/spi/storage.ts'

/**
 * - `early-ack`: acknowledges what it will store a moment later.
 * - `no-key`: a key doesn't protect against doubles.
 * - `holes`: a read now and then misses an entry.
 * - `false-ack`: what storage refused is acknowledged all the same.
 * - `undead`: what was deleted is read with its text.
 */
export const BREAKAGES = ['early-ack', 'no-key', 'holes', 'false-ack', 'undead'] as const
export type Breakage = (typeof BREAKAGES)[number]

/** Wraps a storage so that it is broken in this way. */
export function breakStorage(inner: Storage, how: Breakage): Storage {
  const wrap = { 'early-ack': earlyAck, 'no-key': noKey, holes, 'false-ack': falseAck, undead }[how]
  const { name, supports, rooms } = inner
  return {
    ...{ name, supports, rooms },
    open: () => inner.open(),
    append: (batch) => inner.append(batch),
    read: (room, range) => inner.read(room, range),
    heads: (names) => inner.heads(names),
    setting: (key, value) => inner.setting(key, value),
    close: () => inner.close(),
    ...wrap(inner),
  }
}

/** Guesses the places that entries will get. */
class Guess {
  private readonly heads = new Map<string, number>()
  private readonly inner: Storage

  constructor(inner: Storage) {
    this.inner = inner
  }

  async places(batch: readonly NewEntry[]): Promise<readonly Appended[]> {
    const unknown = [...new Set(batch.map(({ room }) => room))].filter((r) => !this.heads.has(r))
    if (unknown.length > 0) {
      const known = await this.inner.heads(unknown)
      for (const [i, room] of unknown.entries()) this.heads.set(room, known[i]?.head ?? 0)
    }
    return batch.map(({ room, ts }) => {
      const seq = (this.heads.get(room) ?? 0) + 1
      this.heads.set(room, seq)
      return { seq, ts, duplicate: false }
    })
  }

  forget(): void {
    this.heads.clear()
  }
}

const LATE_MS = 30

function earlyAck(inner: Storage): Partial<Storage> {
  const guess = new Guess(inner)
  let last: Promise<unknown> = Promise.resolve()
  return {
    async append(batch) {
      const places = await guess.places(batch)
      last = last
        .then(() => new Promise((resolve) => setTimeout(resolve, LATE_MS)))
        .then(() => inner.append(batch))
        .catch(() => guess.forget())
      return places
    },
    async close() {
      await last
      await inner.close()
    },
  }
}

function falseAck(inner: Storage): Partial<Storage> {
  return {
    append: (batch) => inner.append(batch).catch(() => new Guess(inner).places(batch)),
  }
}

/** Stands between a key and what makes it another one. */
const MARK = '~~'
let marked = 0

function noKey(inner: Storage): Partial<Storage> {
  return {
    append: (batch) =>
      inner.append(
        batch.map((entry) =>
          entry.cid === undefined
            ? entry
            : { ...entry, cid: `${entry.cid}${MARK}${process.pid}.${++marked}` },
        ),
      ),
    read: async (room, range) => unmark(await inner.read(room, range)),
  }
}

/** Takes back what `no-key` did to the keys. */
export function unmark(page: Page | null): Page | null {
  if (page === null) return null
  const entries = page.entries.map((entry) =>
    entry.cid === undefined ? entry : { ...entry, cid: entry.cid.split(MARK)[0] as string },
  )
  return { ...page, entries }
}

function holes(inner: Storage): Partial<Storage> {
  let reads = 0
  return {
    async read(room, range) {
      const page = await inner.read(room, range)
      reads += 1
      if (page === null || page.entries.length < 3 || reads % 2 !== 0) return page
      return { ...page, entries: page.entries.toSpliced(1, 1) }
    },
  }
}

function undead(inner: Storage): Partial<Storage> {
  const texts = new Map<string, string>()
  return {
    async append(batch) {
      const results = await inner.append(batch)
      for (const [i, result] of results.entries()) {
        const draft = batch[i]
        if (draft === undefined || 'error' in result) continue
        texts.set(`${draft.room} ${result.seq}`, draft.text)
      }
      return results
    },
    async read(room, range) {
      const page = await inner.read(room, range)
      if (page === null) return null
      const entries = page.entries.map((entry) => {
        const { deleted, ...rest } = entry
        const text = texts.get(`${room} ${entry.seq}`)
        return deleted === undefined || text === undefined ? entry : { ...rest, text }
      })
      return { ...page, entries }
    },
  }
}
