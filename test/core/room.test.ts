import { describe, expect, it } from 'vitest'
import { Outbox } from '../../src/core/outbox.ts'
import { Room, type Subscriber } from '../../src/core/room.ts'
import { type Wire, Wires } from '../../src/core/wire.ts'
import type { Entry, ServerEvent } from '../../src/protocol/types.ts'
import type { Page } from '../../src/spi/storage.ts'
import type { Frame } from '../../src/spi/transport.ts'

const from = { id: 'a', name: 'Alice' }
const entry = (seq: number): Entry => ({
  room: 'r',
  seq,
  ts: 0,
  kind: 'message',
  from,
  text: `${seq}`,
})
interface Seen extends Frame {
  readonly seen: string[]
}

const told = (event: ServerEvent): string =>
  event.type === 'entry' ? event.entry.text : event.type === 'push' ? event.push.ev : event.type

function setup(log: Entry[] = [], first = 1) {
  const dirty = new Set<Room<Subscriber>>()
  let reads = 0
  let epoch = 'e'
  const packs: string[][] = []
  const wires = new Wires()
  const wire: Wire = wires.make('test', (events): Seen => {
    const seen = events.map(told)
    packs.push(seen)
    return { byteLength: 1, seen }
  })
  const room = new Room<Subscriber>(
    { room: 'r', epoch, head: 0, permanent: true, createdAt: 0, keepUntil: 0 },
    {
      recentEntries: 4,
      recentUnits: 1000,
      dirty: (r) => dirty.add(r),
      async read(_, after): Promise<Page> {
        reads += 1
        const kept = log.filter(({ seq }) => seq >= first)
        const head = log.at(-1)?.seq ?? 0
        return { epoch, head, first, entries: kept.filter(({ seq }) => seq > after).slice(0, 3) }
      },
      replaced: (r, page) => page !== null && r.restart(page.epoch, page.head),
      failed: (_, error) => {
        throw error
      },
      acted() {},
      unsure: () => null,
    },
  )
  const member = (): Subscriber & { got: string[]; outbox: Outbox } => {
    const got: string[] = []
    const connection = {
      framing: { name: 'x', pack: () => ({ byteLength: 0 }) },
      bufferedBytes: 0,
      send(frames: readonly Frame[]) {
        for (const frame of frames as readonly Seen[]) got.push(...frame.seen)
        return true
      },
      close() {},
      pause() {},
      resume() {},
    }
    const outbox: Outbox = new Outbox(
      connection,
      wire,
      { dirty() {}, emptied() {}, overflow() {} },
      1000,
    )
    return { got, outbox }
  }
  const flush = (...members: Subscriber[]) => {
    room.flush()
    for (const { outbox } of members) outbox.flush()
  }
  return {
    room,
    member,
    flush,
    packs,
    log,
    reads: () => reads,
    renew: () => {
      epoch = 'f'
    },
  }
}

describe('room', () => {
  it('hands out what extends its position, once, and drops what is behind', () => {
    const { room, member, flush } = setup()
    const alice = member()
    room.add(alice, from)
    for (const seq of [1, 1, 2, 1, 2, 3]) room.entry(entry(seq), 'e')
    flush(alice)
    expect(alice.got).toEqual(['1', '2', '3'])
  })

  it('packs once per wire, whoever many get it', () => {
    const { room, member, flush, packs } = setup()
    const members = Array.from({ length: 10 }, (_, i) => {
      const m = member()
      room.add(m, { id: `${i}`, name: `${i}` })
      return m
    })
    room.entry(entry(1), 'e')
    room.entry(entry(2), 'e')
    flush(...members)
    expect(packs).toEqual([['1', '2']])
    for (const { got } of members) expect(got).toEqual(['1', '2'])
  })

  it('fetches a gap from storage and goes on in order', async () => {
    const log = Array.from({ length: 9 }, (_, i) => entry(i + 1))
    const { room, member, flush } = setup(log)
    const alice = member()
    room.add(alice, from)
    room.entry(entry(1), 'e')
    room.entry(entry(8), 'e')
    room.entry(entry(9), 'e')
    await room.repair()
    flush(alice)
    expect(alice.got).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
  })

  it('says which entries can not be had any more', async () => {
    const log = Array.from({ length: 9 }, (_, i) => entry(i + 1))
    const { room, member, flush } = setup(log, 6)
    const alice = member()
    room.add(alice, from)
    room.head('e', 9)
    await room.repair()
    flush(alice)
    expect(alice.got).toEqual(['gap', '6', '7', '8', '9'])
  })

  it('goes over to another log, and says so', async () => {
    const { room, member, flush, log, renew } = setup([entry(1), entry(2)])
    const alice = member()
    room.add(alice, from)
    await room.repair()
    renew()
    log.length = 1
    await room.repair()
    flush(alice)
    expect(alice.got).toEqual(['1', '2', 'reset'])
    expect([room.epoch, room.position]).toEqual(['f', 1])
  })

  it('gives a newcomer what follows their coming, and a leaver what came before', () => {
    const { room, member, flush } = setup()
    const [alice, bob, carol] = [member(), member(), member()]
    room.add(alice, from)
    room.entry(entry(1), 'e')
    room.add(bob, { id: 'b', name: 'Bob' })
    room.entry(entry(2), 'e')
    room.add(carol, { id: 'c', name: 'Carol' })
    room.remove(alice, 'a')
    room.entry(entry(3), 'e')
    room.remove(bob, 'b')
    flush(alice, bob, carol)
    expect(alice.got).toEqual(['1', '2'])
    expect(bob.got).toEqual(['2', '3'])
    expect(carol.got).toEqual(['3'])
  })

  it('remembers the newest entries for those who come back', () => {
    const { room, member } = setup()
    room.add(member(), from)
    for (let seq = 1; seq <= 20; seq++) room.entry(entry(seq), 'e')
    expect(room.recentAfter(17)?.map(({ seq }) => seq)).toEqual([18, 19, 20])
    expect(room.recentAfter(20)).toEqual([])
    expect(room.recentAfter(2)).toBeNull()
    expect(room.recentAfter(21)).toBeNull()
  })

  it('counts persons, not connections', () => {
    const { room, member } = setup()
    const [phone, desk] = [member(), member()]
    expect(room.add(phone, from)).toBe(true)
    expect(room.add(desk, from)).toBe(false)
    expect(room.count).toBe(1)
    expect(room.remove(phone, 'a')).toBe(false)
    expect(room.remove(phone, 'a')).toBe(false)
    expect(room.remove(desk, 'a')).toBe(true)
    expect(room.count).toBe(0)
  })
})
