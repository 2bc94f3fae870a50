/** Conformance of codecs. */

import assert from 'node:assert/strict'
import type { Malformed, Request, ServerEvent } from '../protocol/types.ts'
import { isWellFormed } from '../protocol/validate.ts'
import type { Codec } from '../spi/codec.ts'
import { assertShape } from './codec-shapes.ts'
import { freshSeed, type Random, seededRandom } from './random.ts'
import { sampleEvents, sampleRequest, sampleText } from './samples.ts'
import { type TestFunction, withSubject } from './suite.ts'

/** Options of {@link codecSuite}. */
export interface CodecSuiteOptions {
  /** The runner's function: vitest's or mocha's `it`, node:test's `test`. */
  readonly test: TestFunction
  /** Makes the codec. Called for each test. */
  readonly factory: () => Codec | Promise<Codec>
  /**
   * Writes a request as a client of this codec does. With it, every request is written and read
   * back; leave it out where that isn't possible, as for text.
   */
  readonly write?: (request: Request) => string
  /** Payloads worth trying, and mutating: well-formed ones and others. */
  readonly payloads?: readonly string[]
  /** Seed of the random payloads and events. Default: another one each time, told on failure. */
  readonly seed?: number
}

const ROUNDS = 300

/**
 * Registers the tests that every codec must pass: it never throws, remembers nothing, changes
 * nothing, and hands on only what has the shape of a request.
 *
 * @example
 * import { describe, it } from 'vitest'
 * import { codecSuite } from 'tertulia/testing'
 *
 * describe('my codec', () => {
 *   codecSuite({ test: it, factory: () => myCodec, payloads: ['hello', 'JOIN geral'] })
 * })
 */
export function codecSuite(options: CodecSuiteOptions): void {
  const { write } = options
  const seed = options.seed ?? freshSeed()
  const on = (skip = false) =>
    withSubject(
      options.test,
      async () => options.factory(),
      async () => {},
      skip,
    )
  const check = on()

  check('has a name', async ({ name }) => {
    assert.equal(typeof name, 'string')
    assert.notEqual(name, '')
  })

  check('decode() never throws, and hands on only well-shaped requests', async (codec) => {
    eachRound(seed, (random) => {
      const payload = noise(random, options)
      const decoded = decode(codec, payload)
      try {
        assertShape(decoded)
      } catch (error) {
        throw new Error(`decode(${JSON.stringify(payload)})`, { cause: error })
      }
    })
  })

  check('decode() is pure', async (codec) => {
    const again = await options.factory()
    eachRound(seed, (random) => {
      const payload = noise(random, options)
      const first = comparable(decode(codec, payload))
      decode(codec, noise(random, options))
      assert.deepEqual(comparable(decode(codec, payload)), first)
      assert.deepEqual(comparable(decode(again, payload)), first)
    })
  })

  check('encode() never throws, whatever the event', async (codec) => {
    eachEvent(seed, (event) => {
      const payload = encode(codec, event)
      if (payload === null) return
      assert.equal(typeof payload, 'string')
      assert(isWellFormed(payload), `not well-formed Unicode: ${JSON.stringify(payload)}`)
    })
  })

  check('encode() is pure, and changes nothing', async (codec) => {
    const again = await options.factory()
    let before: ServerEvent | null = null
    eachEvent(seed, (event) => {
      freeze(event)
      const first = encode(codec, event)
      if (before !== null) encode(codec, before)
      assert.equal(encode(codec, event), first)
      assert.equal(encode(again, event), first)
      before = event
    })
  })

  check('encode() tells everybody of entries', async (codec) => {
    eachEvent(seed, (event) => {
      if (event.type === 'entry') assert.notEqual(encode(codec, event), null)
    })
  })

  on(write === undefined)('decode() reads every request as it was written', async (codec) => {
    eachRound(seed, (random) => {
      const request = sampleRequest(random)
      const payload = write?.(request) ?? ''
      // `deepStrictEqual` of node:assert tells a missing field from an undefined one.
      const { id, ...rest } = decode(codec, payload) as Request
      const { id: wanted, ...fields } = request
      assert.deepEqual(rest, fields, payload)
      assert.equal(id, wanted)
    })
  })
}

function eachRound(seed: number, body: (random: Random) => void): void {
  const random = seededRandom(seed)
  for (let round = 0; round < ROUNDS; round++) {
    try {
      body(random)
    } catch (error) {
      throw new Error(`codecSuite, seed ${seed}, round ${round}`, { cause: error })
    }
  }
}

function eachEvent(seed: number, body: (event: ServerEvent) => void): void {
  const random = seededRandom(seed)
  for (let round = 0; round < 20; round++) {
    for (const event of sampleEvents(random)) {
      try {
        body(event)
      } catch (error) {
        const what = JSON.stringify(event)
        throw new Error(`codecSuite, seed ${seed}, event ${what}`, { cause: error })
      }
    }
  }
}

// ── payloads ────────────────────────────────────────────────────────────────────────────────

const ODD: readonly string[] = [
  '',
  ' ',
  '\n',
  '\u0000',
  '\ufeff',
  '{',
  '{}',
  '[]',
  'null',
  'true',
  '0',
  '-1e999',
  '"text"',
  '{"op":"__proto__"}',
  '{"op":"constructor","id":1}',
  '{"__proto__":{"op":"ping"}}',
  '{"op":["send"],"id":{}}',
  '{"id":1,"op":"send","room":"a","text":"\\ud800"}',
  '{"id":1,"op":"send","room":"a","text":7}',
  '{"id":1e300,"op":"ping"}',
  '{"id":-1,"op":"ping"}',
  '{"id":1,"op":"join","room":"a","since":{"epoch":1,"seq":"2"}}',
  '{"id":1,"op":"history","room":"a","after":-1,"limit":1e9}',
  '{"id":1,"op":"ping"}{"id":2,"op":"ping"}',
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  `{"a":${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}}`,
  '/',
  '//',
  '/ ',
  '/join',
  '/JOIN #geral',
  `/${'x'.repeat(10_000)}`,
  '/msg "Ana',
  '/history -1',
  '/history 99999999999999999999',
  'x'.repeat(30_000),
]

function noise(random: Random, { payloads = [], write }: CodecSuiteOptions): string {
  const kind = random.int(0, 4)
  if (kind === 0) return random.pick(ODD)
  if (kind === 1) return sampleText(random, random.int(0, 30))
  if (kind === 2 && payloads.length > 0) return random.pick(payloads)
  const base =
    write !== undefined && random.chance(0.8)
      ? write(sampleRequest(random))
      : random.pick([...payloads, ...ODD])
  return spoil(random, base)
}

/** Cuts, doubles, or replaces a piece. */
function spoil(random: Random, text: string): string {
  const chars = [...text]
  const at = random.int(0, chars.length)
  chars.splice(at, random.int(0, 3), ...sampleText(random, random.int(0, 3)))
  if (random.chance(0.2)) chars.splice(0, 0, ...chars.slice(0, random.int(0, 20)))
  return chars.join('')
}

// ── calling ─────────────────────────────────────────────────────────────────────────────────

function decode(codec: Codec, payload: string): Request | Malformed {
  try {
    return codec.decode(payload)
  } catch (error) {
    throw new Error(`decode() threw for ${JSON.stringify(payload)}`, { cause: error })
  }
}

function encode(codec: Codec, event: ServerEvent): string | null {
  try {
    return codec.encode(event)
  } catch (error) {
    throw new Error('encode() threw', { cause: error })
  }
}

/** Errors differ in their stacks; what they say must be the same. */
function comparable(decoded: Request | Malformed): unknown {
  if (decoded.op !== null) return decoded
  const { code, message, retryAfterMs } = decoded.error
  return { id: decoded.id, op: null, code, message, retryAfterMs }
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freeze(part)
}
