/** What requests, replies and events are made up of: texts, names, entries. */

import type {
  Entry,
  EntryDetails,
  EntryKind,
  FileInfo,
  Person,
  Reaction,
  Role,
  RoomSettings,
  SettingsChange,
} from '../protocol/types.ts'
import type { Random } from './random.ts'

/** Makes one up. */
export type Make<T> = (random: Random) => T

const KINDS: readonly EntryKind[] = [
  ...(['message', 'message', 'message', 'message', 'notice'] as const),
  ...(['edit', 'delete', 'react', 'unreact', 'kick', 'ban', 'role', 'settings'] as const),
]

/** What texts are made of: what is easily spoilt by quoting, cutting, folding or storing. */
const PIECES = [
  ...'abcXYZ019 .,;:!?#@/\\"\'`<>&%$_-=+*|{}[]()',
  ...['Olá', 'ção', 'é', 'e\u0301', 'ß', 'İ', 'ﷺ', '中文', 'עברית', '👋', '👩‍👩‍👧', '🇧🇷'],
  ...['\n', '\r\n', '\t', '\u0000', '\u001b[31m', '\u007f', '\u0085', '\u2028', '\u202e', '\u200b'],
  ...['\ufeff', '\ufffd', '\uffff', '\u{10ffff}', "'; DROP TABLE x; --", '\\u0000', '%s', '{{x}}'],
]

/**
 * A text of some pieces: always well-formed Unicode, and anything else.
 *
 * @example
 * const text = sampleText(seededRandom(7)) // quotes, line ends, emoji, U+0000, …
 */
export function sampleText(random: Random, pieces = random.int(0, 12)): string {
  let text = ''
  for (let i = 0; i < pieces; i++) text += random.pick(PIECES)
  return text
}

/** A text of at most so many UTF-16 units, not empty. */
export const shortText = (random: Random, most: number): string => {
  let text = sampleText(random, random.int(1, 6))
  while (text.length > most) text = [...text].slice(0, -1).join('')
  return text
}

/** A name. */
export const nameOf: Make<string> = (random) => shortText(random, 32)
/** A room's name. */
export const roomOf: Make<string> = (random) =>
  random.pick(['geral', 'são-joão', '@a:b', nameOf(random)])
/** A whole number, 0 among them. */
export const natural: Make<number> = (random) =>
  random.pick([0, 1, 2, 42, 100_000, 2 ** 40, Number.MAX_SAFE_INTEGER])
/** How many are asked for. */
export const page: Make<number> = (random) => random.int(1, 1000)
/** True or false. */
export const flag: Make<boolean> = (random) => random.chance(0.5)
/** The seq of an entry. */
export const seqOf: Make<number> = (random) => random.pick([1, 2, 42, 100_000, 2 ** 40])
/** A reaction. */
export const emojiOf: Make<string> = (random) => random.pick(['👍', '❤️', '👩‍👩‍👧', '🇧🇷', 'ok'])
/** A person. */
export const personOf: Make<Person> = (random) => ({
  id: shortText(random, 20),
  name: nameOf(random),
})
/** A few of them, or none. */
export const some = <T>(random: Random, make: Make<T>): T[] =>
  Array.from({ length: random.int(0, 4) }, () => make(random))

/** Sets the field, or leaves it out: absent is not the same as undefined. */
export const maybe = <K extends string, T>(
  random: Random,
  key: K,
  make: Make<T>,
): { [P in K]?: T } => (random.chance(0.5) ? { [key]: make(random) } : {}) as { [P in K]?: T }

/**
 * An entry, with odd texts and names.
 *
 * @example
 * const entries = Array.from({ length: 10 }, () => sampleEntry(random))
 */
export const sampleEntry: Make<Entry> = (random) => ({
  room: roomOf(random),
  seq: natural(random) + 1,
  ts: natural(random),
  kind: random.pick(KINDS),
  from: personOf(random),
  text: sampleText(random),
  ...maybe(random, 'to', personOf),
  ...maybe(random, 'cid', (r) => shortText(r, 64)),
  ...maybe(random, 'ref', seqOf),
  ...(random.chance(0.7)
    ? {}
    : random.chance(0.3)
      ? { deleted: true as const, text: '' }
      : { ...maybe(random, 'edited', seqOf), ...maybe(random, 'reactions', reactionsOf) }),
  ...(random.chance(0.8) ? {} : { details: detailsOf(random) }),
})

/** Reactions of an entry. */
export const reactionsOf: Make<readonly Reaction[]> = (random) =>
  Array.from({ length: random.int(1, 3) }, () => {
    const by = Array.from({ length: random.int(1, 3) }, () => shortText(random, 20))
    return { text: emojiOf(random), count: by.length + random.int(0, 200), by }
  })

/** A file. */
export const fileOf: Make<FileInfo> = (random) => ({
  id: shortText(random, 20),
  name: nameOf(random),
  type: random.pick(['image/png', 'application/pdf']),
  size: natural(random),
})

/** Details of an entry. */
export const detailsOf: Make<EntryDetails> = (random) => ({
  ...maybe(random, 'file', fileOf),
  ...maybe(random, 'mentions', (r) => some(r, (one) => shortText(one, 20))),
  ...maybe(random, 'until', natural),
  ...maybe(random, 'role', roleOf),
  ...maybe(random, 'settings', settingsOf),
})

/** A role. */
export const roleOf: Make<Role> = (random) => random.pick(['owner', 'moderator', 'member'])

/** Settings of a room. */
export const settingsOf: Make<RoomSettings> = (r) => ({
  ...maybe(r, 'private', flag),
  ...maybe(r, 'password', flag),
  ...maybe(r, 'readOnly', flag),
  ...maybe(r, 'slowMs', () => 1000),
  ...maybe(r, 'people', page),
  ...maybe(r, 'keepEntries', page),
  ...maybe(r, 'keepDays', page),
  ...maybe(r, 'topic', sampleText),
})

/** A change of settings: each field may also be `null`. */
export const changeOf: Make<SettingsChange> = (random) => {
  const { password, ...rest } = settingsOf(random)
  const change: Record<string, unknown> = { ...rest }
  if (password !== undefined) change.password = shortText(random, 64)
  for (const key of Object.keys(change)) if (random.chance(0.3)) change[key] = null
  return change as SettingsChange
}

/** A range of seqs. */
export const gapOf = (random: Random): { from: number; to: number } => {
  const from = random.int(1, 1000)
  return { from, to: from + random.int(0, 1000) }
}
