/** Kinds of fields: how the value of one is read from JSON that anybody may have written. */

import type { Position, RoomSettings, SettingsChange } from './types.ts'

/** Reads one field: the value itself, or what would be needed instead. Nothing at all is refused. */
export type Read<T> = (value: unknown) => { readonly value: T } | Complaint

/** What is wrong with a value: what would be needed. */
export interface Complaint {
  readonly needed: string
}

/** How a field is read, and whether it may be absent. */
export interface Field<T> {
  readonly read: Read<T>
  readonly required: boolean
}

// ── limits of what is looked at; the core has narrower ones, which the host may set ─────────────

/** Longest name of a person or a room. */
export const NAME_CHARS = 256
/** Longest `cid`. */
export const CID_CHARS = 64
/** Longest id. */
export const ID_CHARS = 64
const EPOCH_CHARS = 64
/** Most entries or names that may be asked for at once. */
export const PAGE = 1000
/** Longest password that is looked at. */
export const PASSWORD_CHARS = 4096
/** Longest reason or topic that is looked at. */
export const REASON_CHARS = 4096
const DAY_MS = 24 * 60 * 60 * 1000
/** Shortest and longest time that a ban or a mute may be given, in ms: a second, ten years. */
export const TERM_MS = { min: 1000, max: 3650 * DAY_MS } as const
/** Most time that may have to pass between messages of one person, in ms. */
export const SLOW_MS = DAY_MS
const YEARS_DAYS = 36_500
const MANY = 1_000_000_000

// ── kinds ───────────────────────────────────────────────────────────────────────────────────────

/**
 * No surrogate stands alone: the text can be written as UTF-8. (ES2024 has it, and so have Node 20
 * and every browser of 2023; the type library of ES2023 hasn't.)
 */
export const isWellFormed = (text: string): boolean =>
  (text as string & { isWellFormed(): boolean }).isWellFormed()

const need = (needed: string): Complaint => ({ needed })

/** What is needed where something else than a text was given. */
export const STRING = need('a string is needed')
const UNICODE = need('well-formed Unicode is needed')

/** A text of so many UTF-16 units. */
export function string(min: number, max: number): Read<string> {
  const length = need(
    min === 0 ? `at most ${max} characters are allowed` : `${min} to ${max} characters are needed`,
  )
  return (value) => {
    if (typeof value !== 'string') return STRING
    if (value.length < min || value.length > max) return length
    return isWellFormed(value) ? { value } : UNICODE
  }
}

/** A whole number in this range, both ends included. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Read<number> {
  const range = need(
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${min} is needed`
      : `a whole number from ${min} to ${max} is needed`,
  )
  return (value) => (isInteger(value, min, max) ? { value } : range)
}

/** Whether a value is a whole number in this range. */
export const isInteger = (value: unknown, min: number, max: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max

const BOOLEAN = need('true or false is needed')

/** True or false. */
export const boolean: Read<boolean> = (value) => (typeof value === 'boolean' ? { value } : BOOLEAN)

/** One of these words. */
export function oneOf<T extends string>(...words: readonly T[]): Read<T> {
  const needed = need(`one of ${words.join(', ')} is needed`)
  return (value) => (words.includes(value as T) ? { value: value as T } : needed)
}

/** The same, or `null`. */
export function nullable<T>(read: Read<T>): Read<T | null> {
  return (value) => {
    if (value === null) return { value }
    const given = read(value)
    return 'needed' in given ? need(`null, or ${given.needed}`) : given
  }
}

const POSITION = need(
  `{"epoch": at most ${EPOCH_CHARS} characters, "seq": a whole number of at least 0} is needed`,
)

/** Where somebody is in a log; of what else stands in it nothing is handed on. */
export const position: Read<Position> = (value) => {
  if (typeof value !== 'object' || value === null) return POSITION
  const { epoch, seq } = value as Partial<Record<keyof Position, unknown>>
  return typeof epoch === 'string' &&
    epoch.length <= EPOCH_CHARS &&
    isWellFormed(epoch) &&
    isInteger(seq, 0, Number.MAX_SAFE_INTEGER)
    ? { value: { epoch, seq } }
    : POSITION
}

type SettingsFields = {
  readonly [K in keyof RoomSettings]-?: Read<NonNullable<SettingsChange[K]>>
}

const SETTINGS: SettingsFields = {
  private: boolean,
  password: string(1, PASSWORD_CHARS),
  readOnly: boolean,
  slowMs: integer(0, SLOW_MS),
  people: integer(1, MANY),
  keepEntries: integer(1, MANY),
  keepDays: integer(1, YEARS_DAYS),
  topic: string(0, REASON_CHARS),
}
const SETTINGS_READ = Object.entries(SETTINGS).map(
  ([key, read]) => [key, nullable(read as Read<unknown>)] as const,
)
const OBJECT = need('an object is needed')

/** A change of a room's settings: what is known of it; `null` sets a field back. */
export const settings: Read<SettingsChange> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return OBJECT
  const change: Record<string, unknown> = {}
  for (const [key, read] of SETTINGS_READ) {
    const given = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
    if (given === undefined) continue
    const known = read(given)
    if ('needed' in known) return need(`${key}: ${known.needed}`)
    change[key] = known.value
  }
  // Built by the rows of SETTINGS, whose types are those of the fields.
  return { value: change as SettingsChange }
}

/** A field that has to be there. */
export const required = <T>(read: Read<T>): Field<T> => ({ read, required: true })
/** A field that may be absent. */
export const optional = <T>(read: Read<T>): Field<T> => ({ read, required: false })
