/** Contract of a codec: how requests and events are written down. */

import type { Malformed, Request, ServerEvent } from '../protocol/types.ts'

/**
 * Turns payloads (the text inside one frame) into requests, and events into payloads.
 *
 * An implementation
 * - MUST be pure: the same input gives the same output, and nothing is remembered between calls.
 *   An event is encoded once and its bytes go to everybody who uses a codec of this `name`.
 * - MUST NOT throw from `decode`, whatever the payload: what can't be read is a {@link Malformed}.
 * - MUST validate every field it hands on; the core trusts the shapes of a request.
 * - MUST NOT throw from `encode`. `null` means: clients of this codec are not told.
 */
export interface Codec {
  /** The key of the encode cache: two codecs that write differently have different names. */
  readonly name: string
  decode(payload: string): Request | Malformed
  encode(event: ServerEvent): string | null
}
