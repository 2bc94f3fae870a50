/** What the host program is told. Events report; they can't prevent anything (hooks can). */

import type { Entry, Person } from '../protocol/types.ts'
import type { Logger } from '../spi/logger.ts'
import type { ConnectionInfo } from '../spi/transport.ts'

/** The events of a chat server, by name. */
export interface ChatEvents {
  /** A client said hello and is somebody now. */
  connect: { readonly person: Person; readonly connection: ConnectionInfo }
  /** Their connection ended. */
  disconnect: {
    readonly person: Person
    readonly connection: ConnectionInfo
    readonly code: number
  }
  /** A message or notice was stored: told once in a cluster, by the node that took it in. */
  message: Entry
  /**
   * An entry was stored that edits or deletes an earlier one (its `ref`), reacts to it, or takes
   * that back: told as `message` is. `amended` applies it to an entry.
   */
  change: Entry
  /**
   * Something was done by an owner or moderator of a room (`kick`, `ban`, `role`, `settings`, …): told
   * once in a cluster, by the node that took it in.
   */
  act: Entry
  /**
   * A message of this node concerns somebody: it mentions them by `@name`, or is said to them alone and
   * they aren't connected. `present`: they were in the room. Who isn't may be told in another way.
   */
  mention: { readonly entry: Entry; readonly person: Person; readonly present: boolean }
  /** A person came into a room on this node. */
  join: { readonly room: string; readonly person: Person }
  /** A person left a room on this node. */
  leave: {
    readonly room: string
    readonly person: Person
    readonly why: 'leave' | 'lost' | 'removed'
  }
  /** A person has another name now. */
  nick: { readonly person: Person; readonly was: string }
  /** A room was made on this node. */
  create: { readonly room: string; readonly permanent: boolean }
  /** A room was deleted, or vanished when it had been empty long enough. */
  delete: { readonly room: string }
}

const EVENTS: { readonly [N in keyof ChatEvents]: true } = {
  connect: true,
  disconnect: true,
  message: true,
  change: true,
  act: true,
  mention: true,
  join: true,
  leave: true,
  nick: true,
  create: true,
  delete: true,
}

/** The names of all events. */
export const EVENT_NAMES: readonly string[] = Object.keys(EVENTS)

/** A listener of one event. What it throws, or rejects with, is logged. */
export type Listener<N extends keyof ChatEvents> = (event: ChatEvents[N]) => unknown

/** Listeners by event, kept from hurting each other or the server. */
export class Events {
  private readonly listeners = new Map<keyof ChatEvents, Set<(event: never) => unknown>>()
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  /** Adds a listener; returns what removes it. */
  on<N extends keyof ChatEvents>(name: N, listener: Listener<N>): () => void {
    const known = this.listeners.get(name) ?? new Set()
    this.listeners.set(name, known)
    known.add(listener)
    return () => {
      known.delete(listener)
    }
  }

  has(name: keyof ChatEvents): boolean {
    return (this.listeners.get(name)?.size ?? 0) > 0
  }

  emit<N extends keyof ChatEvents>(name: N, event: ChatEvents[N]): void {
    const known = this.listeners.get(name)
    if (known === undefined) return
    for (const listener of known as Set<Listener<N>>) {
      try {
        const result = listener(event)
        if (result instanceof Promise) result.catch((error) => this.complain(name, error))
      } catch (error) {
        this.complain(name, error)
      }
    }
  }

  private complain(name: string, error: unknown): void {
    this.logger.error({ err: error, event: name }, 'a listener failed')
  }
}
