import { describe, expect, it } from 'vitest'
import { Committer, type Completion } from '../../src/core/committer.ts'
import type { ChatError } from '../../src/errors.ts'
import { LIMITS } from '../../src/limits.ts'
import type { Entry } from '../../src/protocol/types.ts'
import type { Appended, NewEntry, Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { silentLogger } from '../../src/system.ts'
import { manualClock } from './manual-clock.ts'

const from = { id: 'a', name: 'Alice' }
const draft = (text: string, room = 'r', cid?: string): NewEntry => ({
  room,
  epoch: 'e',
  kind: 'message',
  ts: 1,
  from,
  text,
  ...(cid === undefined ? {} : { cid }),
})

interface Told {
  seq?: number
  duplicate?: boolean
  code?: string
}

/** A storage whose appends wait until the test lets them go. */
function gated(storage: Storage, appends = 1) {
  const batches: string[][] = []
  const gates: { open(): void; fail(error: Error): void }[] = []
  const append = (batch: readonly NewEntry[]): Promise<readonly Appended[]> => {
    batches.push(batch.map(({ text }) => text))
    return new Promise((resolve, reject) => {
      gates.push({ open: () => resolve(storage.append(batch)), fail: reject })
    })
  }
  return {
    batches,
    gates,
    storage: { ...storage, append, supports: { durable: false, appends, changes: true } },
  }
}

async function setup(options: { appends?: number; limits?: Partial<typeof LIMITS> } = {}) {
  const memory = memoryStorage()
  for (const room of ['r', 's']) {
    await memory.rooms.create({ room, epoch: 'e', permanent: true, createdAt: 0, keepUntil: 0 }, 10)
  }
  const gate = gated(memory, options.appends)
  const clock = manualClock()
  const stored: Entry[] = []
  const advanced: number[] = []
  let woken = 0
  const committer = new Committer({
    storage: gate.storage,
    limits: { ...LIMITS, ...options.limits },
    clock,
    logger: silentLogger,
    wake: () => {
      woken += 1
    },
    stored: (entries) => stored.push(...entries),
    advanced: (_, __, seq) => advanced.push(seq),
  })
  const told: Told[] = []
  const completion = (): Completion => {
    const mine: Told = {}
    told.push(mine)
    return {
      committed: ({ seq, duplicate }) => Object.assign(mine, { seq, duplicate }),
      failed: (error: ChatError) => Object.assign(mine, { code: error.code }),
    }
  }
  const send = (text: string, room?: string, cid?: string) =>
    committer.submit(draft(text, room, cid), completion())
  const settle = async () => {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate)
  }
  return { committer, send, settle, told, stored, advanced, clock, ...gate, woken: () => woken }
}

describe('committer', () => {
  it('puts what arrives while a batch is in flight into the next one', async () => {
    const { committer, send, settle, batches, gates, told, stored } = await setup()
    send('1')
    send('2')
    committer.commit()
    send('3')
    send('4')
    committer.commit()
    expect(batches).toEqual([['1', '2']])
    gates[0]?.open()
    await settle()
    committer.commit()
    expect(batches).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
    gates[1]?.open()
    await settle()
    expect(told.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(stored.map(({ seq, text }) => `${seq}${text}`)).toEqual(['11', '22', '33', '44'])
  })

  it('shows nothing and acknowledges nothing of a batch that failed', async () => {
    const { committer, send, settle, gates, told, stored } = await setup()
    send('1')
    send('2')
    committer.commit()
    gates[0]?.fail(new Error('disk full'))
    await settle()
    expect(told).toEqual([{ code: 'unavailable' }, { code: 'unavailable' }])
    expect(stored).toEqual([])
    await expect(committer.idle()).resolves.toBeUndefined()
  })

  it('gives up on a storage that does not answer, and still counts what it does later', async () => {
    const { committer, send, settle, gates, told, stored, clock, batches } = await setup()
    send('1')
    committer.commit()
    clock.pass(LIMITS.storageMs)
    expect(told).toEqual([{ code: 'unavailable' }])
    send('2')
    committer.commit()
    expect(batches).toEqual([['1'], ['2']])
    gates[0]?.open()
    gates[1]?.open()
    await settle()
    expect(told).toEqual([{ code: 'unavailable' }, { seq: 2, duplicate: false }])
    expect(stored.map(({ text }) => text)).toEqual(['1', '2'])
  })

  it('reports duplicates and conflicts one by one', async () => {
    const { committer, send, settle, gates, told, stored, advanced } = await setup()
    send('1', 'r', 'k')
    send('1', 'r', 'k')
    send('other', 'r', 'k')
    send('x', 'nowhere')
    committer.commit()
    gates[0]?.open()
    await settle()
    expect(told).toEqual([
      { seq: 1, duplicate: false },
      { seq: 1, duplicate: true },
      { code: 'conflict' },
      { code: 'room_not_found' },
    ])
    expect(stored).toHaveLength(1)
    expect(advanced).toEqual([1])
  })

  it('keeps a room in one batch at a time where several are in flight', async () => {
    const { committer, send, batches } = await setup({ appends: 2 })
    send('r1')
    committer.commit()
    send('r2')
    send('s1', 's')
    committer.commit()
    expect(batches).toEqual([['r1'], ['s1']])
  })

  it('refuses beyond the limits of its queue, by number and by bytes', async () => {
    const byNumber = await setup({ limits: { commitQueue: 2 } })
    byNumber.send('1')
    byNumber.send('2')
    expect(() => byNumber.send('3')).toThrow(expect.objectContaining({ code: 'overloaded' }))
    const byBytes = await setup({ limits: { commitQueueBytes: 10 } })
    byBytes.send('12345678')
    expect(() => byBytes.send('345')).toThrow(expect.objectContaining({ code: 'overloaded' }))
  })

  it('splits batches at the limit', async () => {
    const { committer, send, batches, gates, settle } = await setup({ limits: { commitBatch: 2 } })
    for (const text of ['1', '2', '3']) send(text)
    committer.commit()
    gates[0]?.open()
    await settle()
    committer.commit()
    expect(batches).toEqual([['1', '2'], ['3']])
  })
})
