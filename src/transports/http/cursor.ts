/** Where a receiver is, as a text that the client keeps: an event's id, or a poll's cursor. */

import { ChatError } from '../../errors.ts'
import type { Position } from '../../protocol/types.ts'

/** Where a receiver is. */
export interface Cursor {
  /** The session it was in; a session of another tag knows nothing of `next`. */
  readonly tag: string
  /** Number of the next one in the journal of that session; -1: it wasn't in the journal. */
  readonly next: number
  /** What it has had of each room. */
  readonly positions: ReadonlyMap<string, Position>
}

/** The longest that is read; rooms are at most some hundreds. */
const MOST_CHARS = 64 * 1024
const PLAIN = /^[\w-]+$/
const HEAD = /^([\w-]{1,16})\.(-?\d{1,15})$/

const packed = (text: string): string => Buffer.from(text).toString('base64url')
const unpacked = (text: string): string => Buffer.from(text, 'base64url').toString()

/** A room and its log: what goes before the seq. Stays the same as long as the log does. */
export function logPart(room: string, epoch: string): string {
  return `~${packed(room)}.${PLAIN.test(epoch) ? epoch : `*${packed(epoch)}`}.`
}

/** Only letters, digits and `-_.~*`: stands in headers and queries as it is. */
export function writeCursor(tag: string, next: number, parts: Iterable<string>): string {
  let text = `${tag}.${next}`
  for (const part of parts) text += part
  return text
}

/** Reads what {@link writeCursor} wrote. Throws `bad_request`. */
export function readCursor(text: string): Cursor {
  if (text.length > MOST_CHARS) throw wrong()
  const [head = '', ...rooms] = text.split('~')
  const found = HEAD.exec(head)
  if (found === null) throw wrong()
  const positions = new Map<string, Position>()
  for (const part of rooms) {
    const [room = '', epoch = '', seq = ''] = part.split('.')
    const position = {
      epoch: epoch.startsWith('*') ? unpacked(epoch.slice(1)) : epoch,
      seq: /^\d{1,16}$/.test(seq) ? Number(seq) : Number.NaN,
    }
    if (!PLAIN.test(room) || position.epoch === '' || !Number.isSafeInteger(position.seq)) {
      throw wrong()
    }
    positions.set(unpacked(room), position)
  }
  return { tag: found[1] as string, next: Number(found[2]), positions }
}

const wrong = (): ChatError =>
  new ChatError('bad_request', 'cursor: one that this server gave is needed')
