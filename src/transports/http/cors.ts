/** Pages from elsewhere: which may ask, and what browsers have to be told for that. */

import type { IncomingMessage } from 'node:http'
import { ChatError } from '../../errors.ts'
import type { Logger } from '../../spi/logger.ts'
import { type Origins, originCheck } from '../websocket-handshake.ts'
import type { Exchange } from './exchange.ts'

const ASKED = 'authorization, content-type, idempotency-key, last-event-id, tertulia-session'
const SHOWN = 'retry-after'
/** Browsers remember the answer to a preflight for so long, in seconds. */
const MAX_AGE = '600'

/** See {@link originsOf}. */
export interface Cors {
  /** Header fields for whoever may ask. Throws `origin_refused`. */
  headers(exchange: Exchange): Record<string, string>
}

/**
 * The rules of the WebSocket, for HTTP: a list, a function, `'*'` (then without credentials), or by
 * default pages of the same host. Programs that tell no origin are let in by lists and the default.
 */
export function corsOf(origins: Origins | undefined, logger: () => Logger | null): Cors {
  const allowed = originCheck(origins)
  const may = (exchange: Exchange): boolean => {
    try {
      return allowed(exchange.raw as IncomingMessage)
    } catch (error) {
      logger()?.warn({ transport: 'http', error }, 'the check of origins failed; refused')
      return false
    }
  }
  return {
    headers(exchange) {
      if (!may(exchange)) throw new ChatError('origin_refused')
      if (origins === '*') {
        return { 'access-control-allow-origin': '*', 'access-control-expose-headers': SHOWN }
      }
      const origin = exchange.header('origin')
      if (origin === undefined) return { vary: 'origin' }
      return {
        vary: 'origin',
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': SHOWN,
      }
    },
  }
}

/** What a preflight is answered with, besides the headers of every reply (Fetch, 3.2). */
export const preflight = (methods: readonly string[]): Record<string, string> => ({
  'access-control-allow-methods': methods.join(', '),
  'access-control-allow-headers': ASKED,
  'access-control-max-age': MAX_AGE,
})
