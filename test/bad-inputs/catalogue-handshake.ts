/** Bad inputs: the handshake of a WebSocket. */

import { type HttpRow, type Row, request } from './row.ts'

const GOOD = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
}

/** An upgrade with other headers (empty: without it). */
function upgrade(
  what: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  {
    method = 'GET',
    path = '/',
    ...more
  }: { method?: string; path?: string } & Partial<HttpRow> = {},
): Row {
  const all = Object.entries({ ...GOOD, ...headers }).filter(([, value]) => value !== '')
  const sends = request(method, path, undefined, Object.fromEntries(all))
  return { what, by: 'http', sends, status, error: null, closed: true, ...more }
}

export const HANDSHAKE: readonly Row[] = [
  upgrade('no key', 400, { 'Sec-WebSocket-Key': '' }),
  upgrade('a key that is too short', 400, { 'Sec-WebSocket-Key': 'c2hvcnQ=' }),
  upgrade('a key that is no base64', 400, { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' }),
  upgrade('no version', 400, { 'Sec-WebSocket-Version': '' }),
  upgrade('a version that is not spoken', 400, { 'Sec-WebSocket-Version': '12' }),
  upgrade('an upgrade to something else', 400, { Upgrade: 'h2c' }),
  upgrade('an upgrade by POST', 405, {}, { method: 'POST' }),
  upgrade('subprotocols that are none', 400, { 'Sec-WebSocket-Protocol': 'a,,b' }),
  upgrade('another path', 404, {}, { path: '/elsewhere' }),
  upgrade('a page of another site', 403, { Origin: 'https://evil.example' }),
  upgrade('a page of the same name on another port', 403, { Origin: 'http://chat.example:81' }),
  upgrade('a page without an origin (`null`)', 403, { Origin: 'null' }),
  upgrade('an origin that is none', 403, { Origin: '<script>' }),
  upgrade('one connection too many', 503, {}, { setting: 'crowded' }),
]
