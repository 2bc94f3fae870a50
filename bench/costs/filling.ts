// Fills storages, through their own contract.

import type { NewEntry, Storage } from '../../src/spi/storage.ts'

export const EPOCH = 'bench-epoch'
/** Entries of one append: as many as the server puts into a batch at most. */
const BATCH = 1_000
/** Rooms that are made at once. */
const AT_ONCE = 8

const TEXT = 'the quick brown fox jumps over the lazy dog and on'.padEnd(64, '.')
const PEOPLE = 50

let keys = 0

/** An entry of 64 bytes, by one of fifty people, with a key of its own. */
export function entryFor(room: string): NewEntry {
  const key = ++keys
  const from = { id: `person-${key % PEOPLE}`, name: `Person ${key % PEOPLE}` }
  const cid = `key-${String(key).padStart(9, '0')}`
  return { room, epoch: EPOCH, kind: 'message', ts: Date.now(), from, text: TEXT, cid }
}

/** Makes a room that stays. */
export async function makeRoom(storage: Storage, room: string): Promise<void> {
  const now = Date.now()
  const record = { room, epoch: EPOCH, permanent: true, createdAt: now, keepUntil: now }
  const made = await storage.rooms.create(record, 1_000_000)
  if (!made?.created) throw new Error(`${room} was not made`)
}

/** Makes many of them. */
export async function makeRooms(storage: Storage, names: readonly string[]): Promise<void> {
  const left = names.values()
  const worker = async (): Promise<void> => {
    for (const name of left) await makeRoom(storage, name)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Appends, and makes sure that everything was stored. */
export async function append(storage: Storage, batch: readonly NewEntry[]): Promise<void> {
  for (const result of await storage.append(batch)) {
    if ('error' in result || result.duplicate) throw new Error(JSON.stringify(result))
  }
}

/** Appends one entry after the other to rooms in turn; `around` is given each append. */
export async function fill(
  storage: Storage,
  rooms: readonly string[],
  entries: number,
  around: (done: number, work: () => Promise<void>) => Promise<void> = (_, work) => work(),
): Promise<void> {
  for (let done = 0; done < entries; done += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, entries - done) }, (_, i) =>
      entryFor(rooms[(done + i) % rooms.length] as string),
    )
    await around(done, () => append(storage, batch))
  }
}
