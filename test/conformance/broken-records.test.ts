/** The suite for records notices what members, accounts and tokens must not do. */

import { describe } from 'vitest'
import {
  accounts,
  brokenRecords,
  type Case,
  members,
  over,
  tokens,
  turn,
} from './broken-records.ts'

const CASES: readonly Case[] = [
  [
    'keeps sanctions as JSON',
    'a sanction may be for ever',
    members((good) => ({
      put: (room, person, change) =>
        good.put(room, person, JSON.parse(JSON.stringify(change)) as typeof change),
    })),
  ],
  [
    'takes null for nothing to do',
    'a change of a member leaves the rest as it was, and null takes away',
    members((good) => ({
      put: (room, person, change) =>
        good.put(
          room,
          person,
          Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null)),
        ),
    })),
  ],
  [
    'forgets an invitation',
    'keeps all that a member is, and adds nothing',
    members((good) => ({
      put: (room, person, { invited: _, ...change }) => good.put(room, person, change),
    })),
  ],
  [
    'lets marks go back',
    '`read` never goes back',
    members((good) => {
      const marks = new Map<string, number>()
      return {
        async put(room, person, change) {
          const read = change.read ?? marks.get(person.id) ?? 0
          marks.set(person.id, read)
          const put = await good.put(room, person, change)
          return put && { ...put, read }
        },
      }
    }),
  ],
  [
    'reads a member before it writes it',
    'many change the same member at once: every change is kept',
    members((good) => ({
      async put(room, person, change) {
        const known = await good.get(room, person.id)
        await turn()
        const none = { role: null, invited: null, mutedUntil: null, bannedUntil: null }
        const { room: _, person: __, ...before } = known ?? {}
        return good.put(room, person, { ...none, ...before, ...change })
      },
    })),
  ],
  [
    'makes rooms up',
    'a room that is not there has no members',
    members((good) => ({
      put: async (room, person, change) =>
        (await good.put(room, person, change)) ?? { room, person, read: 0 },
    })),
  ],
  [
    'remembers members of deleted rooms',
    'a deleted room takes its members with it',
    members((good) => {
      const last = new Map<string, Awaited<ReturnType<typeof good.put>>>()
      return {
        async put(room, person, change) {
          const put = await good.put(room, person, change)
          last.set(room + person.id, put)
          return put
        },
        get: async (room, id) => last.get(room + id) ?? null,
      }
    }),
  ],
  [
    'sorts members by code point',
    'lists members by id in the order of UTF-16 units',
    members((good) => {
      const bytes = (id: string) => Buffer.from(id).toString('hex')
      return {
        async list(room, filter, after, limit) {
          const all = await good.list(room, filter, '', 1000)
          return all
            .filter(({ person }) => bytes(person.id) > bytes(after))
            .sort((a, b) => (bytes(a.person.id) < bytes(b.person.id) ? -1 : 1))
            .slice(0, limit)
        },
      }
    }),
  ],
  [
    'filters a page after it was cut',
    'lists those who have what the filter asks for',
    members((good) => ({
      async list(room, filter, after, limit) {
        const wanted = new Set(
          (await good.list(room, filter, '', 1000)).map(({ person }) => person.id),
        )
        const page = await good.list(room, undefined, after, limit)
        return page.filter(({ person }) => wanted.has(person.id))
      },
    })),
  ],
  [
    'trims ids',
    'keeps any id and name of a member as it is',
    members((good) => ({
      put: (room, { id, name }, change) => good.put(room, { id: id.trim(), name }, change),
    })),
  ],
  [
    'counts everything after the mark as unread',
    'counts the messages of others after what was read',
    members((good) => ({
      of: async (id, after, limit) =>
        (await good.of(id, after, limit)).map((one) => ({
          ...one,
          unread: one.head - one.member.read,
        })),
    })),
  ],
  [
    'mentions whenever something is unread',
    'a mention is of exactly this person',
    members((good) => ({
      of: async (id, after, limit) =>
        (await good.of(id, after, limit)).map((one) => ({ ...one, mentions: one.unread })),
    })),
  ],
  [
    'stops counting at 50',
    'stops counting at 100',
    members((good) => ({
      of: async (id, after, limit) =>
        (await good.of(id, after, limit)).map((one) => ({
          ...one,
          unread: Math.min(one.unread, 50),
        })),
    })),
  ],
  [
    'lists the first rooms whatever was asked for',
    'lists the rooms of a person by name',
    members((good) => ({ of: (id, _after, limit) => good.of(id, '', limit) })),
  ],
  [
    'looks for the key before it makes an account',
    'makes no second account of a key or an id',
    accounts((good) => ({
      async create(one) {
        const known = (await good.byKey(one.key)) ?? (await good.get(one.id))
        await turn()
        if (known !== null) return false
        await good.create(one)
        return true
      },
    })),
  ],
  [
    'gives a key away twice',
    'gives an account no key that another has',
    accounts((good) => ({
      async update(id, change) {
        const result = await good.update(id, change)
        if (result !== 'taken') return result
        const { key: _, ...rest } = change
        return good.update(id, rest)
      },
    })),
  ],
  [
    'forgets that an account is disabled',
    'changes an account',
    accounts((good) => ({
      update: (id, { disabled: _, ...change }) => good.update(id, change),
    })),
  ],
  [
    'leaves the tokens of a deleted account',
    'deletes an account with its tokens',
    (good) => {
      const given: string[] = []
      return {
        tokens: over(good.tokens, {
          add: async (one, most) => {
            given.push(one.hash)
            await good.tokens.add(one, most)
          },
          known: async (hashes) => hashes.map((hash) => given.includes(hash)),
        }),
      }
    },
  ],
  [
    'lists accounts as they came',
    'lists accounts by key in the order of UTF-16 units',
    accounts((good) => ({
      list: async (after, limit) => (await good.list(after, limit)).toReversed(),
    })),
  ],
  [
    'keeps any number of tokens',
    'of the tokens of an account keeps those that end last',
    tokens((good) => ({ add: (one) => good.add(one, 1000) })),
  ],
  [
    'keeps the tokens that ended first',
    'of the tokens of an account keeps those that end last',
    tokens((good) => ({
      add: (one, most) => good.add({ ...one, expiresAt: -one.expiresAt }, most),
    })),
  ],
  [
    'answers for each known token once',
    'keeps tokens until they are deleted',
    tokens((good) => ({ known: (hashes) => good.known([...new Set(hashes)]) })),
  ],
  [
    'ends the token that is to stay',
    'ends all tokens of an account, except one',
    tokens((good) => ({ deleteAll: (id) => good.deleteAll(id) })),
  ],
  [
    'makes a token by renewing it',
    'renews tokens',
    tokens((good) => ({
      async renew(hash, expiresAt) {
        if (!(await good.renew(hash, expiresAt))) {
          await good.add({ hash, accountId: 'id of ana', createdAt: 0, expiresAt }, 10)
        }
        return true
      },
    })),
  ],
  [
    'ends tokens too early',
    'deletes tokens whose time has passed',
    tokens((good) => ({ expire: (now) => good.expire(now + 10) })),
  ],
]

describe('records that', () => brokenRecords(CASES))
