/** Receiving by asking again and again, where the server holds the answer back until there is one. */

import type { Call } from './call.ts'
import { readCursor } from './cursor.ts'
import { isFarewell } from './events.ts'
import { Reader } from './reader.ts'

/**
 * Answers what was told since the cursor. What the cursor says was received is let go; what was
 * answered now is kept until the next poll says the same of it.
 */
export async function poll(call: Call): Promise<void> {
  const { exchange, sessions } = call
  const { limits, clock } = sessions.host
  const given = call.text('cursor')
  const cursor = given === '' ? null : readCursor(given)
  const wait = Math.min(call.count('wait', limits.pollMs), limits.pollMs)
  const { session, hello } = await call.opened()
  const done = session.receive()
  const reader = new Reader(session, cursor)
  const hold = { next: reader.next }
  if (session.polled !== null) session.journal.leave(session.polled)
  session.polled = hold
  session.journal.enter(hold)
  const payloads: string[] = []
  let moved = false
  const take = (payload: string): void => {
    moved = true
    if (payload !== '') payloads.push(payload)
  }
  try {
    const end = clock.monotonic() + wait
    for (;;) {
      try {
        await reader.read(take, exchange.signal)
      } catch (error) {
        if (session.end === null) throw error
      }
      // Who was behind holds from where the logs end.
      if (hold.next < 0) hold.next = reader.next
      const left = end - clock.monotonic()
      if (moved || session.end !== null || left <= 0 || exchange.signal.aborted) break
      if (reader.waits) await session.changed(left, exchange.signal)
    }
    const last = session.lastWord
    if (last !== null && !payloads.some(isFarewell)) payloads.push(last)
    const { id } = session
    const head = { session: id, ...(hello && { ticket: hello.ticket }), cursor: reader.cursor }
    const json = `${JSON.stringify(head).slice(0, -1)},"events":[${payloads.join(',')}]}`
    call.answer({ status: 200, json })
  } finally {
    reader.leave()
    done()
  }
}
