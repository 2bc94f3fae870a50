/** The fields of the operations for admins. */

import type { AdminOp, AdminOperations } from './admin-types.ts'
import {
  boolean,
  type Complaint,
  type Field,
  ID_CHARS,
  integer,
  isInteger,
  NAME_CHARS,
  optional,
  PAGE,
  PASSWORD_CHARS,
  REASON_CHARS,
  type Read,
  required,
  string,
} from './fields.ts'

type Fields<O extends AdminOp> = {
  readonly [K in keyof AdminOperations[O]]-?: Field<Exclude<AdminOperations[O][K], undefined>>
}

/** Limits changed at once. */
const LIMITS_AT_ONCE = 200

const after = optional(string(0, NAME_CHARS))
const limit = optional(integer(1, PAGE))
const person = string(1, NAME_CHARS)
const NUMBERS: Complaint = { needed: 'an object of whole numbers from 1, or null, is needed' }

/** Numbers by name. Which names there are is not looked at here. */
const numbers: Read<Readonly<Record<string, number | null>>> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return NUMBERS
  const entries = Object.entries(value)
  if (entries.length > LIMITS_AT_ONCE) return NUMBERS
  const isFine = ([key, given]: [string, unknown]): boolean =>
    key.length <= ID_CHARS && (given === null || isInteger(given, 1, Number.MAX_SAFE_INTEGER))
  return entries.every(isFine) ? { value: Object.fromEntries(entries) } : NUMBERS
}

/** The table; see `validate.ts`. */
export const ADMIN_FIELDS: { readonly [O in AdminOp]: Fields<O> } = {
  admin_stats: {},
  admin_rooms: { after, limit },
  admin_people: { after, limit, person: optional(person) },
  admin_disconnect: {
    person: optional(person),
    session: optional(string(1, 2 * ID_CHARS)),
    reason: optional(string(0, REASON_CHARS)),
  },
  admin_accounts: { after, limit, name: optional(string(0, NAME_CHARS)) },
  admin_account: {
    account: required(person),
    create: optional(boolean),
    password: optional(string(0, PASSWORD_CHARS)),
    admin: optional(boolean),
    disabled: optional(boolean),
    logout: optional(boolean),
    delete: optional(boolean),
  },
  admin_limits: { set: optional(numbers) },
  admin_sweep: {},
  admin_audit: { before: optional(integer(0)), limit },
  admin_erase: { person: required(person) },
  admin_export: {
    person: required(person),
    next: optional(string(0, 1024)),
    limit,
  },
}
