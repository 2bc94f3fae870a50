/** What a room makes of storage that takes its time, and of what it hears meanwhile. */

import { describe, expect, it } from 'vitest'
import { Outbox } from '../../src/core/outbox.ts'
import { Room, type Subscriber } from '../../src/core/room.ts'
import { Wires } from '../../src/core/wire.ts'
import type { Entry, ServerEvent } from '../../src/protocol/types.ts'
import type { Page } from '../../src/spi/storage.ts'
import type { Frame } from '../../src/spi/transport.ts'

const from = { id: 'a', name: 'Alice' }
const entry = (seq: number, text = `${seq}`): Entry => ({
  ...{ room: 'r', seq, ts: 0, kind: 'message', from, text },
})
const log = (length: number): Entry[] => Array.from({ length }, (_, i) => entry(i + 1))
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Seen extends Frame {
  readonly events: readonly ServerEvent[]
}

/** A room whose reads are answered by hand. */
function setup() {
  const reads: { after: number; answer(page: Page | null): void; fail(): void }[] = []
  const packs: number[] = []
  const wire = new Wires().make('test', (events): Seen => {
    packs.push(events.length)
    return { byteLength: 1, events: [...events] }
  })
  const room = new Room<Subscriber>(
    { room: 'r', epoch: 'e', head: 0, permanent: true, createdAt: 0, keepUntil: 0 },
    {
      ...{
        recentEntries: 100,
        recentUnits: 10_000,
        dirty() {},
        failed() {},
        acted() {},
        unsure: () => null,
      },
      read: (_, after) =>
        new Promise((resolve, reject) => {
          reads.push({ after, answer: resolve, fail: () => reject(new Error('gone')) })
        }),
      replaced: (r, page) => page !== null && r.restart(page.epoch, page.head),
    },
  )
  /** Storage has these, and answers the oldest read. */
  const answer = async (entries: readonly Entry[], epoch = 'e', limit = 10): Promise<void> => {
    const read = reads.shift()
    if (read === undefined) throw new Error('nothing was asked of storage')
    const some = entries.filter(({ seq }) => seq > read.after).slice(0, limit)
    read.answer({ epoch, head: entries.at(-1)?.seq ?? 0, first: 1, entries: some })
    await turn()
  }
  const member = () => {
    const got: string[] = []
    const connection = {
      framing: { name: 'x', pack: () => ({ byteLength: 0 }) },
      bufferedBytes: 0,
      send(frames: readonly Frame[]) {
        for (const { events } of frames as readonly Seen[])
          for (const event of events) got.push(event.type === 'entry' ? event.entry.text : 'push')
        return true
      },
      ...{ close() {}, pause() {}, resume() {} },
    }
    const owner = { dirty() {}, emptied() {}, overflow() {} }
    return { got, outbox: new Outbox(connection, wire, owner, 1e6) }
  }
  return { room, reads, answer, member, packs }
}

describe('a room whose storage is slow', () => {
  it('hears of more while it reads, and reads on', async () => {
    const { room, answer, reads } = setup()
    room.head('e', 3)
    room.head('e', 5)
    await answer(log(3))
    await answer(log(5))
    expect([room.position, reads.length]).toEqual([5, 0])
  })

  it('fills a gap that shows while it reads', async () => {
    const { room, answer, reads } = setup()
    room.head('e', 2)
    room.entry(entry(5), 'e')
    await answer(log(2))
    await answer(log(5))
    expect([room.position, reads.length]).toEqual([5, 0])
  })

  it('reads on when more has come live than the page has', async () => {
    const { room, answer, reads } = setup()
    room.head('e', 20)
    for (const one of log(6)) room.entry(one, 'e')
    await answer(log(20), 'e', 4)
    await answer(log(20), 'e', 20)
    expect([room.position, reads.length]).toEqual([20, 0])
  })

  it('stops when storage knows nothing of what was told', async () => {
    const { room, answer, reads } = setup()
    room.head('e', 9)
    await answer(log(2))
    await answer(log(2))
    expect([room.position, reads.length]).toEqual([2, 0])
    room.entry(entry(3), 'e')
    expect(room.position).toBe(3)
  })

  it('is compared by a read that begins after it was asked for', async () => {
    const { room, answer } = setup()
    const early = room.repair()
    const late = [room.repair(), room.repair()]
    let done = false
    void Promise.all(late).then(() => {
      done = true
    })
    await answer(log(1))
    await early
    expect(done).toBe(false)
    await answer(log(1), 'f')
    expect(await Promise.all(late)).toEqual([true, true])
    expect(room.epoch).toBe('f')
  })

  it('hands out nothing that was read, or came early, before it was told to forget', async () => {
    const { room, answer, reads, member } = setup()
    const { got, outbox } = member()
    room.add({ outbox }, from)
    room.entry(entry(3, 'secret'), 'e')
    room.forget()
    const erased = [entry(1), entry(2, ''), entry(3, '')]
    await answer([entry(1), entry(2, 'secret'), entry(3, 'secret')])
    expect(room.position).toBe(0)
    await answer(erased)
    room.flush()
    outbox.flush()
    expect([got, reads.length]).toEqual([['1', '', ''], 0])
    expect(room.recentAfter(0)).toEqual(erased)
  })

  it('keeps nothing that came early, when storage is asked again after it was forgotten', async () => {
    const { room, answer } = setup()
    room.entry(entry(3, 'secret'), 'e')
    room.forget()
    await answer(log(1))
    await answer(log(2))
    await answer([...log(2), entry(3, '')])
    expect(room.recentAfter(0)?.map(({ text }) => text)).toEqual(['1', '2', ''])
  })

  it('says when storage did not answer', async () => {
    const { room, reads } = setup()
    const repaired = room.repair()
    reads.shift()?.fail()
    expect(await repaired).toBe(false)
  })

  it('takes nothing from another log, and asks once whose time it is', async () => {
    const { room, answer, reads } = setup()
    room.entry(entry(1), 'old')
    expect(room.position).toBe(0)
    await answer(log(0))
    room.entry(entry(1), 'old')
    room.head('old', 7)
    expect(await room.settle('old')).toBe(true)
    expect([room.epoch, room.position, reads.length]).toEqual(['e', 0, 0])
    room.entry(entry(1), 'new')
    await answer(log(4), 'new')
    expect([room.epoch, room.position]).toEqual(['new', 4])
    room.entry(entry(1), 'e')
    expect(reads).toEqual([])
  })
})

describe('what a room keeps in memory', () => {
  it('is shown as it is after a change', () => {
    const { room } = setup()
    for (const one of log(3)) room.entry(one, 'e')
    room.entry({ ...entry(4, ''), kind: 'delete', ref: 2 }, 'e')
    expect(room.recentAfter(0)?.map(({ text }) => text)).toEqual(['1', '', '3', ''])
  })

  it('has no count of reactions that it can not know', () => {
    const { room } = setup()
    const by = Array.from({ length: 100 }, (_, n) => `p${n}`)
    const [first, ...others] = log(5) as [Entry, ...Entry[]]
    room.entry({ ...first, reactions: [{ text: '👍', count: 100, by }] }, 'e')
    for (const one of others) room.entry(one, 'e')
    const react = (seq: number, id: string): void =>
      room.entry({ ...entry(seq, '👍'), kind: 'react', ref: 1, from: { id, name: id } }, 'e')
    react(6, 'new')
    react(7, 'p5')
    expect(room.recentAfter(0)?.[0]?.reactions).toEqual([{ text: '👍', count: 101, by }])
    // It may be the one who isn't named, once more.
    react(8, 'new')
    expect(room.recentAfter(0)).toBeNull()
    expect([room.oldest, room.recallable(0)]).toEqual([2, true])
    expect(room.recentAfter(1)?.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6, 7, 8])
  })

  it('takes from storage, once, what is right before it', () => {
    const { room } = setup()
    room.restart('f', 50)
    expect(room.recentAfter(40)).toBeNull()
    expect([room.recallable(40), room.oldest]).toEqual([true, 51])
    room.entry(entry(51), 'f')
    room.recall(log(50).slice(30))
    expect(room.recentAfter(30)?.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 21 }, (_, n) => 31 + n),
    )
    expect(room.recallable(20)).toBe(false)
    room.forget()
    expect(room.recentAfter(45)).toBeNull()
  })
})

describe('hundreds who come or go in one turn', () => {
  it('share what is packed for them', () => {
    const { room, member, packs } = setup()
    const members = Array.from({ length: 400 }, (_, n) => {
      room.push({ ev: 'count', room: 'r', count: n })
      const one = member()
      room.add(one, { id: `${n}`, name: `${n}` })
      room.entry(entry(n + 1), 'e')
      return one
    })
    room.flush()
    for (const [n, { outbox, got }] of members.entries()) {
      outbox.flush()
      const expected: string[] = [`${n + 1}`]
      for (let more = n + 2; more <= 400; more++) expected.push('push', `${more}`)
      expect(got).toEqual(expected)
    }
    // 400 × 400 if each were given a pack of their own.
    expect(packs.reduce((sum, size) => sum + size, 0)).toBeLessThan(800 * 12)
    packs.length = 0
    for (let n = 0; n < 400; n++) {
      room.push({ ev: 'count', room: 'r', count: n })
      room.remove(members[n] as Subscriber, `${n}`)
    }
    expect(packs.reduce((sum, size) => sum + size, 0)).toBeLessThan(400 * 12)
  })
})
