/** Bad inputs: files. */

import type { ErrorCode } from '../../src/errors.ts'
import { SAMPLES } from '../files/samples.ts'
import { type HttpRow, type Known, mine, type Part, type Row, type Sent } from './row.ts'

const refused = (
  what: string,
  sends: Sent,
  status: number,
  error: ErrorCode,
  more: Partial<HttpRow> = {},
): Row => ({ what, by: 'http', sends, status, error, ...more })

const PNG = SAMPLES['image/png']

/** A file on its way into a room, by the reader. */
function bring(
  body: string | Buffer,
  { room = 'sala', query = '?name=a.png', told = Buffer.byteLength(body) } = {},
): (known: Known) => readonly Part[] {
  return ({ session }) => [
    `POST /v1/rooms/${room}/files${query} HTTP/1.1\r\nHost: x\r\nTertulia-Session: ${session}\r\n` +
      `Content-Length: ${told}\r\n\r\n`,
    body,
  ]
}
const narrow = { setting: 'narrow' } as const

/** A file that isn't taken: whether all of it had come by then, is chance. */
const unwanted = (
  what: string,
  sends: Sent,
  status: number,
  error: ErrorCode,
  more: Partial<HttpRow> = {},
): Row => refused(what, sends, status, error, { closed: 'maybe', ...more })

export const UPLOADS: readonly Row[] = [
  unwanted('a text, as a picture', bring('just some words'), 415, 'file_type_refused'),
  unwanted(
    'a page, as a picture',
    bring('<!doctype html><script>alert(1)</script>'),
    415,
    'file_type_refused',
  ),
  unwanted(
    'a picture with a script (SVG)',
    bring('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    415,
    'file_type_refused',
  ),
  unwanted(
    'a program',
    bring(Buffer.from('\x7fELF\x02\x01\x01', 'latin1')),
    415,
    'file_type_refused',
  ),
  unwanted('nothing', bring(''), 415, 'file_type_refused'),
  unwanted('half of a signature', bring(PNG.subarray(0, 3)), 415, 'file_type_refused'),
  unwanted('no name', bring(PNG, { query: '' }), 400, 'bad_request'),
  unwanted(
    'larger than `fileBytes`, as its length says',
    bring(Buffer.concat([PNG, Buffer.alloc(10_000)])),
    413,
    'file_too_large',
    { ...narrow, closed: true },
  ),
  unwanted(
    'larger than `fileBytes`, in parts',
    ({ session }) => [
      'POST /v1/rooms/sala/files?name=a.png HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n' +
        `Tertulia-Session: ${session}\r\n\r\n${PNG.length.toString(16)}\r\n`,
      PNG,
      `\r\n2710\r\n${'x'.repeat(10_000)}\r\n0\r\n\r\n`,
    ],
    413,
    'file_too_large',
    { ...narrow, closed: true },
  ),
  unwanted(
    'less than its length says',
    bring(PNG, { told: PNG.length + 10 }),
    408,
    'frame_timeout',
    { setting: 'hasty', closed: true },
  ),
  unwanted('into a room that isn’t there', bring(PNG, { room: 'nova' }), 404, 'room_not_found'),
  unwanted('into a room for the invited', bring(PNG, { room: 'convidados' }), 403, 'invite_only'),
  unwanted('into a room that is read-only', bring(PNG, { room: 'leitura' }), 403, 'room_read_only'),
  unwanted('into a room of no good name', bring(PNG, { room: '..%2f..' }), 400, 'room_invalid'),
  unwanted(
    'without a session',
    ({ session }) => bring(PNG)({ session: `${session}x` } as Known),
    404,
    'session_not_found',
  ),
  unwanted('into a storage that fails', bring(PNG), 503, 'unavailable', { trouble: 'failing' }),
  refused('a file that isn’t there', mine('GET', '/v1/files/nothing/a.png'), 404, 'file_not_found'),
  refused('a file by a path', mine('GET', '/v1/files/..%2f..%2fchat.db/a'), 404, 'file_not_found'),
  refused(
    'a file of a room one may not read',
    (known) => mine('GET', `/v1/files/${known.file}/a.png`)(known),
    403,
    'invite_only',
  ),
  refused(
    'another’s file, said as one’s own',
    (known) => mine('POST', '/v1/rooms/sala/messages', { text: 'x', file: known.file })(known),
    404,
    'file_not_found',
  ),
]
