/** The routes of files: bringing one into a room, and getting one. */

import { ChatError } from '../../errors.ts'
import type { FileDownload } from '../../spi/transport.ts'
import { entering } from './actions.ts'
import type { Call } from './call.ts'
import { problem } from './exchange.ts'
import { isKnown, partOf } from './range.ts'

/** What a browser must not do with a file, whatever is in it. */
const SAFE = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  // Asked for again each time: somebody may not be allowed any more.
  'cache-control': 'private, no-cache',
  'accept-ranges': 'bytes',
} as const

/** Takes the body of the request as a file. Who isn't in the room comes in first, if it is there. */
export async function bringFile(call: Call): Promise<void> {
  const { exchange } = call
  const [room, name] = [call.text('room'), call.text('name')]
  const length = exchange.header('content-length')
  const size = length === undefined ? {} : { size: Number(length) }
  const session = await call.session()
  const done = session.use()
  try {
    const file = { room, name, bytes: exchange.bytes(), signal: exchange.signal, ...size }
    const ok = await entering(session, { room }, call.route.enter, () => session.upload(file))
    call.answer({ status: call.route.status ?? 201, body: ok })
  } finally {
    done()
  }
}

/** Gives a file, or a part of it, or only what is known of it (HEAD). */
export async function giveFile(call: Call): Promise<void> {
  const { exchange } = call
  const session = await call.session()
  const done = session.use()
  try {
    const file = await session.download(call.text('id'))
    const etag = `"${file.id}"`
    const headers = { ...SAFE, etag }
    if (isKnown(exchange.header('if-none-match'), etag)) return await call.send(304, headers)
    const condition = exchange.header('if-range')
    const isSame = condition === undefined || condition === etag
    const part = partOf(isSame ? exchange.header('range') : undefined, file.size)
    if (part === 'none') {
      const answer = problem(new ChatError('bad_request', 'the file has no such part'), 416)
      const told = { ...answer.headers, 'content-range': `bytes */${file.size}` }
      return call.answer({ ...answer, headers: told })
    }
    const { start, end } = part ?? { start: 0, end: file.size }
    const about = {
      ...headers,
      'content-type': file.type === 'text/plain' ? 'text/plain; charset=utf-8' : file.type,
      'content-length': `${end - start}`,
      'content-disposition': dispositionOf(file),
      ...(part !== null && { 'content-range': `bytes ${start}-${end - 1}/${file.size}` }),
    }
    const status = part === null ? 200 : 206
    if (exchange.method === 'HEAD') return await call.send(status, about)
    await call.send(status, about, await file.read(start, end))
  } finally {
    done()
  }
}

/** RFC 6266: the name in ASCII for those who read nothing else, then as it is (RFC 8187). */
function dispositionOf({ name, shown }: FileDownload): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${shown ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${whole}`
}
