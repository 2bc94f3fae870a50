/** What admins do with accounts, and with all that is kept of a person. */

import { ChatError } from '../errors.ts'
import type { AdminOperations, AdminResults, KeptMembership } from '../protocol/admin-types.ts'
import type { AccountInfo, Person } from '../protocol/types.ts'
import type { AccountKeeper } from '../spi/auth.ts'
import type { MemberRecord } from '../spi/records.ts'
import type { Core } from './model.ts'
import { revoked } from './revocation.ts'
import { recordsOf } from './standing.ts'

/** Rooms told of one person. */
const ROOMS = 1000

/** Whoever keeps the accounts. Throws `unsupported`: there are none, or not here. */
function keeperOf({ accounts }: Core): AccountKeeper {
  if (accounts?.admin === undefined) throw new ChatError('unsupported')
  return accounts.admin
}

/** Some accounts, or the one of a name. */
export async function accounts(
  core: Core,
  { after = '', limit = core.limits.listPage, name }: AdminOperations['admin_accounts'],
): Promise<AdminResults['admin_accounts']> {
  const keeper = keeperOf(core)
  const count = await keeper.count()
  if (name !== undefined) {
    const found = await keeper.find(name)
    return { accounts: found === null ? [] : [found], count, more: false }
  }
  const page = await keeper.list(after, Math.min(limit, core.limits.listPage))
  return { ...page, count, more: page.next !== undefined }
}

/** What became of an account, and how the audit trail tells it. */
export interface AccountChanged {
  readonly result: AdminResults['admin_account']
  readonly to: Person
  readonly note: string
}

/**
 * Makes, changes or deletes an account. Admins can't lock themselves out: `forbidden`. Who may not be
 * here any more is put out, on every node.
 */
export async function account(
  core: Core,
  fields: AdminOperations['admin_account'],
  by: Person,
): Promise<AccountChanged> {
  const keeper = keeperOf(core)
  const { account: wanted, create, password, admin, disabled, logout, delete: gone } = fields
  if (create === true) {
    if (password === undefined) throw new ChatError('bad_request', 'password: is needed')
    const made = await keeper.create(wanted, password, admin ?? false)
    return done(made, admin === true ? 'created as an admin' : 'created')
  }
  const known = (await keeper.get(wanted)) ?? (await keeper.find(wanted))
  if (known === null) throw new ChatError('person_not_found')
  const { id } = known
  if (id === by.id && (gone === true || disabled === true || admin === false)) {
    throw new ChatError('forbidden')
  }
  const said: string[] = []
  let now: AccountInfo = known
  if (gone === true) {
    await keeper.delete(id)
    revoked(core, id)
    return { result: {}, to: { id, name: known.name }, note: 'deleted' }
  }
  try {
    if (password !== undefined) {
      now = await keeper.resetPassword(id, password)
      said.push('password reset')
    }
    if (admin !== undefined && admin !== known.admin) {
      now = await keeper.setAdmin(id, admin)
      said.push(admin ? 'made an admin' : 'no admin any more')
    }
    if (disabled !== undefined) {
      now = await keeper.setDisabled(id, disabled)
      said.push(disabled ? 'disabled' : 'enabled')
    }
    if (logout === true) {
      await keeper.logout(id)
      said.push('logged out')
    }
  } finally {
    if (said.length > 0) revoked(core, id)
  }
  return done(now, said.join(', '))
}

function done(info: AccountInfo, note: string): AccountChanged {
  return { result: { account: info }, to: { id: info.id, name: info.name }, note }
}

/** A page of what is kept of a person; the first one also has their account and rooms. */
export async function exported(
  core: Core,
  { person, next, limit = core.limits.historyPage }: AdminOperations['admin_export'],
): Promise<AdminResults['admin_export']> {
  const { people, members } = recordsOf(core)
  const most = Math.min(limit, core.limits.historyPage)
  const page = await core.ask(people.export(person, next, most))
  const rest = { more: page.next !== undefined, ...page }
  if (next !== undefined) return rest
  const account = await core.accounts?.admin?.get(person)
  const kept = await core.ask(members.of(person, '', ROOMS))
  return {
    ...(account === null || account === undefined ? undefined : { account }),
    rooms: kept.map(({ member }) => membershipOf(member)),
    ...rest,
  }
}

/** `Infinity` can't be written as JSON. */
const told = (until: number): number | null => (Number.isFinite(until) ? until : null)

function membershipOf(member: MemberRecord): KeptMembership {
  const { room, role, invited, mutedUntil, bannedUntil, read } = member
  return {
    room,
    ...(role === undefined ? undefined : { role }),
    ...(invited === undefined ? undefined : { invited }),
    ...(mutedUntil === undefined ? undefined : { mutedUntil: told(mutedUntil) }),
    ...(bannedUntil === undefined ? undefined : { bannedUntil: told(bannedUntil) }),
    read,
  }
}
