/** The suite for storages notices what goes wrong with edits, deletions and reactions. */

import { describe, it } from 'vitest'
import type { Entry } from '../../src/protocol/types.ts'
import type { Appended, NewEntry } from '../../src/spi/storage.ts'
import {
  type Break,
  brokenSuite,
  entryOf,
  isRefusal,
  mapDrafts,
  mapRead,
  mapResults,
  turn,
} from './breaking-storages.ts'
import { expectCaught } from './collect.ts'

const DELETION = 'a deletion takes the text with all that was done to it'
const REACTIONS = 'reactions are read in the order in which each text came'

/** What is broken, and the test that must notice. */
const CASES: readonly (readonly [string, string, Break])[] = [
  [
    'keeps edits apart and shows the first text',
    'an edit gives the entry its text, and stands in the log',
    mapRead((entry, drafts) => {
      if (entry.edited === undefined) return entry
      const { edited: _, ...rest } = entry
      return { ...rest, text: drafts.get(entry.seq)?.text ?? '' }
    }),
  ],
  [
    'shows the oldest edit',
    'an edit gives the entry its text, and stands in the log',
    mapRead((entry, drafts) => {
      if (entry.edited === undefined) return entry
      const first = [...drafts].find(([, { kind, ref }]) => kind === 'edit' && ref === entry.seq)
      return first === undefined ? entry : { ...entry, edited: first[0], text: first[1].text }
    }),
  ],
  [
    'erases the entry but not its edits',
    DELETION,
    mapRead((entry, drafts) => {
      if (entry.kind !== 'edit' || entry.deleted === undefined) return entry
      const { deleted: _, ...rest } = entry
      return { ...rest, text: drafts.get(entry.seq)?.text ?? '' }
    }),
  ],
  [
    'hides the text and leaves the details',
    DELETION,
    mapRead((entry, drafts) => {
      const details = drafts.get(entry.seq)?.details
      return details === undefined ? entry : { ...entry, details }
    }),
  ],
  [
    'leaves the reactions of a deleted entry',
    DELETION,
    mapRead((entry) =>
      entry.deleted && entry.kind === 'message'
        ? { ...entry, reactions: [{ text: '❤', count: 1, by: ['bob'] }] }
        : entry,
    ),
  ],
  [
    'erases the answers, too',
    DELETION,
    mapRead((entry, _, page) =>
      entry.kind === 'message' && page.some(({ seq, deleted }) => deleted && seq === entry.ref)
        ? { ...entry, text: '', deleted: true }
        : entry,
    ),
  ],
  [
    'erases the deletion itself',
    DELETION,
    mapRead((entry) =>
      entry.kind === 'delete' ? { ...entry, text: '', deleted: true as const } : entry,
    ),
  ],
  [
    'sorts reactions by their text',
    REACTIONS,
    mapRead((entry) =>
      entry.reactions === undefined
        ? entry
        : { ...entry, reactions: [...entry.reactions].sort((a, b) => (a.text < b.text ? -1 : 1)) },
    ),
  ],
  [
    'shows that nobody holds something',
    REACTIONS,
    mapRead((entry) => (entry.kind === 'message' ? { reactions: [], ...entry } : entry)),
  ],
  [
    'counts those it names',
    'a reaction names the first who hold it, and counts them all',
    mapRead((entry) =>
      entry.reactions === undefined
        ? entry
        : {
            ...entry,
            reactions: entry.reactions.map((one) => ({ ...one, count: one.by.length })),
          },
    ),
  ],
  [
    'compares a retry with the newest text',
    'a retry of what was edited has the first text',
    (good) => ({
      ...good,
      async append(batch) {
        const results = await good.append(batch)
        return Promise.all(
          results.map(async (result, i): Promise<Appended> => {
            if ('error' in result || !result.duplicate) return result
            const { room, text } = batch[i] as NewEntry
            const now = await entryOf(good, room, result.seq)
            return now?.text === text ? result : { error: 'conflict' }
          }),
        )
      },
    }),
  ],
  [
    'takes the retry of what was deleted for a conflict',
    'a retry of what was deleted is one, whatever it says',
    mapResults((result, { text }) =>
      'seq' in result && result.duplicate && text !== '' ? { error: 'conflict' } : result,
    ),
  ],
  [
    'takes whatever has the key of a deleted entry for a retry',
    'a retry of what was deleted is one, whatever it says',
    mapResults((result) =>
      'error' in result && result.error === 'conflict'
        ? { seq: 1, ts: 1_700_000_000_000, duplicate: true }
        : result,
    ),
  ],
  [
    'applies a repeated change again',
    'a change that is repeated, or refused, changes nothing',
    (good) => ({
      ...good,
      async append(batch) {
        const results = await good.append(batch)
        const again = batch.filter((_, i) => {
          const result = results[i] as Appended
          return 'seq' in result && result.duplicate
        })
        await good.append(again.map(({ cid: _, ...draft }) => draft))
        return results
      },
    }),
  ],
  [
    'applies a change whose key is in conflict',
    'a change that is repeated, or refused, changes nothing',
    (good) => ({
      ...good,
      async append(batch) {
        const results = await good.append(batch)
        for (const [i, { cid: _, ...draft }] of batch.entries()) {
          const result = results[i] as Appended
          if ('error' in result && result.error === 'conflict') await good.append([draft])
        }
        return results
      },
    }),
  ],
  [
    'stores changes of entries that are not there',
    'refuses to change what is not there, or cannot be changed',
    (good) => ({
      ...good,
      async append(batch) {
        const results = await good.append(batch)
        return Promise.all(
          results.map(async (result, i) => {
            if (!isRefusal(result)) return result
            const [other] = await good.append([{ ...(batch[i] as NewEntry), kind: 'message' }])
            return other as Appended
          }),
        )
      },
    }),
  ],
  [
    'gives up the rest of a batch when a change is refused',
    'stores the others of a batch whose changes are refused',
    (good) => ({
      ...good,
      async append(batch) {
        const results = [...(await good.append(batch))]
        const first = results.findIndex(isRefusal)
        return first < 0 ? results : results.fill({ error: 'entry_not_found' }, first)
      },
    }),
  ],
  [
    'forgets the ref of an answer to what is not there',
    'an answer is kept whatever it refers to',
    mapDrafts(({ ref, ...draft }) => (ref === undefined || ref > 50 ? draft : { ...draft, ref })),
  ],
  [
    'does not compare what a retry refers to',
    'the same key with another text, kind or ref is a conflict',
    mapDrafts(({ ref: _, ...draft }) => draft),
  ],
  [
    'knows reactions by the name of the room',
    'a room that is made again has nothing of what was changed before',
    mapRead((entry, drafts) => {
      const old = [...drafts.values()].some(({ text }) => text === '👍')
      if (!old || entry.reactions === undefined) return entry
      return { ...entry, reactions: [{ text: '👍', count: 1, by: ['ana'] }, ...entry.reactions] }
    }),
  ],
  [
    'applies changes after it has stored them',
    'whoever reads an edit reads the entry with it',
    (good) => {
      const late = new Map<number, Entry>()
      return {
        ...good,
        async append(batch) {
          for (const { kind, room, ref = 0 } of batch) {
            const entry = kind === 'edit' ? await entryOf(good, room, ref) : undefined
            if (entry !== undefined) late.set(ref, entry)
          }
          const results = await good.append(batch)
          for (let n = 0; n < 3; n++) await turn()
          late.clear()
          return results
        },
        async read(room, range) {
          const page = await good.read(room, range)
          if (page === null || room !== 'a') return page
          return { ...page, entries: page.entries.map((entry) => late.get(entry.seq) ?? entry) }
        },
      }
    },
  ],
  [
    'counts a reaction each time it comes',
    'several nodes hold up, and take back, the same at once',
    mapRead((entry, drafts) => {
      const all = [...drafts.values()].filter(({ kind }) => kind === 'react').length
      const reactions = entry.reactions?.map((one) => ({ ...one, count: all }))
      return reactions === undefined ? entry : { ...entry, reactions }
    }),
  ],
  [
    'lets everybody delete',
    'of several nodes that delete the same at once, one does',
    mapResults((result, { kind, ts }) =>
      kind === 'delete' && isRefusal(result) ? { seq: 2, ts, duplicate: false } : result,
    ),
  ],
  [
    'says that it has changed what was given up',
    'what was given up cannot be changed any more',
    mapResults((result, { ts }) =>
      isRefusal(result) ? { seq: 13, ts, duplicate: false } : result,
    ),
  ],
  [
    'forgets an edit now and then',
    'does what the model does (1)',
    (good) => {
      let n = 0
      return mapRead((entry) => {
        n += entry.edited === undefined ? 0 : 1
        if (entry.edited === undefined || n % 2 !== 0) return entry
        const { edited: _, ...rest } = entry
        return rest
      })(good)
    },
  ],
  [
    'says nothing of what it can do',
    'says who it is and what it can do',
    (good) => ({ ...good, supports: { ...good.supports, changes: false } }),
  ],
]

describe('a storage that', () => {
  for (const [what, name, spoil] of CASES) {
    it(`${what} is noticed`, () =>
      expectCaught(
        name,
        brokenSuite((good) => good),
        brokenSuite(spoil),
      ))
  }
})
