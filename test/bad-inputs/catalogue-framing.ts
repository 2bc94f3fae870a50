/** Bad inputs: frames on TCP. */

import { CLOSE } from '../../src/errors.ts'
import { ask, frame, HELLO, type Row, type Sent, type WireRow } from './row.ts'

const tcp = (what: string, sends: Sent, close: number, more: Partial<WireRow> = {}): Row => ({
  what,
  by: 'tcp',
  sends,
  error: null,
  close,
  ...more,
})
const bytes = (...list: number[]): Buffer => Buffer.from(list)

export const FRAMING: readonly Row[] = [
  tcp('a length of 4,294,967,295', bytes(255, 255, 255, 255), CLOSE.tooLarge),
  tcp('a length over `frameBytes`, after hello', bytes(0, 1, 0, 1), CLOSE.tooLarge, {
    before: [HELLO],
  }),
  tcp('a length over `helloBytes`, before hello', bytes(0, 0, 32, 1), CLOSE.tooLarge),
  tcp('a length with its bytes the wrong way round', bytes(5, 0, 0, 0), CLOSE.tooLarge),
  tcp('JSON and a line break, without a length', `${ask('ping')}\n`, CLOSE.tooLarge),
  tcp('a request by HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', CLOSE.tooLarge),
  tcp('the beginning of TLS', bytes(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3), CLOSE.tooLarge),
  tcp('a good frame, and one too large behind it', [frame(ask('ping')), bytes(9, 9, 9, 9)], 3502),
  tcp('bytes that are never UTF-8', frame(bytes(0x7b, 0xff, 0xfe)), CLOSE.protocol),
  tcp('UTF-8 of two bytes where one is enough', frame(bytes(0x7b, 0xc0, 0x80)), CLOSE.protocol),
  tcp('half of a surrogate pair as UTF-8', frame(bytes(0x7b, 0xed, 0xa0, 0x80)), CLOSE.protocol),
  tcp('UTF-8 that ends in the middle of a sign', frame(bytes(0x7b, 0xe2, 0x82)), CLOSE.protocol),
  tcp('UTF-16', frame(Buffer.from('\ufeff{"op":"ping"}', 'utf16le')), CLOSE.protocol),
  tcp(
    'more than `helloBytes` in several frames before hello',
    Array.from({ length: 9 }, () => frame(`{"op":"ping","x":"${'x'.repeat(1000)}"}`)),
    CLOSE.tooLarge,
  ),
  tcp('a length of 0 after hello', frame(''), CLOSE.protocol, {
    before: [HELLO],
    error: 'bad_json',
  }),
  tcp('half of a length, and no more', bytes(0, 0), CLOSE.frameTimeout, { setting: 'hasty' }),
  tcp('half of a frame, and no more', frame('{"id":1,', 100), CLOSE.frameTimeout, {
    setting: 'hasty',
  }),
  tcp('half of a frame after hello', frame('{"id":1,', 100), CLOSE.frameTimeout, {
    setting: 'hasty',
    before: [HELLO],
  }),
  tcp('nothing at all', [], CLOSE.helloTimeout, { setting: 'hasty' }),
  tcp('one connection too many', [], CLOSE.overloaded, { setting: 'crowded' }),
]
