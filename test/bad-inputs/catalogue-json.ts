/** Bad inputs: payloads that are no requests. */

import type { ErrorCode } from '../../src/errors.ts'
import { CLOSE } from '../../src/errors.ts'
import { ask, HELLO, type JsonRow, type Row, type Sent } from './row.ts'

const json = (what: string, sends: Sent, error: ErrorCode, more: Partial<JsonRow> = {}): Row => ({
  what,
  by: 'json',
  sends,
  error,
  ...more,
})
/** The connection speaks JSON, and this is none. */
const noJson = (what: string, sends: Sent): Row =>
  json(what, sends, 'bad_json', { before: [HELLO], close: CLOSE.protocol })
const noRequest = (what: string, sends: Sent, error: ErrorCode = 'bad_request'): Row =>
  json(what, sends, error, { before: [HELLO] })
const noHello = (
  what: string,
  fields: object,
  error: ErrorCode,
  more: Partial<JsonRow> = {},
): Row => json(what, ask('hello', { version: 1, ...fields }), error, more)

export const JSON_INPUTS: readonly Row[] = [
  json('an object that ends too early, first of all', '{"id":1,"op":"hel', 'bad_json', {
    close: CLOSE.protocol,
  }),
  json('JSON behind a byte order mark', `\ufeff${ask('ping')}`, 'bad_json', {
    close: CLOSE.protocol,
  }),
  noJson('nothing', ''),
  noJson('a text', 'hello'),
  noJson('single quotes', "{'op':'ping'}"),
  noJson('a comma too many', '{"op":"ping",}'),
  noJson('a comment', '{"op":"ping"}// x'),
  noJson('two objects in one payload', '{"op":"ping"}{"op":"ping"}'),
  noJson('not a number', '{"op":"ping","id":NaN}'),
  noJson('a list', '[{"op":"ping"}]'),
  noJson('`null`', 'null'),
  noJson('a number', '42'),
  noJson('20,000 brackets', '['.repeat(20_000)),
  noJson('20,000 braces', '{"a":'.repeat(10_000)),
  noRequest('no `op`', '{"id":1}'),
  noRequest('an `op` that is a number', '{"id":1,"op":7}'),
  noRequest('an `op` that is a list', '{"id":1,"op":["ping"]}'),
  noRequest('an `op` that there isn’t', ask('fly'), 'unknown_op'),
  noRequest('an `op` in capitals', ask('PING'), 'unknown_op'),
  noRequest('`__proto__` as `op`', ask('__proto__'), 'unknown_op'),
  noRequest('`constructor` as `op`', ask('constructor'), 'unknown_op'),
  noRequest('fields in `__proto__`', '{"id":1,"__proto__":{"op":"quit"}}'),
  noRequest('an `id` below zero', '{"id":-1,"op":"ping"}'),
  noRequest('an `id` of one half', '{"id":0.5,"op":"ping"}'),
  noRequest('an `id` over 2⁵³', '{"id":9007199254740993,"op":"ping"}'),
  noRequest('an empty `id`', '{"id":"","op":"ping"}'),
  noRequest('an `id` of 65 characters', `{"id":"${'x'.repeat(65)}","op":"ping"}`),
  noRequest('an `id` that is an object', '{"id":{},"op":"ping"}'),
  noRequest('an `id` that is `null`', '{"id":null,"op":"ping"}'),
  noRequest('half of a surrogate pair, escaped', '{"id":1,"op":"nick","name":"\\ud800"}'),
  json('`send` before hello', ask('send', { room: 'sala', text: 'x' }), 'hello_required', {
    close: CLOSE.protocol,
  }),
  json('`history` before hello', ask('history', { room: 'sala' }), 'hello_required', {
    close: CLOSE.protocol,
  }),
  json('hello twice', ask('hello', { version: 1 }), 'hello_twice', { before: [HELLO] }),
  noHello('hello without a version', { version: undefined }, 'bad_request'),
  noHello('hello, the version is a text', { version: '1' }, 'bad_request'),
  noHello('hello of another version', { version: 2 }, 'unsupported_version', {
    close: CLOSE.version,
  }),
  noHello('hello, the name is a number', { name: 7 }, 'bad_request'),
  noHello('hello, a name of 33 characters', { name: 'x'.repeat(33) }, 'name_invalid'),
  noHello('hello, a name of 257 characters', { name: 'x'.repeat(257) }, 'bad_request'),
  noHello('hello, a name of nothing', { name: '\u200b' }, 'name_invalid'),
  noHello('hello, a name with a control character', { name: 'a\u0007b' }, 'name_invalid'),
  noHello('hello, a name that turns the line round', { name: 'a\u202eb' }, 'name_invalid'),
  noHello('hello, a name that is reserved', { name: 'Admin' }, 'name_reserved'),
  noHello('hello, a name of two scripts', { name: 'аdmin' }, 'name_invalid'),
  noHello('hello, a name that looks reserved', { name: 'adrnin' }, 'name_reserved'),
  noHello('hello, a name somebody has', { name: 'tereza' }, 'name_taken'),
  noHello('hello, a name that looks like theirs', { name: 'Leit0ra' }, 'name_taken'),
  noHello('hello, a ticket that is none', { ticket: 'x' }, 'unauthorized'),
  noHello('hello, a ticket of 1,025 characters', { ticket: 'x'.repeat(1025) }, 'bad_request'),
  noHello('hello, the language is a list', { lang: ['en'] }, 'bad_request'),
]
