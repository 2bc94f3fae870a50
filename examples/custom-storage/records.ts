/** What is kept about people: members of rooms, accounts, tokens, and what was done. */

import type { Entry, MemberRecord, Records } from 'tertulia'
import { jsonFiles } from './files.ts'
import type { JsonFile } from './json-file.ts'
import { jsonPeople } from './people.ts'
import { headOf, pageBy, type Room, roomOf, type State } from './state.ts'

/** Unread messages are counted up to this, */
const COUNTED = 100
/** among this many of the newest entries. */
const LOOKED_AT = 2000

export function jsonRecords(file: JsonFile<State>): Records {
  return {
    members: jsonMembers(file),
    accounts: jsonAccounts(file),
    tokens: jsonTokens(file),
    audit: jsonAudit(file),
    files: jsonFiles(file),
    people: jsonPeople(file),
  }
}

const FILTERS = {
  role: 'role',
  invited: 'invited',
  muted: 'mutedUntil',
  banned: 'bannedUntil',
} as const satisfies Record<string, keyof MemberRecord>

function jsonMembers(file: JsonFile<State>): Records['members'] {
  const memberOf = (room: Room | undefined, id: string) =>
    room?.members.find(({ person }) => person.id === id)
  return {
    get: (name, id) => file.read((state) => memberOf(roomOf(state, name), id) ?? null),
    put: (name, { id, name: called }, change) =>
      file.change((state) => {
        const room = roomOf(state, name)
        if (room === undefined) return null
        const known = memberOf(room, id)
        const read = Math.max(known?.read ?? 0, change.read ?? 0)
        const given = Object.entries({ ...known, ...change, read })
        const fields = given.filter(([, value]) => value !== null && value !== undefined)
        const member: MemberRecord = {
          ...(Object.fromEntries(fields) as Pick<MemberRecord, 'read'>),
          room: name,
          person: { id, name: called },
        }
        room.members = [...room.members.filter((one) => one !== known), member]
        return member
      }),
    list: (name, filter, after, limit) =>
      file.read((state) => {
        const members = roomOf(state, name)?.members ?? []
        const fits = (member: MemberRecord): boolean =>
          filter === undefined || member[FILTERS[filter]] !== undefined
        return pageBy(members.filter(fits), ({ person }) => person.id, after, limit)
      }),
    of: (id, after, limit) =>
      file.read((state) => {
        const theirs = state.rooms.filter((room) => memberOf(room, id) !== undefined)
        return pageBy(theirs, ({ record }) => record.room, after, limit).map((room) => {
          const member = memberOf(room, id) as MemberRecord
          return { member, epoch: room.record.epoch, head: headOf(room), ...unread(room, member) }
        })
      }),
  }
}

function unread({ entries }: Room, { read, person }: MemberRecord) {
  const counts = ({ seq, kind, deleted, from }: Entry): boolean =>
    seq > read && kind === 'message' && deleted !== true && from.id !== person.id
  const found = entries.slice(-LOOKED_AT).filter(counts)
  const mentions = found.filter(({ details }) => details?.mentions?.includes(person.id))
  return {
    unread: Math.min(found.length, COUNTED),
    mentions: Math.min(mentions.length, COUNTED),
  }
}

function jsonAccounts(file: JsonFile<State>): Records['accounts'] {
  return {
    create: (account) =>
      file.change(({ accounts }) => {
        if (accounts.some(({ id, key }) => id === account.id || key === account.key)) return false
        accounts.push(account)
        return true
      }),
    get: (id) => file.read(({ accounts }) => accounts.find((one) => one.id === id) ?? null),
    byKey: (key) => file.read(({ accounts }) => accounts.find((one) => one.key === key) ?? null),
    update: (id, change) =>
      file.change(({ accounts }) => {
        const place = accounts.findIndex((account) => account.id === id)
        const known = accounts[place]
        if (known === undefined) return null
        if (accounts.some((one) => one !== known && one.key === change.key)) return 'taken'
        const account = { ...known, ...change }
        accounts[place] = account
        return account
      }),
    delete: (id) =>
      file.change((state) => {
        const before = state.accounts.length
        state.accounts = state.accounts.filter((account) => account.id !== id)
        state.tokens = state.tokens.filter(({ accountId }) => accountId !== id)
        return state.accounts.length < before
      }),
    list: (after, limit) =>
      file.read(({ accounts }) => pageBy(accounts, ({ key }) => key, after, limit)),
    count: () => file.read(({ accounts }) => accounts.length),
  }
}

function jsonTokens(file: JsonFile<State>): Records['tokens'] {
  /** Deletes tokens; returns how many there were. */
  const remove = (which: (token: State['tokens'][number]) => boolean): Promise<number> =>
    file.change((state) => {
      const before = state.tokens.length
      state.tokens = state.tokens.filter((token) => !which(token))
      return before - state.tokens.length
    })
  return {
    add: (token, most) =>
      file.change((state) => {
        if (!state.accounts.some(({ id }) => id === token.accountId)) return
        if (!state.tokens.some(({ hash }) => hash === token.hash)) state.tokens.push(token)
        const theirs = state.tokens.filter(({ accountId }) => accountId === token.accountId)
        theirs.sort((a, b) => b.expiresAt - a.expiresAt || b.createdAt - a.createdAt)
        const tooMany = theirs.slice(Math.max(0, most))
        state.tokens = state.tokens.filter((one) => !tooMany.includes(one))
      }),
    get: (hash) => file.read(({ tokens }) => tokens.find((one) => one.hash === hash) ?? null),
    known: (hashes) =>
      file.read(({ tokens }) => hashes.map((hash) => tokens.some((one) => one.hash === hash))),
    renew: (hash, expiresAt) =>
      file.change(({ tokens }) => {
        const place = tokens.findIndex((token) => token.hash === hash)
        const known = tokens[place]
        if (known === undefined) return false
        tokens[place] = { ...known, expiresAt }
        return true
      }),
    delete: async (hash) => (await remove((token) => token.hash === hash)) > 0,
    deleteAll: (accountId, except) =>
      remove((token) => token.accountId === accountId && token.hash !== except),
    expire: (now) => remove(({ expiresAt }) => expiresAt < now),
  }
}

function jsonAudit(file: JsonFile<State>): Records['audit'] {
  return {
    add: (record, keep) =>
      file.change((state) => {
        state.audits += 1
        state.audit.push({ ...record, id: state.audits })
        state.audit.splice(0, Math.max(0, state.audit.length - keep))
      }),
    list: (before = Infinity, limit) =>
      file.read(({ audit }) => {
        const earlier = audit.filter(({ id }) => id < before)
        return earlier.reverse().slice(0, Math.max(0, limit))
      }),
  }
}
