/** Conformance of storages: random operations, compared with a model of what they should do. */

import assert from 'node:assert/strict'
import type { EntryDetails } from '../protocol/types.ts'
import type { NewEntry, RoomRecord, Storage, StoredSettings } from '../spi/storage.ts'
import { type Random, seededRandom } from './random.ts'
import { StorageModel } from './storage-model.ts'
import { ana, bob, carl, LATER, NOW, type StorageBench, span } from './storage-subject.ts'

const ROOMS = ['a', 'b', 'sala', 'ação', '@ana:bob', 'ｱ', '𠮷']
const TEXTS = ['x', 'y', '']
const CIDS = ['1', '2', '3', '4', '5', '6']
/** What is rolled to make a room. */
const CREATE = 70
/** Times that rooms are kept until; the operations look between them. */
const TIMES = [NOW, LATER, LATER + 20_000]

/** What is done to the storage and to the model; both answers must be equal. */
interface Step {
  readonly what: string
  real(storage: Storage): Promise<unknown>
  model(model: StorageModel): unknown
}

const PEOPLE = [ana, bob, carl]
/** Deletions are few: what is deleted has little more to tell. */
const CHANGES = ['edit', 'edit', 'edit', 'react', 'react', 'react', 'unreact', 'delete'] as const
const DETAILS: readonly EntryDetails[] = [{ mentions: ['bob'] }, { until: NOW }, {}]
const SETTINGS: readonly StoredSettings[] = [{}, { private: true }, { topic: 'x', password: 'y' }]

/** A change of one of the first entries: of those there are, or will be. */
function change(random: Random, part: NewEntry): NewEntry {
  const kind = random.pick(CHANGES)
  const from = random.pick(PEOPLE)
  return { ...part, kind, from, ref: random.int(1, random.pick([4, 15])) }
}

function draft(
  random: Random,
  epochs: ReadonlyMap<string, string>,
  ts: number,
  changes: boolean,
): NewEntry {
  // Mostly of rooms that are there: the others have little to tell.
  const room = random.pick(random.chance(0.85) && epochs.size > 0 ? [...epochs.keys()] : ROOMS)
  const epoch = random.chance(0.95) ? (epochs.get(room) ?? 'none') : 'stale'
  const part: NewEntry = {
    room,
    epoch,
    kind: random.chance(0.9) ? 'message' : 'notice',
    ts,
    from: random.chance(0.5) ? ana : { ...bob, name: random.pick(['Bob', 'Roberto']) },
    text: random.pick(TEXTS),
    ...(random.chance(0.7) ? { cid: random.pick(CIDS) } : {}),
    ...(random.chance(0.2) ? { to: bob } : {}),
    ...(random.chance(0.2) ? { ref: random.int(1, 3) } : {}),
    ...(random.chance(0.2) ? { details: random.pick(DETAILS) } : {}),
  }
  return changes && random.chance(0.5) ? change(random, part) : part
}

function roomSpec(random: Random, epoch: string): Omit<RoomRecord, 'head'> {
  const room = random.pick(ROOMS)
  return {
    room,
    epoch,
    permanent: random.chance(0.2),
    createdAt: NOW,
    keepUntil: random.pick(TIMES),
    ...(room.startsWith('@') ? { only: [ana, bob] } : {}),
    ...(random.chance(0.3) ? { settings: random.pick(SETTINGS) } : {}),
  }
}

function nextStep(random: Random, epochs: Map<string, string>, n: number, changes: boolean): Step {
  const kind = n <= 3 ? CREATE : random.int(1, 100)
  const room = random.pick(ROOMS)
  if (kind <= 40) {
    // Clocks of several nodes differ.
    const time = (m: number) => NOW + n * 100 + m - (random.chance(0.2) ? random.int(0, 300) : 0)
    const size = random.int(1, 12)
    const batch = span(1, size).map((m) => draft(random, epochs, time(m), changes))
    return {
      what: `append ${JSON.stringify(batch)}`,
      real: (storage) => storage.append(batch),
      model: (model) => model.append(batch),
    }
  }
  if (kind <= 60) {
    const limit = random.int(1, 20)
    const range = random.pick([
      { after: random.int(0, 30), limit },
      { before: random.int(1, 40), limit },
      { at: NOW + random.int(0, n * 110), limit },
    ])
    return {
      what: `read ${room} ${JSON.stringify(range)}`,
      real: (storage) => storage.read(room, range),
      model: (model) => model.read(room, range),
    }
  }
  if (kind <= 75) {
    const given = roomSpec(random, `epoch ${n}`)
    const limit = random.int(3, 8)
    return {
      what: `create ${JSON.stringify(given)}, limit ${limit}`,
      real: (storage) => storage.rooms.create(given, limit),
      model(model) {
        const made = model.create(given, limit)
        if (made?.created) epochs.set(given.room, given.epoch)
        return made
      },
    }
  }
  if (kind <= 80) {
    return {
      what: `delete ${room}`,
      real: (storage) => storage.rooms.delete(room),
      model: (model) => model.delete(room),
    }
  }
  if (kind <= 85) {
    const rooms = [room, random.pick(ROOMS)]
    const until = random.pick(TIMES)
    return {
      what: `keep ${rooms} until ${until}`,
      real: (storage) => storage.rooms.keep(rooms, until),
      model: (model) => model.keep(rooms, until),
    }
  }
  if (kind <= 87) {
    const given = {
      ...(random.chance(0.5) ? { permanent: random.chance(0.5) } : {}),
      ...(random.chance(0.6) ? { settings: random.pick(SETTINGS) } : {}),
    }
    return {
      what: `update ${room} ${JSON.stringify(given)}`,
      real: (storage) => storage.rooms.update(room, given),
      model: (model) => model.update(room, given),
    }
  }
  if (kind <= 89) {
    const now = random.pick(TIMES) + (random.chance(0.5) ? 5000 : -5000)
    return {
      what: `expire ${now}`,
      real: async (storage) => [...(await storage.rooms.expire(now))].sort(),
      model: (model) => [...model.expire(now)].sort(),
    }
  }
  if (kind <= 94) {
    const after = random.chance(0.5) ? '' : room
    const limit = random.int(1, 6)
    return {
      what: `list after ${JSON.stringify(after)}, limit ${limit}`,
      real: (storage) => storage.rooms.list(after, limit),
      model: (model) => model.list(after, limit),
    }
  }
  const key = random.pick(['k1', 'k2', 'k3'])
  return {
    what: `setting ${key}`,
    real: (storage) => storage.setting(key, `${n}`),
    model: (model) => model.setting(key, `${n}`),
  }
}

/** Does `operations` random things, alternately by both handles; fails with the seed and the steps. */
export async function compareWithModel(
  { storage, other }: StorageBench,
  seed: number,
  operations: number,
): Promise<void> {
  const random = seededRandom(seed)
  const model = new StorageModel()
  const epochs = new Map<string, string>()
  const done: string[] = []
  const { changes } = storage.supports
  const expectSame = async (step: Step, handle: Storage): Promise<void> => {
    done.push(step.what)
    const wanted = step.model(model)
    let got: unknown
    try {
      got = await step.real(handle)
      assert.deepEqual(got, wanted)
    } catch (error) {
      const steps = done.map((what, i) => `${i + 1}. ${what}`).join('\n')
      throw new Error(`storageSuite, seed ${seed}, after these steps:\n${steps}`, { cause: error })
    }
  }
  for (let n = 1; n <= operations; n++) {
    await expectSame(nextStep(random, epochs, n, changes), random.chance(0.5) ? storage : other)
  }
  for (const handle of [storage, other]) {
    await expectSame(
      {
        what: 'compare all',
        real: (real) => snapshot(real),
        model: () => [
          model.heads(ROOMS),
          ROOMS.map((room) => model.get(room)),
          ROOMS.map((room) => model.read(room, { after: 0, limit: 1000 })),
        ],
      },
      handle,
    )
  }
}

async function snapshot(storage: Storage): Promise<unknown> {
  return [
    await storage.heads(ROOMS),
    await Promise.all(ROOMS.map((room) => storage.rooms.get(room))),
    await Promise.all(ROOMS.map((room) => storage.read(room, { after: 0, limit: 1000 }))),
  ]
}
