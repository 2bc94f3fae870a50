/** Conformance of brokers. */

import assert from 'node:assert/strict'
import type { Broker } from '../spi/broker.ts'
import {
  eventually,
  type TestFunction,
  turns,
  type WithSubject,
  within,
  withSubject,
} from './suite.ts'

/** What one test needs of the adapter. Nothing is opened yet; the suite opens and closes. */
export interface BrokerSubject {
  readonly broker: Broker
  /** Another node's handle on the same broker. Default: `broker` itself. */
  readonly other?: Broker
  /** Cuts `broker` off for a moment; it comes back by itself. With `supports.reconnect`. */
  cut?(): Promise<void> | void
  /** Called after the test; the handles were closed. */
  dispose?(): Promise<void> | void
}

/** Options of {@link brokerSuite}. */
export interface BrokerSuiteOptions {
  /** The runner's function: vitest's or mocha's `it`, node:test's `test`. */
  readonly test: TestFunction
  /** Makes handles on a broker where nobody else talks. Called for each test. */
  readonly factory: () => BrokerSubject | Promise<BrokerSubject>
  readonly supports?: {
    /** The order of one publisher on one topic is kept. Default true. */
    readonly order?: boolean
    /** `cut` is there. Default false. */
    readonly reconnect?: boolean
  }
}

interface Bench {
  readonly broker: Broker
  readonly other: Broker
  readonly subject: BrokerSubject
  /** How often `reconnected` was called for `broker`. */
  reconnects(): number
}

/** Largest message tried, whatever the broker says it takes, in bytes. */
const LARGE = 1024 * 1024

/**
 * Names that rooms can have, with what means something to one broker or another; in pairs that
 * must not be taken for each other.
 */
const TOPICS = [
  'room.geral',
  'room.geral.',
  'room.gera',
  'room.Geral',
  'room.a.b',
  'room.a..b',
  'room.*',
  'room.>',
  'room.a_b',
  'room.a-b',
  "room.a'b",
  'room.são-joão',
  'room.sao-joao',
  'room.聊天室',
  'room.@ana:bob',
  `room.@${'a'.repeat(22)}:${'b'.repeat(22)}`,
  `room.${'ção'.repeat(21)}`,
  `room.${'ção'.repeat(21)}o`,
]

/** Messages as texts: easier to compare, and to read when they differ. */
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Ear {
  readonly heard: string[]
  readonly hear: (message: Uint8Array) => void
  until(count: number): Promise<void>
}

function makeEar(): Ear {
  const heard: string[] = []
  return {
    heard,
    hear: (message) => heard.push(new TextDecoder().decode(message)),
    until: (count) => eventually(() => heard.length >= count, `${count} messages, not ${heard}`),
  }
}

/**
 * Registers the tests that every broker must pass: each sentence of the comment in `Broker` that
 * can be observed. Brokers may lose messages; in the peace of a test they are expected not to.
 *
 * @example
 * import { describe, it } from 'vitest'
 * import { brokerSuite } from 'tertulia/testing'
 *
 * describe('my broker', () => {
 *   brokerSuite({
 *     test: it,
 *     factory: () => ({ broker: myBroker({ url }), other: myBroker({ url }) }),
 *   })
 * })
 */
export function brokerSuite({ test, factory, supports = {} }: BrokerSuiteOptions): void {
  const on = (supported = true): WithSubject<Bench> =>
    withSubject(
      test,
      async () => openBench(await factory()),
      (bench) => closeBench(bench),
      !supported,
    )
  const check = on()

  check('says who it is and how much it carries', async ({ broker }) => {
    assert.notEqual(broker.name, '')
    assert(broker.supports.messageBytes >= 100, 'a hint without entries has to fit')
  })

  check('hands a message to its own node, and to the other', async ({ broker, other }) => {
    const [mine, theirs] = [makeEar(), makeEar()]
    await broker.subscribe('room.a', mine.hear)
    await other.subscribe('room.a', theirs.hear)
    await broker.publish('room.a', bytes('one'))
    await mine.until(1)
    await theirs.until(1)
    await other.publish('room.a', bytes('two'))
    await mine.until(2)
    await theirs.until(2)
    assert.deepEqual(
      [mine.heard, theirs.heard],
      [
        ['one', 'two'],
        ['one', 'two'],
      ],
    )
  })

  check('hands it to every subscriber of a node, each once', async ({ broker, other }) => {
    const ears = [makeEar(), makeEar(), makeEar()]
    for (const { hear } of ears) await broker.subscribe('room.a', hear)
    for (let n = 0; n < 10; n++) await other.publish('room.a', bytes(`${n}`))
    for (const ear of ears) await ear.until(10)
    await quiet(broker, other)
    for (const { heard } of ears) assert.equal(heard.length, 10)
  })

  check('keeps topics apart, whatever their names', async ({ broker, other }) => {
    const ears = TOPICS.map(makeEar)
    for (const [i, topic] of TOPICS.entries()) {
      await (i % 2 === 0 ? broker : other).subscribe(topic, (ears[i] as Ear).hear)
    }
    for (const [i, topic] of TOPICS.entries()) {
      await (i % 3 === 0 ? broker : other).publish(topic, bytes(topic))
    }
    for (const ear of ears) await ear.until(1)
    await quiet(broker, other)
    for (const [i, topic] of TOPICS.entries()) assert.deepEqual(ears[i]?.heard, [topic])
  })

  check('nobody hears what nobody subscribed to', async ({ broker, other }) => {
    const ear = makeEar()
    await within(broker.publish('room.b', bytes('?')), 'publish() without subscribers resolves')
    await broker.subscribe('room.a', ear.hear)
    await other.publish('room.b', bytes('?'))
    await quiet(broker, other)
    assert.deepEqual(ear.heard, [])
  })

  check('a subscription that was ended hears nothing more', async ({ broker, other }) => {
    const [ends, stays] = [makeEar(), makeEar()]
    const end = await broker.subscribe('room.a', ends.hear)
    await broker.subscribe('room.a', stays.hear)
    await other.publish('room.a', bytes('both'))
    await ends.until(1)
    await end()
    await other.publish('room.a', bytes('one'))
    await broker.publish('room.a', bytes('one'))
    await stays.until(3)
    await quiet(broker, other)
    assert.deepEqual(ends.heard, ['both'])
    await end()
    await other.publish('room.a', bytes('still'))
    await stays.until(4)
  })

  check('a topic can be subscribed to again', async ({ broker, other }) => {
    for (let round = 0; round < 5; round++) {
      const ear = makeEar()
      const end = await broker.subscribe('room.a', ear.hear)
      await other.publish('room.a', bytes(`${round}`))
      await ear.until(1)
      await end()
      assert.deepEqual(ear.heard, [`${round}`])
    }
  })

  check('ending a subscription while another begins loses nothing', async ({ broker, other }) => {
    const ear = makeEar()
    const end = await broker.subscribe('room.a', () => {})
    await Promise.all([end(), broker.subscribe('room.a', ear.hear)])
    await other.publish('room.a', bytes('here'))
    await ear.until(1)
  })

  check('publish() does not wait for subscribers', async ({ broker }) => {
    let inside = false
    let calledInside = false
    const ear = makeEar()
    await broker.subscribe('room.a', (message) => {
      calledInside ||= inside
      ear.hear(message)
    })
    inside = true
    const published = broker.publish('room.a', bytes('x'))
    inside = false
    await within(published, 'publish() resolves')
    await ear.until(1)
    assert.equal(calledInside, false, 'a subscriber was called by publish() itself')
  })

  on(supports.order !== false)('keeps the order of one publisher', async ({ broker, other }) => {
    const [mine, theirs] = [makeEar(), makeEar()]
    await broker.subscribe('room.a', mine.hear)
    await other.subscribe('room.a', theirs.hear)
    const sent = Array.from({ length: 500 }, (_, n) => `${n}`)
    await Promise.all(sent.map((text) => broker.publish('room.a', bytes(text))))
    await mine.until(500)
    await theirs.until(500)
    assert.deepEqual(mine.heard, sent)
    assert.deepEqual(theirs.heard, sent)
  })

  check('carries any bytes, of any length it promises', async ({ broker, other }) => {
    const most = Math.min(broker.supports.messageBytes, LARGE)
    const all = Uint8Array.from({ length: 256 }, (_, n) => n)
    const sizes = [1, 2, 100, Math.ceil(most / 2), most - 1, most].filter((size) => size <= most)
    const messages = [all.subarray(0, most), ...sizes.map((size) => filled(size))]
    const heard: Uint8Array[] = []
    await other.subscribe('room.a', (message) => heard.push(Uint8Array.from(message)))
    for (const [n, message] of messages.entries()) {
      await broker.publish('room.a', message)
      await eventually(() => heard.length > n, `a message of ${message.length} bytes`)
      assert(Buffer.from(heard[n] as Uint8Array).equals(message), `${message.length} bytes changed`)
    }
    assert.deepEqual(all[255], 255, 'the bytes of the publisher were changed')
  })

  on(supports.reconnect === true)('says that it was cut off, and goes on', async (bench) => {
    const { broker, other, subject } = bench
    const ear = makeEar()
    await broker.subscribe('room.a', ear.hear)
    assert.equal(bench.reconnects(), 0)
    assert(subject.cut !== undefined, 'supports.reconnect, but there is no cut()')
    await subject.cut()
    await eventually(() => bench.reconnects() > 0, 'reconnected() is called')
    await other.publish('room.a', bytes('again'))
    await ear.until(1)
    assert.equal(ear.heard.at(-1), 'again')
  })
}

function filled(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, n) => (n * 31 + (n >> 8)) & 255)
}

/** When this has come through, so has what was published before. */
async function quiet(...brokers: readonly Broker[]): Promise<void> {
  for (const broker of brokers) {
    const ear = makeEar()
    const end = await broker.subscribe('quiet', ear.hear)
    await broker.publish('quiet', bytes('.'))
    await ear.until(1)
    await end()
  }
  await turns()
}

async function openBench(subject: BrokerSubject): Promise<Bench> {
  const { broker, other = broker } = subject
  let reconnects = 0
  await broker.open({
    reconnected() {
      reconnects += 1
    },
  })
  if (other !== broker) await other.open({ reconnected() {} })
  return { broker, other, subject, reconnects: () => reconnects }
}

async function closeBench({ broker, other, subject }: Bench): Promise<void> {
  try {
    for (const handle of new Set([broker, other])) await within(handle.close(), 'close() resolves')
  } finally {
    await subject.dispose?.()
  }
}
