/** The suite for records notices what the trail, files and data of people must not do. */

import { describe } from 'vitest'
import { audit, brokenRecords, type Case, files, over, people, turn } from './broken-records.ts'

const CASES: readonly Case[] = [
  [
    'lists what was done from the beginning',
    'lists what was done, the newest first',
    audit((good) => ({
      list: async (before, limit) => (await good.list(before, limit)).toReversed(),
    })),
  ],
  [
    'never forgets what was done',
    'forgets the oldest of what was done',
    audit((good) => ({ add: (record) => good.add(record, 1_000_000) })),
  ],
  [
    'forgets more than it may',
    'forgets the oldest of what was done',
    audit((good) => ({ add: (record, keep) => good.add(record, keep / 2) })),
  ],
  [
    'gives a file to whoever asks last',
    'gives a file to one message',
    files((good) => ({
      async attach(id, seq) {
        await good.attach(id, seq)
        return (await good.get(id)) !== null
      },
    })),
  ],
  [
    'counts no bytes of all',
    'takes no file beyond what all may have',
    files((good) => ({ add: (file, most) => good.add(file, { ...most, all: 1e9 }) })),
  ],
  [
    'counts no bytes of the owner',
    'takes no file beyond what its owner may have',
    files((good) => ({ add: (file, most) => good.add(file, { ...most, owner: 1e9 }) })),
  ],
  [
    'counts the bytes before it adds them',
    'nor when many files come at once',
    files((good) => {
      const sizes = new Map<string, number>()
      return {
        async add(file, most) {
          const used = [...sizes.values()].reduce((sum, size) => sum + size, 0)
          await turn()
          if (used + file.size > most.all) return false
          sizes.set(file.id, file.size)
          return good.add(file, { all: 1e9, owner: 1e9 })
        },
        async delete(ids) {
          for (const id of ids) sizes.delete(id)
          await good.delete(ids)
        },
      }
    }),
  ],
  [
    'takes every file without a message for an orphan',
    'finds files that were never sent',
    files((good) => ({ orphans: (_, limit) => good.orphans(Number.POSITIVE_INFINITY, limit) })),
  ],
  [
    'gives files to the next room of the name',
    'finds files of deleted rooms, which no later room gets',
    files((good) => {
      const kept = new Map<string, Parameters<typeof good.add>[0]>()
      return {
        async add(file, most) {
          const added = await good.add(file, most)
          if (added) kept.set(file.id, file)
          return added
        },
        get: async (id) => kept.get(id) ?? null,
      }
    }),
  ],
  [
    'finds only new orphans',
    'finds files of messages that are no longer kept',
    files((good) => ({
      async orphans(before, limit) {
        const ids = await good.orphans(before, limit)
        const sent = await Promise.all(ids.map(async (id) => (await good.get(id))?.seq))
        return ids.filter((_, i) => sent[i] === undefined)
      },
    })),
  ],
  [
    'ends an export with its first page',
    'exports all entries of a person, by room and seq',
    people((good) => ({
      async export(id, next, limit) {
        return { entries: (await good.export(id, next, limit)).entries }
      },
    })),
  ],
  [
    'loses an entry between two pages',
    'exports all entries of a person, by room and seq',
    people((good) => ({
      async export(id, next, limit) {
        const page = await good.export(id, next, limit + 1)
        return { ...page, entries: page.entries.slice(0, limit) }
      },
    })),
  ],
  [
    'leaves the account of whom it erased',
    'erases memberships, account, tokens and names',
    (good) => {
      const known = new Map<string, Awaited<ReturnType<typeof good.accounts.get>>>()
      return {
        accounts: over(good.accounts, {
          async create(one) {
            known.set(one.id, one)
            return good.accounts.create(one)
          },
          get: async (id) => known.get(id) ?? null,
        }),
      }
    },
  ],
  [
    'leaves the names in the trail',
    'erases memberships, account, tokens and names',
    audit((good) => ({
      list: async (before, limit) =>
        (await good.list(before, limit)).map((one) =>
          one.by.id === 'ana' ? { ...one, by: { id: 'ana', name: 'Ana' } } : one,
        ),
    })),
  ],
  [
    'erases nothing',
    'erases what a person said, everywhere',
    people(() => ({ erase: async () => 3 })),
  ],
  [
    'counts what it erases a second time',
    'erases what a person said, everywhere',
    people((good) => {
      let first = 0
      return {
        async erase(id) {
          first ||= await good.erase(id)
          return first
        },
      }
    }),
  ],
]

describe('records that', () => brokenRecords(CASES))
