/** Receiving as server-sent events (HTML, 9.2). */

import type { Call } from './call.ts'
import { readCursor } from './cursor.ts'
import type { Outlet } from './exchange.ts'
import { asChatError } from './exchange.ts'
import { Reader } from './reader.ts'
import type { HttpSession } from './session.ts'

/** After this a client comes back whose stream ended, unless the server says another time, in ms. */
const RETRY_MS = 1000

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Some proxies would collect the stream before they pass it on.
  'x-accel-buffering': 'no',
} as const

/** Streams what the session is told, from where the client was. Ends when either does. */
export async function events(call: Call): Promise<void> {
  const { exchange, sessions } = call
  const given = exchange.header('last-event-id') ?? call.text('last-event-id')
  const cursor = given === '' ? null : readCursor(given)
  const { session, hello } = await call.opened()
  const done = session.receive()
  if (session.polled !== null) session.journal.leave(session.polled)
  const reader = new Reader(session, cursor)
  const outlet = call.stream(HEADERS)
  try {
    const { id, person } = session
    const first = { ev: 'session', session: id, person, ...(hello && { ticket: hello.ticket }) }
    outlet.write(`retry: ${RETRY_MS}\n${block(reader.cursor, JSON.stringify(first))}`)
    await pump(session, reader, outlet, exchange.signal, sessions.host.limits)
    outlet.end()
  } catch (thrown) {
    const error = asChatError(thrown)
    if (error.code === 'internal') sessions.host.logger.error({ err: thrown }, 'a stream failed')
    // The client comes back and goes on where it is.
    const last = session.lastWord
    if (last !== null) outlet.write(block(reader.cursor, last))
    else outlet.write(`retry: ${error.retryAfterMs ?? RETRY_MS}\n\n`)
    outlet.end()
  } finally {
    reader.leave()
    done()
  }
}

async function pump(
  session: HttpSession,
  reader: Reader,
  outlet: Outlet,
  signal: AbortSignal,
  { pingMs, stallMs }: { readonly pingMs: number; readonly stallMs: number },
): Promise<void> {
  const { clock } = session.host
  let told = false
  while (!signal.aborted) {
    let text = ''
    await reader.read((payload) => {
      text += block(reader.cursor, payload)
      told ||= isFarewell(payload)
    }, signal)
    if (text === '') {
      if (session.end !== null) break
      if (reader.waits) await session.changed(pingMs, signal)
      else if (reader.next < 0) continue
      // Tells both ends, and proxies between them, that there is somebody.
      if (reader.waits && !signal.aborted && session.end === null) text = ':\n\n'
    }
    if (text === '' || outlet.write(text)) continue
    const stalled = clock.after(stallMs, () => outlet.cut())
    await outlet.drained()
    stalled.cancel()
  }
  if (!told && session.lastWord !== null) outlet.write(block(reader.cursor, session.lastWord))
}

/** One event. Without a payload only the id is taken over, and nothing is dispatched. */
function block(id: string, payload: string): string {
  if (payload === '') return `id: ${id}\n\n`
  return `id: ${id}\ndata: ${payload}\n${retryOf(payload)}\n`
}

/** Whether this is the last a client is told. */
export const isFarewell = (payload: string): boolean => payload.startsWith('{"ev":"close",')

/** The last word may say when to come back. */
function retryOf(payload: string): string {
  if (!isFarewell(payload)) return ''
  const { retryAfterMs } = JSON.parse(payload) as { retryAfterMs?: number }
  return retryAfterMs === undefined ? '' : `retry: ${retryAfterMs}\n`
}
