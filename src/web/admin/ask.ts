/** Asking the server, with patience where nothing can be done twice by it. */

import type { ChatClient } from '../../client/types.ts'
import { isChatError } from '../../client.ts'
import type { Op, Operations, Results } from '../../protocol/types.ts'

/** Operations that only read, so that asking again does no harm. */
export type ReadingOp =
  | 'admin_stats'
  | 'admin_rooms'
  | 'admin_people'
  | 'admin_accounts'
  | 'admin_audit'
  | 'admin_limits'
  | 'roster'
  | 'members'

const TRIES = 5
const WAIT_MS = 500

/** Waits; rejects when `signal` says so. */
const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })

/**
 * Asks for something that changes nothing; again, a few times, when the server wants one to wait or the
 * connection was lost. Rejects with the last error, or when `signal` says so.
 */
export async function read<O extends ReadingOp & Op>(
  chat: ChatClient,
  op: O,
  fields: Operations[O],
  signal?: AbortSignal,
): Promise<Results[O]> {
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    try {
      return await chat.request(op, fields)
    } catch (error) {
      if (!isChatError(error) || !error.retryable || tries >= TRIES) throw error
      if (chat.state === 'closed') throw error
      await wait(error.retryAfterMs ?? WAIT_MS * tries, signal)
    }
  }
}
