/** Servers whose storage isn't what its contract says. */

import { ChatError } from '../../src/errors.ts'
import type { Appended, NewEntry, Storage } from '../../src/spi/storage.ts'
import type { Mutant } from './mutant.ts'
import { type Flaws, naiveStorage } from './naive-storage.ts'
import type { Plan } from './world.ts'

function naive(name: string, how: string, rule: Mutant['rule'], plan: Plan, flaws: Flaws): Mutant {
  return { name, how, rule, plan, damage: { storage: (tools) => naiveStorage(tools, flaws) } }
}

/** Changes what becomes of a batch. */
function around(
  name: string,
  how: string,
  rule: Mutant['rule'],
  plan: Plan,
  append: (storage: Storage, batch: readonly NewEntry[]) => Promise<readonly Appended[]>,
): Mutant {
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    append: (batch) => append(storage, batch),
  })
  return { name, how, rule, plan, damage: { around: wrap } }
}

const RETRIES: Plan = { nodes: 2, slow: 300, fail: 0.1 }

export const STORAGE_MUTANTS: readonly Mutant[] = [
  naive(
    'acknowledges before it commits',
    'storage answers with a number, stores the entry later, and one in five never',
    'acknowledged',
    {},
    { answersFirst: true },
  ),
  naive(
    'numbers from a SEQUENCE',
    'storage draws a number for each entry of a batch, also for duplicates: they leave holes',
    'contiguous',
    RETRIES,
    { numberFirst: true },
  ),
  naive(
    'no unique key',
    'storage stores whatever comes, also what it has under that key',
    'acknowledged',
    RETRIES,
    { noKey: true },
  ),
  naive(
    'looks for duplicates outside the transaction',
    'storage looks the key up, lets up to 30 ms pass, and stores',
    'acknowledged',
    { ...RETRIES, nodes: 3 },
    { lookFirst: true },
  ),
  naive(
    'duplicates within a batch are not noticed',
    'storage looks up the keys of all entries of a batch before it stores the first',
    'acknowledged',
    { slow: 600 },
    { batchBlind: true },
  ),
  naive(
    'the key has no sender',
    'storage finds duplicates by room and cid',
    'retries',
    {},
    { key: 'no sender', textBlind: false },
  ),
  naive(
    'the key has no room',
    'storage finds duplicates by sender and cid, in whatever room',
    'acknowledged',
    { conflicts: true },
    { key: 'no room', textBlind: true },
  ),
  naive(
    'the same key with another text is no conflict',
    'storage takes it for the same entry and says that it is stored',
    'acknowledged',
    { conflicts: true },
    { textBlind: true },
  ),
  naive(
    'the same key with another text wins',
    'storage replaces the text of the entry it has',
    'same',
    { conflicts: true },
    { overwrites: true },
  ),
  naive(
    'a retry is told another seq',
    'storage gives the seq of the newest entry for a duplicate',
    'retries',
    RETRIES,
    { newestSeq: true },
  ),
  naive(
    'a retry is not told that it is one',
    'storage says `duplicate: false` for a duplicate',
    'retries',
    RETRIES,
    { noDuplicates: true },
  ),
  naive(
    'the order within a batch is reversed',
    'storage stores the last entry of a batch first',
    'connection-order',
    { slow: 100 },
    { reversed: true },
  ),
  naive(
    'two nodes count by themselves',
    'storage reads the counter, lets up to 30 ms pass, and writes it without a lock',
    'acknowledged',
    { nodes: 2 },
    { countFirst: true },
  ),
  naive(
    'numbers come in blocks',
    'storage takes each number from one of two blocks of five, as nodes do that share a SEQUENCE',
    'real-time',
    {},
    { blocks: true },
  ),
  naive(
    'keys are forgotten after a while',
    'storage knows a key for 300 ms',
    'acknowledged',
    RETRIES,
    { keysMs: 300 },
  ),
  naive(
    'the number is the count of entries',
    'storage takes as next number one more than there are entries, where old ones are given up',
    'acknowledged',
    { kept: 8 },
    { countsEntries: true },
  ),
  naive(
    'texts are cut off',
    'storage keeps six letters of a text',
    'said',
    {},
    { shortTexts: true },
  ),
  naive(
    'a crash takes the newest entries along',
    'storage has lost two entries of each room when it is opened again, under the same epoch',
    'acknowledged',
    { restarts: true },
    { forgetsNewest: true },
  ),
  naive(
    'times go back',
    'storage keeps the time of an entry as its node has it, whatever came before',
    'time',
    { nodes: 3, slow: 300 },
    { keepsTimes: true },
  ),
  naive(
    'a deletion leaves the text',
    'storage marks what is deleted, and keeps its text',
    'folded',
    { edits: true },
    { leaves: 'text' },
  ),
  naive(
    'a deletion leaves the texts of edits',
    'storage takes away the text of the message, not those that its edits have',
    'folded',
    { edits: true },
    { leaves: 'edits' },
  ),
  naive(
    'what is gone is changed',
    'storage doesn’t look whether what is to be changed was deleted',
    'target',
    { edits: true, slow: 300 },
    { changesGone: true },
  ),
  naive(
    'an edit comes into effect before it is stored',
    'storage changes the text, lets up to 30 ms pass, and then stores the edit, if it doesn’t fail',
    'folded',
    { edits: true },
    { editsFirst: true },
  ),
  naive(
    'a reaction that is said again counts again',
    'storage adds one to the count for a duplicate',
    'folded',
    { ...RETRIES, edits: true },
    { countsTwice: true },
  ),
  around(
    'a failure that isn’t one is called final',
    'an append that fails, stored or not, is answered with `conflict`',
    'refused',
    { fail: 0.2 },
    async (storage, batch) => {
      try {
        return await storage.append(batch)
      } catch {
        return batch.map(() => ({ error: 'conflict' }))
      }
    },
  ),
  {
    name: 'a step behind the commit fails, each time',
    how: 'storage has no keys; what has a cid that ends in 3 is stored, then `unavailable` is told',
    rule: 'unknown',
    plan: {},
    damage: {
      storage(tools) {
        const storage = naiveStorage(tools, { noKey: true })
        return {
          ...storage,
          async append(batch) {
            const results = await storage.append(batch)
            if (batch.some(({ cid }) => cid?.endsWith('3'))) throw new ChatError('unavailable')
            return results
          },
        }
      },
    },
  },
  around(
    'answers go to the wrong senders',
    'the results of a batch come in reversed order',
    'acknowledged',
    { slow: 100 },
    async (storage, batch) => (await storage.append(batch)).toReversed(),
  ),
  around(
    'half a batch is stored',
    'the entries of a batch are stored one by one; it fails in the middle, and says so for good',
    'refused',
    { fail: 0.2, slow: 100 },
    async (storage, batch) => {
      const results: Appended[] = []
      try {
        for (const draft of batch) results.push(...(await storage.append([draft])))
        return results
      } catch {
        throw new ChatError('forbidden')
      }
    },
  ),
]
