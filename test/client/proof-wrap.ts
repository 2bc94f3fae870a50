/** What is put around the SDK to break it: between it and its users, or its links. */

import type { ChatClient, ChatRoom, Link, OpenLink } from '../../src/client/types.ts'
import type { Entry, Stored } from '../../src/protocol/types.ts'
import type { Random } from '../../src/testing/random.ts'

/** Changes what an SDK does with links; a new one for each client. */
export type WrapOpen = (open: OpenLink, random: Random, isCalm: () => boolean) => OpenLink
/** Changes what its users see of an SDK. */
export type WrapClient = (client: ChatClient, random: Random) => ChatClient

/** The same object, but for these members. */
function overlaid<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get(_, key) {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Changes the rooms of a client. */
export const rooms =
  (change: (room: ChatRoom, random: Random) => Partial<ChatRoom>) =>
  (client: ChatClient, random: Random): ChatClient => {
    const known = new WeakMap<ChatRoom, ChatRoom>()
    return overlaid(client, {
      async join(name, options) {
        const room = await client.join(name, options)
        const changed = known.get(room) ?? overlaid(room, change(room, random))
        known.set(room, changed)
        return changed
      },
    })
  }

const ENTRIES = ['entry', 'message', 'notice', 'edit', 'delete', 'react', 'unreact', 'act']

/** Changes what a room tells of entries. `tell` gets each of them, for each listener. */
export const told = (make: () => (entry: Entry, tell: (entry: Entry) => void) => void) =>
  rooms((room) => ({
    on(event, listener) {
      if (!ENTRIES.includes(event)) return room.on(event, listener)
      const pass = make()
      return room.on(event, (what) => pass(what as Entry, listener as (entry: Entry) => void))
    },
  }))

/** Listeners of this event are never called. */
export const deaf = (silent: string) =>
  rooms((room) => ({
    on: (event, listener) => (event === silent ? () => {} : room.on(event, listener)),
  }))

/** Changes what becomes of a send. */
export const sends = (change: (room: ChatRoom, stored: Promise<Stored>) => Promise<Stored>) =>
  rooms((room) => ({ send: (text, options) => change(room, room.send(text, options)) }))

export interface Payload {
  readonly id?: number
  readonly re?: number
  readonly op?: string
  readonly ev?: string
  readonly seq?: number
  readonly text?: string
  readonly cid?: string
  readonly since?: { epoch: string; seq: number }
  readonly ticket?: string
}

/** A link on which payloads are changed; made anew for each client. */
export const links =
  (
    make: (
      random: Random,
      isCalm: () => boolean,
    ) => {
      up?(payload: Payload, send: (payload: object) => void, hear: (payload: object) => void): void
      down?(payload: Payload, hear: (payload: object) => void): void
    },
  ): WrapOpen =>
  (open, random, isCalm): OpenLink => {
    const { up, down } = make(random, isCalm)
    return (url, ears): Link => {
      const hear = (payload: object): void => ears.payload(JSON.stringify(payload))
      const link = open(url, {
        opened: () => ears.opened(),
        closed: (end) => ears.closed(end),
        payload: (text) =>
          down === undefined ? ears.payload(text) : down(JSON.parse(text) as Payload, hear),
      })
      const send = (payload: object): void => link.send(JSON.stringify(payload))
      return {
        send: (text) =>
          up === undefined ? link.send(text) : up(JSON.parse(text) as Payload, send, hear),
        close: () => link.close(),
      }
    }
  }

export const isEntry = ({ seq, text }: Payload): boolean => seq !== undefined && text !== undefined
/** Some entries, the same for everybody. */
export const some = ({ seq }: { readonly seq?: number }): boolean => (seq ?? 0) % 7 === 3
