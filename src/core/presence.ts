/** Telling the other nodes who is here, and hearing from them who is there. */

import type { Person } from '../protocol/types.ts'
import type { Clock } from '../spi/clock.ts'
import { Openings, type OpenMessage } from './openings.ts'
import { type Census, Remote, type RemoteListener } from './remote.ts'

/** What nodes tell each other of their people. */
export type PresenceMessage =
  /** I am alive, and my census has this version. */
  | { readonly t: 'beat'; readonly v: number }
  /** One change, which makes it this version. */
  | {
      readonly t: 'change'
      readonly v: number
      readonly place: string
      readonly person: Person
      readonly here: boolean
      /** Of one who is not here any more; absent: they said so. */
      readonly why?: 'lost' | 'removed'
    }
  /** Tell me your census; `to`: one node only. */
  | { readonly t: 'ask'; readonly to?: string }
  /** Part `i` of `of` of my census. */
  | {
      readonly t: 'part'
      readonly v: number
      readonly i: number
      readonly of: number
      readonly people: readonly (readonly [place: string, id: string, name: string])[]
    }
  /** I am closing. */
  | { readonly t: 'bye' }
  | OpenMessage
  /** What may have got lost. */
  | { readonly t: 'opens'; readonly list: readonly OpenMessage[] }
  | AddressMessage
  | ReadMessage
  | PersonMessage

/** These addresses (see `addressId`), and those of this person, may not come into a room any more. */
export interface AddressMessage {
  readonly t: 'address'
  readonly room: string
  readonly ids: readonly string[]
  /** Absent: only those who are there are to be put out. */
  readonly person?: Person
  /** Absent: for good. */
  readonly until?: number
}

/** A person has read up to here. */
export interface ReadMessage {
  readonly t: 'read'
  readonly room: string
  readonly id: string
  readonly seq: number
}

/** How somebody left a place. */
type Why = 'leave' | 'lost' | 'removed'

/**
 * About one person, wherever they are connected. `recheck`: tokens of theirs may have ended. `end`:
 * all their connections end. `named`: the name is theirs, whoever else has it gets another.
 */
export type PersonMessage =
  | { readonly t: 'recheck' | 'end'; readonly id: string }
  | { readonly t: 'named'; readonly id: string; readonly name: string }

/** Bytes of a list in one message; small enough for brokers with small messages. */
const PART_BYTES = 4000
/** Beats until a silent node is given up. */
const BEATS = 3

/** What presence needs from the rest. */
export interface PresenceHost extends RemoteListener {
  /** The id of this node. */
  readonly node: string
  readonly clock: Clock
  /** How long a node is believed after its last sign of life, in ms. */
  readonly leaseMs: number
  publish(message: PresenceMessage): void
  /**
   * Lets those of these persons who are here follow a private conversation; null: nobody is here.
   * Resolves to whether that could be done (never rejects).
   */
  open(message: OpenMessage): Promise<boolean> | null
  /** Puts out who comes from these addresses. */
  barred(message: AddressMessage): void
  /** Tells those of this person who are here. */
  read(message: ReadMessage): void
  /** Looks after the connections of a person. */
  person(message: PersonMessage): void
}

interface Gathering {
  readonly v: number
  readonly parts: Map<number, readonly (readonly [string, string, string])[]>
}

/**
 * Keeps the census of this node and a picture of the others'. Changes are told as they happen,
 * with a version; whoever finds that one was missed asks for the whole. A node that is silent for
 * `leaseMs` is given up, and everybody on it.
 */
export class Presence {
  readonly remote: Remote
  private readonly host: PresenceHost
  private readonly census: Census = new Map()
  private readonly gathering = new Map<string, Gathering>()
  private readonly openings: Openings
  private version = 0

  constructor(host: PresenceHost) {
    this.host = host
    this.remote = new Remote(host)
    this.openings = new Openings(host.clock, host.leaseMs)
  }

  /** How often `beat` is to be called, in ms. */
  get beatMs(): number {
    return this.host.leaseMs / BEATS
  }

  /** A person came to a place on this node, or has another name there. */
  came(place: string, person: Person): void {
    let people = this.census.get(place)
    if (people === undefined) {
      people = new Map()
      this.census.set(place, people)
    }
    people.set(person.id, person)
    this.tell(place, person, true)
  }

  /** A person of this node has another name, as another node told: the others know it already. */
  called(place: string, person: Person): void {
    const people = this.census.get(place)
    if (people?.has(person.id)) people.set(person.id, person)
  }

  /** A person left a place on this node. */
  went(place: string, person: Person, why: Why = 'leave'): void {
    const people = this.census.get(place)
    if (people === undefined || !people.delete(person.id)) return
    if (people.size === 0) this.census.delete(place)
    this.tell(place, person, false, why)
  }

  /** These persons should follow a private conversation from `head` on, wherever they are. */
  open(room: string, epoch: string, head: number, ids: readonly string[]): void {
    this.host.publish(this.openings.tell({ room, epoch, head, ids }))
  }

  /** Says hello to the other nodes. */
  start(): void {
    this.host.publish({ t: 'ask' })
    this.beat()
  }

  /** Gives a sign of life, and gives up those who give none. */
  beat(): void {
    this.host.publish({ t: 'beat', v: this.version })
    this.remote.expire(this.host.clock.monotonic())
    const opens = this.openings.again((id) => this.remote.isConnected(id))
    for (const list of parts(opens)) {
      if (list.length > 0) this.host.publish({ t: 'opens', list })
    }
  }

  /** Says goodbye: nobody need wait for the lease. */
  stop(): void {
    this.host.publish({ t: 'bye' })
  }

  /** Hears another node. */
  hear(node: string, message: PresenceMessage): void {
    const { remote, host } = this
    if (message.t === 'bye') {
      this.gathering.delete(node)
      return remote.forget(node)
    }
    remote.seen(node, host.clock.monotonic() + host.leaseMs)
    switch (message.t) {
      case 'beat':
        if (remote.version(node) !== message.v) host.publish({ t: 'ask', to: node })
        break
      case 'change': {
        const { v, place, person, here, why } = message
        const known = remote.version(node) ?? -1
        // Older: it is in the snapshot already.
        if (v > known && !remote.change(node, v, place, person, here, why)) {
          host.publish({ t: 'ask', to: node })
        }
        break
      }
      case 'ask':
        if (message.to === undefined || message.to === host.node) this.report()
        break
      case 'part':
        this.gather(node, message)
        break
      case 'open':
      case 'opens':
        for (const one of message.t === 'open' ? [message] : message.list) {
          this.openings.hear(node, one, (open) => host.open(open))
        }
        break
      case 'address':
        host.barred(message)
        break
      case 'read':
        host.read(message)
        break
      case 'recheck':
      case 'end':
      case 'named':
        host.person(message)
        break
    }
  }

  private tell(place: string, person: Person, here: boolean, why: Why = 'leave'): void {
    this.version += 1
    const change = { t: 'change', v: this.version, place, person, here } as const
    this.host.publish(why === 'leave' ? change : { ...change, why })
  }

  private report(): void {
    const rows: (readonly [string, string, string])[] = []
    for (const [place, people] of this.census) {
      for (const { id, name } of people.values()) rows.push([place, id, name])
    }
    const lists = parts(rows)
    for (const [i, people] of lists.entries()) {
      this.host.publish({ t: 'part', v: this.version, i, of: lists.length, people })
    }
  }

  /** A census is believed once all its parts are there; a later one replaces it. */
  private gather(node: string, message: Extract<PresenceMessage, { t: 'part' }>): void {
    const { v, i, of, people } = message
    if (v <= (this.remote.version(node) ?? -1)) return
    let gathering = this.gathering.get(node)
    // A part that is late must not spoil what is being gathered since.
    if (gathering !== undefined && v < gathering.v) return
    if (gathering === undefined || gathering.v !== v) {
      gathering = { v, parts: new Map() }
      this.gathering.set(node, gathering)
    }
    gathering.parts.set(i, people)
    if (gathering.parts.size < of) return
    this.gathering.delete(node)
    const census: Census = new Map()
    for (const rows of gathering.parts.values()) {
      for (const [place, id, name] of rows) {
        const there = census.get(place) ?? new Map<string, Person>()
        census.set(place, there)
        there.set(id, { id, name })
      }
    }
    this.remote.replace(node, v, census)
  }
}

/** A list in parts that fit into messages; one at least. */
function parts<T>(list: readonly T[]): readonly (readonly T[])[] {
  let part: T[] = []
  const all = [part]
  let bytes = 0
  for (const one of list) {
    const more = Buffer.byteLength(JSON.stringify(one)) + 1
    bytes += more
    if (bytes > PART_BYTES && part.length > 0) {
      part = []
      all.push(part)
      bytes = more
    }
    part.push(one)
  }
  return all
}
