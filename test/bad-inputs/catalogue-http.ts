/** Bad inputs: requests that are no good HTTP, whatever they ask for. */

import { type HttpRow, type Row, request, type Sent } from './row.ts'

type More = Partial<HttpRow>
const refused = (
  what: string,
  sends: Sent,
  status: number,
  error: HttpRow['error'],
  more: More = {},
): Row => ({ what, by: 'http', sends, status, error, ...more })
/** What Node's parser answers by itself, and hangs up. */
const unread = (what: string, sends: Sent, status = 400): Row =>
  refused(what, sends, status, null, { closed: true })
const post = (body: unknown, headers: Readonly<Record<string, string>> = {}): string =>
  request('POST', '/join', body, headers)

const JOIN = '{"room":"sala","username":"Zé"}'
const HEAD = 'POST /join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

export const HTTP: readonly Row[] = [
  unread('no HTTP at all', 'hello there\r\n\r\n'),
  unread('a frame of TCP', Buffer.from([0, 0, 0, 13, ...Buffer.from('{"op":"ping"}')])),
  unread('HTTP/2, unasked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  unread('a method that there isn’t', 'BREW /v1/ping HTTP/1.1\r\nHost: x\r\n\r\n'),
  unread('no Host', 'GET /v1/ping HTTP/1.1\r\n\r\n'),
  unread('a header line without a colon', 'GET /v1/ping HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n'),
  unread('a header with a NUL in it', 'GET /v1/ping HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n'),
  unread('headers of 20 KB', request('GET', '/v1/ping', undefined, { A: 'x'.repeat(20_000) }), 431),
  unread('an address of 20 KB', request('GET', `/${'x'.repeat(20_000)}`), 431),
  unread('a length that is no number', `${HEAD}Content-Length: ten\r\n\r\n`),
  unread('a length below zero', `${HEAD}Content-Length: -1\r\n\r\n`),
  unread('two lengths', `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{"a":1}`),
  unread(
    'a length, and parts as well',
    `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  refused(
    'parts whose length is no number',
    `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    400,
    null,
    {
      closed: true,
    },
  ),
  refused(
    'a body over `bodyBytes`, as its length says',
    post('x'.repeat(65_537)),
    413,
    'too_large',
    {
      closed: true,
    },
  ),
  refused(
    'a body over `bodyBytes`, in parts',
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n10001\r\n${'x'.repeat(65_537)}\r\n0\r\n\r\n`,
    413,
    'too_large',
    { closed: true },
  ),
  refused(
    'a body that never comes',
    `${HEAD}Content-Length: 100\r\n\r\n{"room":`,
    408,
    'frame_timeout',
    {
      setting: 'hasty',
      closed: true,
    },
  ),
  refused(
    'a body without a type',
    `${HEAD.replace(/Content-Type.*\r\n/, '')}Content-Length: ${Buffer.byteLength(JOIN)}\r\n\r\n${JOIN}`,
    415,
    'bad_request',
  ),
  refused(
    'a body that is a form',
    post('room=sala&username=Ze', { 'Content-Type': 'application/x-www-form-urlencoded' }),
    415,
    'bad_request',
  ),
  refused('a body that is text', post(JOIN, { 'Content-Type': 'text/plain' }), 415, 'bad_request'),
  refused('a body that is not JSON', post('{room:sala}'), 400, 'bad_json'),
  refused('a body that ends too early', post('{"room":"sala"'), 400, 'bad_json'),
  refused('a body that is a list', post([1]), 400, 'bad_json'),
  refused('a body that is `null`', post(null), 400, 'bad_json'),
  refused('a body of 20,000 brackets', post('['.repeat(20_000)), 400, 'bad_json'),
  refused('no body where one is needed', request('POST', '/join'), 400, 'bad_request'),
  refused(
    'an address that is none',
    'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n',
    400,
    'bad_request',
  ),
  refused('a star as the address', request('OPTIONS', '*'), 400, 'bad_request'),
  refused('an address that isn’t there', request('GET', '/v1/nothing'), 404, 'not_found'),
  refused('a path upwards', request('GET', '/../../etc/passwd'), 404, 'not_found'),
  refused('a path upwards, encoded', request('GET', '/%2e%2e/%2e%2e/etc/passwd'), 404, 'not_found'),
  refused('a path with two slashes', request('GET', '//v1/ping'), 404, 'not_found'),
  refused('a page’s script', request('GET', '/<script>alert(1)</script>'), 404, 'not_found'),
  refused(
    'a method that the address doesn’t take',
    request('DELETE', '/v1/rooms'),
    405,
    'method_not_allowed',
  ),
  refused('GET where there is only POST', request('GET', '/join'), 405, 'method_not_allowed'),
  refused('TRACE', request('TRACE', '/v1/ping'), 405, 'method_not_allowed'),
  refused(
    'a page of another site',
    request('GET', '/v1/ping', undefined, { Origin: 'https://evil.example' }),
    403,
    'origin_refused',
  ),
  refused(
    'a page of another site asks first',
    request('OPTIONS', '/v1/session', undefined, {
      Origin: 'https://evil.example',
      'Access-Control-Request-Method': 'POST',
    }),
    403,
    'origin_refused',
  ),
  refused('OPTIONS of nothing', request('OPTIONS', '/v1/nothing'), 404, 'not_found'),
]
