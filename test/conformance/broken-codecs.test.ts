/** The suite for codecs notices what a codec must not do. */

import { describe, it } from 'vitest'
import { jsonCodec } from '../../src/protocol/json.ts'
import type { Request, ServerEvent } from '../../src/protocol/types.ts'
import type { Codec } from '../../src/spi/codec.ts'
import { codecSuite } from '../../src/testing/codec-suite.ts'
import type { TestFunction } from '../../src/testing/suite.ts'
import { expectCaught } from './collect.ts'

type Break = (good: Codec) => Codec

const SHAPES = 'decode() never throws, and hands on only well-shaped requests'

/** What is broken, and the test that must notice. */
const CASES: readonly (readonly [string, string, Break])[] = [
  [
    'throws for what it cannot read',
    SHAPES,
    (good) => ({
      ...good,
      decode(payload) {
        JSON.parse(payload)
        return good.decode(payload)
      },
    }),
  ],
  [
    'checks nothing',
    SHAPES,
    (good) => ({
      ...good,
      decode(payload) {
        const decoded = good.decode(payload)
        try {
          return decoded.op === null ? (JSON.parse(payload) as Request) : decoded
        } catch {
          return decoded
        }
      },
    }),
  ],
  [
    'hands on fields that nobody knows',
    SHAPES,
    (good) => ({
      ...good,
      decode(payload) {
        const decoded = good.decode(payload)
        return decoded.op === null ? decoded : { ...JSON.parse(payload), ...decoded }
      },
    }),
  ],
  [
    'remembers',
    'decode() is pure',
    (good) => {
      let last: ReturnType<Codec['decode']> | null = null
      return {
        ...good,
        decode(payload) {
          const decoded = good.decode(payload)
          if (decoded.op === null && last !== null) return last
          last = decoded
          return decoded
        },
      }
    },
  ],
  [
    'numbers what it writes',
    'encode() is pure, and changes nothing',
    (good) => {
      let n = 0
      return { ...good, encode: (event) => `${good.encode(event)}${n++}` }
    },
  ],
  [
    'changes what it writes',
    'encode() is pure, and changes nothing',
    (good) => ({
      ...good,
      encode(event) {
        if (event.type === 'entry') (event.entry as { text: string }).text += '!'
        return good.encode(event)
      },
    }),
  ],
  [
    'does not know all events',
    'encode() never throws, whatever the event',
    (good) => ({
      ...good,
      encode(event: ServerEvent) {
        if (event.type === 'push' && event.push.ev === 'opened') throw new Error('opened?')
        return good.encode(event)
      },
    }),
  ],
  [
    'keeps entries to itself',
    'encode() tells everybody of entries',
    (good) => ({
      ...good,
      encode: (event) => (event.type === 'entry' ? null : good.encode(event)),
    }),
  ],
  [
    'loses a field',
    'decode() reads every request as it was written',
    (good) => ({
      ...good,
      decode(payload) {
        const decoded = good.decode(payload)
        if (decoded.op !== 'join') return decoded
        const { since: _, ...rest } = decoded
        return rest
      },
    }),
  ],
]

const suite = (spoil: Break) => (test: TestFunction) =>
  codecSuite({
    test,
    factory: () => spoil(jsonCodec),
    write: (request) => JSON.stringify(request),
    seed: 1,
  })

describe('a codec that', () => {
  for (const [what, name, spoil] of CASES) {
    it(`${what} is noticed`, () =>
      expectCaught(
        name,
        suite((good) => good),
        suite(spoil),
      ))
  }
})
