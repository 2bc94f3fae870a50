// What a room's length costs: first against the storage, then through a server that a visitor talks
// to.

import type { Range, Storage } from '../../src/spi/storage.ts'
import { chatServer, storageAt } from '../storage/package.ts'
import type { Place } from '../storage/places.ts'
import { append, EPOCH, entryFor, fill, makeRoom } from './filling.ts'
import type { Sizes } from './list.ts'
import { byTurns, go, makeChance, measureFor, Times, tell } from './measuring.ts'
import type { CostTable, Row } from './messages.ts'

const ROOMS = ['short', 'long'] as const
const PAGE = 50

const count = (value: number): string => value.toLocaleString('en-US')

/** Fills both rooms, and tells how appending to the long one went on. */
async function filled(storage: Storage, { entries }: Sizes): Promise<CostTable> {
  for (const room of ROOMS) await makeRoom(storage, room)
  await fill(storage, [ROOMS[0]], entries[0])
  const [first, last] = [new Times(), new Times()]
  const tenth = entries[1] / 10
  await fill(storage, [ROOMS[1]], entries[1], (done, work) => {
    if (done < tenth) return first.take(work)
    return done >= entries[1] - tenth ? last.take(work) : work()
  })
  return {
    what: `filling a room, up to ${count(entries[1])} entries`,
    small: 'first tenth',
    large: 'last tenth',
    rows: [{ what: 'append of 1,000', small: first.spread(), large: last.spread() }],
  }
}

async function measured(storage: Storage, sizes: Sizes): Promise<CostTable> {
  const { entries, times } = sizes
  const chance = makeChance(1)
  const page = (what: string, range: (length: number) => Range): Promise<Row> =>
    byTurns(what, times, async (which) => {
      const wanted = range(entries[which])
      return async () => {
        const page = await storage.read(ROOMS[which], wanted)
        if (page?.entries.length !== PAGE) throw new Error(`${what}: ${page?.entries.length}`)
      }
    })
  const limit = PAGE
  const rows = [
    await page('newest 50', (length) => ({ before: length + 1, limit })),
    await page('50 before a place', (length) => ({ before: chance(PAGE + 1, length), limit })),
    await page('50 after a place', (length) => ({ after: chance(0, length - PAGE), limit })),
    await page('the last 50, after a place', (length) => ({ after: length - PAGE, limit })),
    // Last: it makes the rooms longer.
    await byTurns('append of 1', times, async (which) => {
      const batch = [entryFor(ROOMS[which])]
      return () => append(storage, batch)
    }),
  ]
  return { what: 'storage alone', ...titles(sizes), rows }
}

const titles = ({ entries }: Sizes): { small: string; large: string } => ({
  small: `room of ${count(entries[0])}`,
  large: `room of ${count(entries[1])}`,
})

measureFor(async ({ sizes, places }) => {
  const storage = await storageAt(places[0] as Place)
  if (!storage) throw new Error('no storage')
  await storage.open()
  tell({ kind: 'filled', tables: [await filled(storage, sizes)] })
  await go()
  tell({ kind: 'measured', tables: [await measured(storage, sizes)] })
  await go()
  const chat = await chatServer(storage)
  const { port } = await chat.listen({ port: 0, host: '127.0.0.1' })
  tell({ kind: 'serving', visit: { sizes, port, rooms: ROOMS, epoch: EPOCH } })
})
