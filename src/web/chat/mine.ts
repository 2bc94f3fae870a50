/** Which rooms are one's own, kept from one visit to the next. */

import { keptInTab, readKept, writeKept } from '../ui/keep.ts'

/** What is kept of one person's rooms. */
export interface Mine {
  /** Those one is in, in the order in which one came. */
  readonly rooms: readonly string[]
  /** Those one left: the server still remembers what one had read there. */
  readonly left: readonly string[]
}

const PASSWORDS = 'tertulia.passwords'
const MOST = 80

const keyOf = (personId: string): string => `tertulia.rooms.${personId}`
const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(-MOST) : []

/** What was kept of a person's rooms. */
export function mineOf(personId: string): Mine {
  const value = readKept(keyOf(personId)) as Partial<Mine> | null | undefined
  return { rooms: strings(value?.rooms), left: strings(value?.left) }
}

/** Notes that a room is one's own from now on. */
export function noteEntered(personId: string, room: string): void {
  const { rooms, left } = mineOf(personId)
  if (rooms.includes(room) && !left.includes(room)) return
  writeKept(keyOf(personId), {
    rooms: [...rooms.filter((one) => one !== room), room],
    left: left.filter((one) => one !== room),
  })
}

/** Notes that a room is one's own no more. */
export function noteLeft(personId: string, room: string): void {
  const { rooms, left } = mineOf(personId)
  writeKept(keyOf(personId), {
    rooms: rooms.filter((one) => one !== room),
    left: [...left.filter((one) => one !== room), room],
  })
  keepPassword(room, undefined)
}

const passwords = (): Record<string, string> => {
  const value = readKept(PASSWORDS, keptInTab)
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {}
}

/** The password one gave for a room, in this window: not to be asked for again at a reload. */
export function passwordOf(room: string): string | undefined {
  const all = passwords()
  return Object.hasOwn(all, room) ? all[room] : undefined
}

/** Keeps a room's password as long as the window is there; `undefined` forgets it. */
export function keepPassword(room: string, password: string | undefined): void {
  const { [room]: _was, ...others } = passwords()
  writeKept(PASSWORDS, password === undefined ? others : { ...others, [room]: password }, keptInTab)
}

const DRAFT = 'tertulia.draft.'

/** What one was about to say in a room, in this window. */
export const draftOf = (room: string): string => keptInTab.getItem(DRAFT + room) ?? ''

/** Longer drafts aren't kept, in UTF-16 units. */
const DRAFT_UNITS = 32_768

/** Keeps what one is about to say. */
export function keepDraft(room: string, text: string): void {
  // Nothing that could be sent is longer.
  if (text === '' || text.length > DRAFT_UNITS) keptInTab.removeItem(DRAFT + room)
  else keptInTab.setItem(DRAFT + room, text)
}

/** Forgets all that was kept of somebody in this window: passwords of rooms, and these drafts. */
export function forgetWindow(rooms: Iterable<string>): void {
  keptInTab.removeItem(PASSWORDS)
  for (const room of rooms) keepDraft(room, '')
}
