/** Telling views what changed. */

/**
 * `rooms`: which ones, their names, counts and states. `place`: which one is shown. `items`: what is
 * said in the one that is shown. `people`: who is there. `typing`. `status`: the connection. `listing`:
 * the list of all rooms. `panel`: who is here is to be shown, or not. `me`: one's own name.
 */
export type Topic =
  | 'rooms'
  | 'place'
  | 'items'
  | 'people'
  | 'typing'
  | 'status'
  | 'listing'
  | 'panel'
  | 'me'

/** Listeners by topic. */
export class Bus {
  readonly #listeners = new Map<Topic, Set<() => void>>()

  /** Listens; returns what stops it. */
  on(topic: Topic, listener: () => void): () => void {
    const set = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, set)
    set.add(listener)
    return () => set.delete(listener)
  }

  /** Calls the listeners of a topic. */
  tell(topic: Topic): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener()
  }
}
