// What the number of rooms costs, with as many entries in all.

import type { Storage } from '../../src/spi/storage.ts'
import { storageAt } from '../storage/package.ts'
import { append, entryFor, fill, makeRoom, makeRooms } from './filling.ts'
import type { Sizes } from './list.ts'
import { byTurns, go, makeChance, measureFor, tell } from './measuring.ts'
import type { CostTable } from './messages.ts'

const PAGE = 50
const BATCH = 200
const HEADS = 100

const count = (value: number): string => value.toLocaleString('en-US')
const nameOf = (index: number): string => `room-${index}`

async function measured(
  storages: readonly [Storage, Storage],
  { rooms, inAll, times }: Sizes,
): Promise<CostTable> {
  const chance = makeChance(3)
  const some = (which: 0 | 1): string => nameOf(chance(0, rooms[which]))
  let made = 0
  const page = async (storage: Storage, room: string): Promise<void> => {
    const read = await storage.read(room, { before: Number.MAX_SAFE_INTEGER, limit: PAGE })
    if (read?.entries.length !== PAGE) throw new Error(`${room}: ${read?.entries.length}`)
  }
  const rows = [
    await byTurns(`append of ${BATCH} to any rooms`, times, async (which) => {
      const batch = Array.from({ length: BATCH }, () => entryFor(some(which)))
      return () => append(storages[which], batch)
    }),
    await byTurns('append of 1', times, async (which) => {
      const batch = [entryFor(some(which))]
      return () => append(storages[which], batch)
    }),
    await byTurns('newest 50 of any room', times, async (which) => {
      const room = some(which)
      return () => page(storages[which], room)
    }),
    await byTurns(`heads of any ${HEADS} rooms`, times, async (which) => {
      const [start, step] = [chance(0, rooms[which]), rooms[which] / HEADS]
      const names = Array.from({ length: HEADS }, (_, i) =>
        nameOf((start + i * step) % rooms[which]),
      )
      return () => storages[which].heads(names)
    }),
    await byTurns('list of 100 rooms', times, async (which) => {
      return () => storages[which].rooms.list('', 100)
    }),
    await byTurns('make a room', Math.ceil(times / 4), async (which) => {
      const name = `new-${made++}`
      return () => makeRoom(storages[which], name)
    }),
  ]
  const each = (which: 0 | 1): string => `${count(rooms[which])} rooms`
  return { what: `${count(inAll)} entries in all`, small: each(0), large: each(1), rows }
}

measureFor(async ({ sizes, places }) => {
  const storages: Storage[] = []
  for (const [which, place] of places.entries()) {
    const storage = await storageAt(place)
    if (!storage) throw new Error('no storage')
    await storage.open()
    storages.push(storage)
    const names = Array.from({ length: sizes.rooms[which as 0 | 1] }, (_, i) => nameOf(i))
    await makeRooms(storage, names)
    await fill(storage, names, sizes.inAll)
  }
  tell({ kind: 'filled', tables: [] })
  await go()
  const both = storages as unknown as readonly [Storage, Storage]
  tell({ kind: 'measured', tables: [await measured(both, sizes)] })
})
