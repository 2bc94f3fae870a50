/** The passwords of rooms: hashed when set, checked when somebody comes in. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ChatError } from '../errors.ts'
import type { Core, Room, Session } from './model.ts'

/** The right password of a room, in a form that tells nothing outside of this process. */
interface Memo {
  /** The hash that it fits. */
  readonly hash: string
  readonly mac: Buffer
}

const key = randomBytes(32)
/** The right passwords by room: a thousand who come with it cost one hash. */
const memos = new WeakMap<Room, Memo>()
/** Checks under way, by room, hash and password. */
const checking = new WeakMap<Room, Map<string, Promise<boolean>>>()

/** Makes the hash of a room's new password. Throws `password_weak` when it is too long. */
export function hashRoomPassword(core: Core, password: string, whose: string): Promise<string> {
  if (Buffer.byteLength(password) > core.limits.passwordBytes) throw new ChatError('password_weak')
  return core.passwords.hash(password, whose)
}

/**
 * Refuses who doesn't know a room's password: `room_password`; `rate_limited` who tried too many wrong
 * ones, with all others of the address.
 */
export async function checkRoomPassword(
  session: Session,
  room: Room,
  hash: string,
  password: string | undefined,
): Promise<void> {
  if (password === undefined) throw new ChatError('room_password')
  const mac = createHmac('sha256', key).update(password).digest()
  const memo = memos.get(room)
  if (memo?.hash === hash && timingSafeEqual(memo.mac, mac)) return
  const { core, address } = session
  const { failuresPerHour } = core.limits
  // Taken first, and given back: whoever tries many at once gets no more tries by that.
  const now = core.clock.monotonic()
  const retryAfterMs = address.failures.take(1, failuresPerHour / 3600, failuresPerHour, now)
  if (retryAfterMs > 0) throw new ChatError('rate_limited', undefined, { retryAfterMs })
  let isRight = false
  try {
    isRight = await verify(session, room, hash, password, mac)
  } catch (error) {
    address.failures.give(1)
    throw error
  }
  if (!isRight) throw new ChatError('room_password')
  address.failures.give(1)
  memos.set(room, { hash, mac })
}

/** Those who come with the same password at once wait for one check. */
function verify(
  session: Session,
  room: Room,
  hash: string,
  password: string,
  mac: Buffer,
): Promise<boolean> {
  const inRoom = checking.get(room) ?? new Map<string, Promise<boolean>>()
  checking.set(room, inRoom)
  const what = `${mac.toString('base64')} ${hash}`
  let check = inRoom.get(what)
  if (check === undefined) {
    check = session.core.passwords
      .verify(password, hash, session.info.address)
      .finally(() => inRoom.delete(what))
    inRoom.set(what, check)
  }
  return check
}
