/** What outlives a client: its ticket, and what wasn't sent yet. A store that fails is done without. */

import type { Saying } from './outgoing.ts'
import type { ClientStore } from './types.ts'
import { isText } from './wire.ts'

/** A guest's ticket, and the name it was given for. */
export interface KeptTicket {
  readonly ticket: string
  readonly name: string
}

/** What wasn't sent. */
export interface KeptQueue {
  /** The id of who said it; absent: that wasn't known yet. */
  readonly by?: string
  readonly items: readonly Saying[]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const isTicket = (value: unknown): value is KeptTicket =>
  isObject(value) && isText(value.ticket) && isText(value.name)

const isSaying = (value: unknown): value is Saying =>
  isObject(value) &&
  isText(value.cid) &&
  ['send', 'edit', 'delete', 'react', 'msg'].includes(value.op as string) &&
  isObject(value.fields) &&
  (value.op === 'msg' || isText(value.room))

/** One client's part of a store. */
export class Keeper {
  readonly #store: ClientStore | undefined
  readonly #key: string
  /** What is to be written; each key is written by one at a time, the last value last. */
  readonly #next = new Map<string, () => string | null>()
  #writing = false
  #isCareful = false
  /** What this client read or wrote last, by key. */
  readonly #last = new Map<string, string | null>()

  constructor(store: ClientStore | undefined, key: string) {
    this.#store = store
    this.#key = key
  }

  /** The ticket that is kept. */
  async ticket(): Promise<KeptTicket | undefined> {
    const value = await this.#read('ticket')
    return isTicket(value) ? value : undefined
  }

  /** What was kept of a queue: all that can be made sense of. */
  async queue(): Promise<KeptQueue> {
    const value = await this.#read('queue')
    if (!isObject(value) || !Array.isArray(value.items)) return { items: [] }
    const items = value.items.filter(isSaying)
    return isText(value.by) ? { by: value.by, items } : { items }
  }

  keepTicket(kept: KeptTicket | undefined): void {
    this.#write('ticket', () => (kept === undefined ? null : JSON.stringify(kept)))
  }

  /**
   * `make` is asked when it is written: a little later. `careful`: only if what is there is what this
   * client read or wrote last; the next one may be at work already.
   */
  keepQueue(make: () => KeptQueue, careful: boolean): void {
    this.#isCareful = careful
    this.#write('queue', () => {
      const kept = make()
      return kept.items.length === 0 ? null : JSON.stringify(kept)
    })
  }

  async #read(name: string): Promise<unknown> {
    try {
      const value = (await this.#store?.getItem(`${this.#key}.${name}`)) ?? null
      this.#last.set(name, value)
      return JSON.parse(value ?? 'null')
    } catch {
      return null
    }
  }

  #write(name: string, make: () => string | null): void {
    if (this.#store === undefined) return
    this.#next.set(name, make)
    if (this.#writing) return
    this.#writing = true
    queueMicrotask(() => void this.#drain(this.#store as ClientStore))
  }

  async #drain(store: ClientStore): Promise<void> {
    for (const [name, make] of this.#next) {
      this.#next.delete(name)
      const key = `${this.#key}.${name}`
      try {
        const value = make()
        if (this.#isCareful) {
          const there = store.getItem(key)
          const now = there instanceof Promise ? await there : there
          if (now !== (this.#last.get(name) ?? null)) continue
        }
        this.#last.set(name, value)
        const done = value === null ? store.removeItem(key) : store.setItem(key, value)
        // A store that answers at once is written to at once: the page may be about to go.
        if (done instanceof Promise) await done
      } catch {
        // Full, or forbidden.
      }
    }
    this.#writing = false
  }
}
