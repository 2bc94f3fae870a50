/** A storage that takes its time and fails at times, as a database does. */

import { ChatError } from '../errors.ts'
import type { Clock } from '../spi/clock.ts'
import type { Records } from '../spi/records.ts'
import type { Storage } from '../spi/storage.ts'
import type { Random } from './random.ts'

/** How a {@link flakyStorage} behaves. */
export interface Flakiness {
  /** Time of one call, in ms: at least and at most. Default: none. */
  readonly delay: readonly [number, number]
  /**
   * Probability, 0 to 1, that a call rejects with `unavailable`. Half of the appends that fail have
   * been stored all the same, as when the connection breaks before the answer. Default 0.
   */
  readonly fail: number
}

/** Options of {@link flakyStorage}. */
export interface FlakyStorageOptions extends Partial<Flakiness> {
  readonly clock: Clock
  readonly random: Random
  /** How many appends may be under way at once. Default: as many as the storage says. */
  readonly appends?: number
}

/** A {@link Storage} whose moods can be changed while it is used. */
export interface FlakyStorage extends Storage {
  set(flakiness: Partial<Flakiness>): void
  /** Calls that failed so far. */
  readonly failures: number
}

/**
 * Wraps a storage so that its calls take time, overlap and fail, as the contract allows. What it
 * does in one call is still done at one moment, in the middle of the call's time.
 *
 * @example
 * const storage = flakyStorage(memoryStorage(), { clock, random, delay: [0, 30], fail: 0.05 })
 */
export function flakyStorage(inner: Storage, options: FlakyStorageOptions): FlakyStorage {
  const { clock, random, delay = [0, 0], fail = 0, appends = inner.supports.appends } = options
  let mood: Flakiness = { delay, fail }
  let failures = 0

  const wait = (): Promise<void> => {
    const ms = random.int(...mood.delay)
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve))
  }

  const maybeFail = (): void => {
    if (!random.chance(mood.fail / 2)) return
    failures += 1
    throw new ChatError('unavailable', undefined, { retryAfterMs: 50 })
  }

  async function call<T>(work: () => Promise<T>): Promise<T> {
    await wait()
    maybeFail()
    const result = await work()
    await wait()
    maybeFail()
    return result
  }

  /** The same calls, each with its time and its failures. */
  const wrapped = <S extends object>(store: S): S =>
    new Proxy(store, {
      get(target, name) {
        const work: unknown = Reflect.get(target, name)
        if (typeof work !== 'function') return work
        return (...given: unknown[]) => call(() => work.apply(target, given) as Promise<unknown>)
      },
    })

  const records = (of: Records): Records => ({
    members: wrapped(of.members),
    accounts: wrapped(of.accounts),
    tokens: wrapped(of.tokens),
    audit: wrapped(of.audit),
    files: wrapped(of.files),
    people: wrapped(of.people),
  })

  return {
    name: `flaky ${inner.name}`,
    supports: { ...inner.supports, appends },
    open: () => inner.open(),
    close: () => inner.close(),
    append: (batch) => call(() => inner.append(batch)),
    read: (room, range) => call(() => inner.read(room, range)),
    heads: (names) => call(() => inner.heads(names)),
    setting: (key, value, replace) => call(() => inner.setting(key, value, replace)),
    rooms: wrapped(inner.rooms),
    ...(inner.records === undefined ? undefined : { records: records(inner.records) }),
    set(changes) {
      mood = { ...mood, ...changes }
    },
    get failures() {
      return failures
    },
  }
}
