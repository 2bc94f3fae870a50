/** Bad inputs: frames of a WebSocket. */

import { CLOSE } from '../../src/errors.ts'
import { clientFrame } from '../support/frames.ts'
import { ask, HELLO, type Row, type Sent, type WireRow } from './row.ts'

const bytes = (...list: number[]): Buffer => Buffer.from(list)
const text = (first: number, payload: string): Buffer => clientFrame(first, Buffer.from(payload))
const PING = ask('ping')

/** What RFC 6455 forbids: the close frame has its codes. */
const broken = (what: string, sends: Sent, frame = 1002, more: Partial<WireRow> = {}): Row => ({
  what,
  by: 'websocket',
  sends,
  error: null,
  close: frame === 1009 ? CLOSE.tooLarge : CLOSE.protocol,
  frame,
  ...more,
})
/** What this protocol forbids. */
const refused = (what: string, sends: Sent, close: number, more: Partial<WireRow> = {}): Row => ({
  what,
  by: 'websocket',
  sends,
  error: null,
  close,
  ...more,
})

export const WEBSOCKET: readonly Row[] = [
  broken('a frame without a mask', bytes(0x81, 2, 0x7b, 0x7d)),
  broken('a reserved bit', text(0xc1, PING)),
  broken('an opcode for data that there isn’t', text(0x83, PING)),
  broken('an opcode for control that there isn’t', text(0x8b, '')),
  broken('a ping in parts', text(0x09, 'a')),
  broken('a ping of 126 bytes', text(0x89, 'x'.repeat(126))),
  broken('a continuation of nothing', text(0x80, PING)),
  broken('another message in the middle of one', [text(0x01, '{"op"'), text(0x81, PING)]),
  broken('bytes that are not UTF-8', clientFrame(0x81, bytes(0x7b, 0xff)), 1007),
  broken(
    'parts that together are not UTF-8',
    [clientFrame(0x01, bytes(0x7b, 0xe2)), clientFrame(0x80, bytes(0x28))],
    1007,
  ),
  broken('a message over `frameBytes`', text(0x81, 'x'.repeat(65_537)), 1009, { before: [HELLO] }),
  broken('a length of 2⁶³', bytes(0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 1009),
  broken(
    'parts that are too large together',
    [text(0x01, 'x'.repeat(40_000)), text(0x80, 'x'.repeat(40_000))],
    1009,
    { before: [HELLO] },
  ),
  broken(
    'more parts than `frameFragments`',
    [text(0x01, '{'), ...Array.from({ length: 5 }, () => text(0x00, ' ')), text(0x80, '}')],
    1008,
    { setting: 'narrow', close: CLOSE.tooLarge },
  ),
  broken('a close frame of one byte', clientFrame(0x88, bytes(3))),
  broken('a close frame with a code that nobody sends', clientFrame(0x88, bytes(3, 237))),
  broken('a close frame whose reason is not UTF-8', clientFrame(0x88, bytes(3, 232, 0xff)), 1007),
  refused('a binary message', clientFrame(0x82, bytes(1, 2, 3)), CLOSE.protocol),
  refused('JSON in a binary message', text(0x82, PING), CLOSE.protocol, { before: [HELLO] }),
  refused('a message over `helloBytes` before hello', text(0x81, 'x'.repeat(8193)), CLOSE.tooLarge),
  refused('a message that never ends', [text(0x01, '{"op"'), text(0x8a, '')], CLOSE.frameTimeout, {
    setting: 'hasty',
  }),
  refused('half of a frame', bytes(0x81, 0xfe, 1), CLOSE.frameTimeout, { setting: 'hasty' }),
  refused('nothing at all', [], CLOSE.helloTimeout, { setting: 'hasty' }),
  refused('pings, and nothing else', [text(0x89, ''), text(0x8a, '')], CLOSE.helloTimeout, {
    setting: 'hasty',
  }),
]
