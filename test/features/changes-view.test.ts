/** However one comes by entries, folding what comes live into them gives what storage has. */

import { expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { amended, isChange } from '../../src/protocol/entry.ts'
import type { Entry, EntryKind, Reaction } from '../../src/protocol/types.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { freshSeed, type Random, seededRandom } from '../../src/testing/random.ts'
import { type JsonClient, jsonClient, type Message } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const KINDS = new Set(['message', 'notice', 'edit', 'delete', 'react', 'unreact'])
const EMOJI = ['👍', '❤️', '🎉']

/** A storage that takes its time: so that much happens while something is read or stored. */
function slow(random: Random): Storage {
  const inner = memoryStorage()
  const later = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let i = random.int(0, 3); i > 0; i--) await new Promise(setImmediate)
    const result = await work()
    for (let i = random.int(0, 3); i > 0; i--) await new Promise(setImmediate)
    return result
  }
  return {
    ...inner,
    append: (batch) => later(() => inner.append(batch)),
    read: (name, range) => later(() => inner.read(name, range)),
  }
}

const entryOf = ({ ev, ...rest }: Message): Entry => ({ ...rest, kind: ev as EntryKind }) as never

/** What a client would show: every entry it got, with what came after folded in. */
function viewOf(client: JsonClient): Map<number, Entry> {
  const view = new Map<number, Entry>()
  for (const message of client.all) {
    if (KINDS.has(message.ev as string)) {
      const entry = entryOf(message)
      view.set(entry.seq, entry)
      if (!isChange(entry.kind)) continue
      for (const [seq, one] of view) view.set(seq, amended(one, entry))
    }
    const ok = message.ok as { entries?: readonly Message[] } | undefined
    // A page shows what was when it was answered, and all that came before has come before.
    for (const one of ok?.entries ?? []) view.set(one.seq as number, entryOf(one))
  }
  return view
}

/** The order of reactions isn't told by those that come late. */
function comparable({ reactions, ...rest }: Entry): object {
  const sorted = (reactions ?? []).map(({ text, count, by }: Reaction) => [
    text,
    count,
    [...by].sort(),
  ])
  return { ...rest, reactions: sorted.sort() }
}

async function act(client: JsonClient, head: number, random: Random): Promise<unknown> {
  const fields = { room, seq: random.int(1, Math.max(1, head)) }
  const text = random.pick(EMOJI)
  const kind = random.int(0, 9)
  if (kind < 4) return client.ask('send', { room, text: `SECRET ${random.int(0, 1e9)}` })
  if (kind < 6) return client.ask('edit', { ...fields, text: `SECRET ${random.int(0, 1e9)}` })
  if (kind < 7) return client.ask('delete', fields)
  if (kind < 9) return client.ask('react', { ...fields, text, on: random.chance(0.6) })
  return client.ask('history', {
    room,
    ...(random.chance(0.5) ? { after: random.int(0, head) } : { before: random.int(1, head + 1) }),
    limit: random.int(1, 8),
  })
}

/** The first ones find it when pages, or what is kept in memory, aren't brought up to date. */
const SEEDS = [102, 103, freshSeed()]

it.each(SEEDS.flatMap((seed) => [1, 2].map((nodes) => ({ seed, nodes }))))(
  'seed $seed, nodes: $nodes',
  async ({ seed, nodes }) => {
    const random = seededRandom(seed)
    const shared = {
      storage: slow(random),
      broker: memoryBroker(),
      limits: { recentEntries: random.pick([1, 4, 16]), historyPage: 8, commandBurst: 100_000 },
    }
    const servers = await Promise.all(Array.from({ length: nodes }, () => start(shared)))
    const come = async (name: string): Promise<JsonClient> => {
      const client = await jsonClient(random.pick(servers)[random.pick(['ws', 'tcp'] as const)])
      client.put({ op: 'hello', version: 1, name })
      // Written at once, so that it is handled in the middle of what others do.
      await client.ask('join', { room, recent: random.int(0, 8) })
      return client
    }
    const clients = [await come('p1'), await come('p2'), await come('p3')]
    const head = (): number =>
      Math.max(0, ...clients.map((client) => Math.max(0, ...viewOf(client).keys())))
    for (let round = 0; round < 12; round++) {
      const now = head()
      const work: Promise<unknown>[] = clients.flatMap((client) =>
        Array.from({ length: random.int(0, 8) }, () => act(client, now, random)),
      )
      if (round % 2 === 1) {
        work.push(come(`n${round}`).then((client) => clients.push(client)))
      }
      // Much of what is asked can't be done: entries that are gone, or of others.
      for (const result of await Promise.allSettled(work)) {
        if (result.status === 'fulfilled') continue
        expect(result.reason).toHaveProperty('code')
        expect(['entry_not_found', 'forbidden', 'unavailable']).toContain(result.reason.code)
      }
    }
    const last = await clients[0]?.ask('send', { room, text: 'end' })
    const page = await shared.storage.read(room, { after: 0, limit: 10_000 })
    const truth = new Map(page?.entries.map((entry) => [entry.seq, entry]))
    for (const client of clients) {
      if (!viewOf(client).has(last?.seq as number)) {
        await client.push('message', ({ seq }) => seq === last?.seq)
      }
      const view = viewOf(client)
      expect(view.size).toBeGreaterThan(0)
      for (const [seq, entry] of view) {
        expect(comparable(entry), `entry ${seq}`).toEqual(comparable(truth.get(seq) as Entry))
      }
    }
  },
)

it('who comes while something is deleted sees that it is, whatever comes first', async () => {
  const inner = memoryStorage()
  /** What is held back, until it is let go. */
  const held: Partial<Record<'read' | 'append', () => void>> = {}
  const armed = new Set<string>()
  const gate = async <T>(what: 'read' | 'append', work: () => Promise<T>): Promise<T> => {
    const result = await work()
    if (armed.delete(what)) {
      await new Promise<void>((resolve) => {
        held[what] = resolve
      })
    }
    return result
  }
  const storage: Storage = {
    ...inner,
    append: (batch) => gate('append', () => inner.append(batch)),
    read: (name, range) => gate('read', () => inner.read(name, range)),
  }
  const until = async (what: 'read' | 'append'): Promise<() => void> => {
    for (;;) {
      const open = held[what]
      delete held[what]
      if (open !== undefined) return open
      await new Promise(setImmediate)
    }
  }
  const server = await start({ storage, limits: { recentEntries: 1 } })
  const alice = await jsonClient(server.ws)
  await alice.ask('hello', { version: 1, name: 'Alice' })
  await alice.ask('join', { room })
  let both = 0
  for (let ticks = -12; ticks <= 12; ticks++) {
    const { seq } = await alice.ask('send', { room, text: 'SECRET' })
    await alice.ask('send', { room, text: 'open' })
    await alice.ask('send', { room, text: 'open' })
    const newcomer = await jsonClient(server.ws)
    await newcomer.ask('hello', { version: 1 })
    armed.add('read')
    const joining = newcomer.ask('join', { room, recent: 4 })
    const read = await until('read')
    armed.add('append')
    const deleting = alice.ask('delete', { room, seq })
    const append = await until('append')
    const [first, second] = ticks < 0 ? [append, read] : [read, append]
    first()
    for (let i = Math.abs(ticks); i > 0; i--) await null
    second()
    await Promise.all([joining, deleting])
    await newcomer.ask('ping')
    const shown = JSON.stringify(newcomer.all).includes('SECRET')
    const told = newcomer.all.some(({ ev, ref }) => ev === 'delete' && ref === seq)
    if (shown) expect(told, `${ticks} ticks`).toBe(true)
    expect(viewOf(newcomer).get(seq as number)).toMatchObject({ deleted: true })
    both += shown ? 1 : 0
    newcomer.cut()
  }
  // Some came before it was deleted, and some after.
  expect(both).toBeGreaterThan(0)
  expect(both).toBeLessThan(25)
})
