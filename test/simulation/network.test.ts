import { beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/limits.ts'
import type { Connection, Sink } from '../../src/spi/transport.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/clock.ts'
import type { Closing } from '../../src/testing/mailbox.ts'
import {
  type NetworkOptions,
  type NetworkTransport,
  testNetwork,
} from '../../src/testing/network.ts'
import type { NetworkLink } from '../../src/testing/network-link.ts'
import { seededRandom } from '../../src/testing/random.ts'

interface Both {
  readonly link: NetworkLink
  readonly connection: Connection
  /** What the server heard, and when. */
  readonly up: string[]
  /** What the client heard, and when. */
  readonly down: string[]
  readonly ends: { server: number; client: Closing | null }
}

let clock: VirtualClock
const log = { debug() {}, info() {}, warn() {}, error() {} }

beforeEach(() => {
  clock = virtualClock({ start: 0 })
})

async function connect(
  options: Partial<NetworkOptions> = {},
): Promise<Both & { transport: NetworkTransport }> {
  const transport = testNetwork({ clock, seed: 1, delay: [5, 5], ...options }).transport()
  const up: string[] = []
  const down: string[] = []
  const ends: Both['ends'] = { server: 0, client: null }
  const accepted: Connection[] = []
  const sink: Sink = {
    payload: (text) => up.push(`${text} at ${clock.now()}`),
    broken: (code) => up.push(code),
    drained: () => up.push('drained'),
    alive: () => up.push('alive'),
    closed() {
      ends.server += 1
    },
  }
  await transport.start({
    limits: { ...LIMITS, closeMs: 100 },
    clock,
    logger: log,
    refuses: () => null,
    accept(connection) {
      accepted.push(connection)
      connection.welcomed?.()
      return sink
    },
  })
  const link = transport.connect({
    payload: (text) => down.push(`${text} at ${clock.now()}`),
    closed(closing) {
      ends.client = closing
    },
  })
  await clock.advance(100)
  const connection = accepted[0]
  if (connection === undefined) throw new Error('not accepted')
  return { transport, link, connection, up, down, ends }
}

const say = ({ connection }: Both, ...texts: string[]): boolean =>
  connection.send([connection.framing.pack(texts)])

describe('a simulated network', () => {
  it('delivers after its delay, both ways', async () => {
    const both = await connect()
    both.link.send('up')
    say(both, 'down')
    await clock.advance(4)
    expect([both.up, both.down]).toEqual([[], []])
    await clock.advance(1)
    expect([both.up, both.down]).toEqual([['up at 105'], ['down at 105']])
  })

  it('keeps the order whatever the delays and the cuts', async () => {
    const both = await connect({ delay: [1, 100], split: 1 })
    const texts = Array.from({ length: 100 }, (_, n) => `${n} ${'é'.repeat(n)}`)
    for (const text of texts) {
      both.link.send(text)
      say(both, text)
      await clock.advance(1)
    }
    await clock.advance(1000)
    const only = (heard: string[]) => heard.map((line) => line.replace(/ at \d+$/, ''))
    expect(only(both.up)).toEqual(texts)
    expect(only(both.down)).toEqual(texts)
  })

  it('cut() loses what is on the way and tells both', async () => {
    const both = await connect()
    both.link.send('arrives')
    await clock.advance(5)
    both.link.send('lost')
    say(both, 'lost')
    both.link.cut()
    expect(both.ends).toEqual({ server: 0, client: null })
    await clock.advance(5)
    expect(both.ends).toEqual({ server: 1, client: { code: 1006 } })
    both.link.send('never')
    expect(say(both, 'never')).toBe(true)
    both.link.cut()
    await clock.advance(1000)
    expect([both.up, both.down]).toEqual([['arrives at 105'], []])
    expect(both.ends.server).toBe(1)
    expect(both.transport.links.size).toBe(0)
  })

  it('blackHole() loses everything and tells nobody', async () => {
    const both = await connect()
    both.link.blackHole()
    both.link.send('lost')
    say(both, 'lost')
    both.connection.ping?.()
    await clock.advance(60_000)
    expect([both.up, both.down]).toEqual([[], []])
    expect(both.ends).toEqual({ server: 0, client: null })
    expect(both.connection.bufferedBytes).toBeGreaterThan(0)
    // Nobody answers the server's close either: it is cut in time.
    both.connection.close(3002, 'no sign of life')
    await clock.advance(99)
    expect(both.ends.server).toBe(0)
    await clock.advance(1)
    expect(both.ends).toEqual({ server: 1, client: null })
  })

  it.each(['client', 'server'] as const)('halfOpen() tells only who is not the %s', async (who) => {
    const both = await connect()
    both.link.halfOpen(who)
    both.link.send('lost')
    say(both, 'lost')
    await clock.advance(60_000)
    expect([both.up, both.down]).toEqual([[], []])
    expect(both.ends.server).toBe(who === 'client' ? 1 : 0)
    expect(both.ends.client).toEqual(who === 'client' ? null : { code: 1006 })
  })

  it('sends some things twice, as an impatient client does', async () => {
    const both = await connect({ duplicate: 1 })
    both.link.send('a')
    await clock.advance(100)
    expect(both.up).toHaveLength(2)
  })

  it('a client that pauses makes the server wait, and hears it all later', async () => {
    const both = await connect({ window: 100 })
    both.link.pause()
    let more = true
    let sent = 0
    while (more) more = say(both, `${sent++} ${'x'.repeat(20)}`)
    expect(sent).toBeLessThan(10)
    await clock.advance(1000)
    expect(both.down).toEqual([])
    both.link.resume()
    await clock.advance(10)
    expect(both.down).toHaveLength(sent)
    expect(both.up).toEqual(['drained'])
  })

  it('is the same again with the same seed, and another with another', async () => {
    const run = async (seed: number): Promise<string[]> => {
      clock = virtualClock({ start: 0 })
      const both = await connect({ seed, delay: [1, 80], split: 0.5 })
      for (let n = 0; n < 20; n++) {
        both.link.send(`${n}`)
        await clock.advance(1)
      }
      await clock.advance(10_000)
      return both.up
    }
    const first = await run(1)
    expect(await run(1)).toEqual(first)
    expect(await run(2)).not.toEqual(first)
  })

  it('nobody is there before start and after stop', async () => {
    const ends: Closing[] = []
    const ear = { payload() {}, closed: (closing: Closing) => void ends.push(closing) }
    testNetwork({ clock, seed: 1 }).transport().connect(ear)
    await clock.advance(50)
    expect(ends).toEqual([{ code: 1006 }])

    const { transport, connection } = await connect()
    connection.close(3000, 'closing')
    const stopped = transport.stop()
    transport.connect(ear)
    await clock.advance(200)
    await stopped
    expect(ends).toEqual([{ code: 1006 }, { code: 1006 }])
  })
})

describe('seededRandom', () => {
  it('gives the same numbers for the same seed', () => {
    const take = (seed: number) => Array.from({ length: 5 }, seededRandom(seed))
    expect(take(7)).toEqual(take(7))
    expect(take(7)).not.toEqual(take(8))
    // The published numbers of mulberry32 for the seed 0.
    expect(seededRandom(0)()).toBeCloseTo(0.26642920868471265, 15)
  })

  it('is spread evenly, and keeps its bounds', () => {
    const random = seededRandom(3)
    const counts = Array.from({ length: 6 }, () => 0)
    for (let n = 0; n < 6000; n++) {
      const at = random.int(0, 5)
      counts[at] = (counts[at] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
    expect(random.int(4, 4)).toBe(4)
    expect([random.chance(0), random.chance(1)]).toEqual([false, true])
    expect(() => random.pick([])).toThrow(RangeError)
  })

  it('a fork goes its own way', () => {
    const [one, other] = [seededRandom(5), seededRandom(5)]
    const fork = one.fork()
    other.fork()
    for (let n = 0; n < 10; n++) fork()
    expect(one()).toBe(other())
  })
})
