/** Who is on the other nodes: counted together from what each of them says. */

import { nameKey } from '../protocol/names.ts'
import type { Person } from '../protocol/types.ts'
import { ByName } from './by-name.ts'

/** The place of everybody who is connected, in any room or none. */
export const CONNECTED = ''

/** A node's people, by place: a room's name, or {@link CONNECTED}. */
export type Census = Map<string, Map<string, Person>>

/** Another node, as far as we have heard. */
interface Peer {
  /** Changes of its census that we know of; −1: none, its snapshot is still to come. */
  version: number
  /** Believed until then (monotonic). */
  until: number
  readonly census: Census
}

interface Counted {
  person: Person
  nodes: number
}

/** How somebody left a place. */
type Why = 'leave' | 'lost' | 'removed'

/** Is told of what changed for all other nodes together. */
export interface RemoteListener {
  came(place: string, person: Person): void
  went(place: string, person: Person, why: Why): void
  renamed(place: string, person: Person, was: string): void
}

/** Adds up the censuses of the other nodes. */
export class Remote {
  private readonly peers = new Map<string, Peer>()
  private readonly places = new Map<string, Map<string, Counted>>()
  private readonly names = new ByName<Counted>()
  private readonly listener: RemoteListener

  constructor(listener: RemoteListener) {
    this.listener = listener
  }

  /** Nodes that we hear of. */
  get nodes(): number {
    return this.peers.size
  }

  /** Who is in a place, on other nodes. */
  *people(place: string): Iterable<Person> {
    for (const { person } of this.places.get(place)?.values() ?? []) yield person
  }

  /** Rooms that somebody on another node is in. */
  *rooms(): Iterable<string> {
    for (const place of this.places.keys()) if (place !== CONNECTED) yield place
  }

  count(place: string): number {
    return this.places.get(place)?.size ?? 0
  }

  /** Is this person connected to another node? */
  isConnected(personId: string): boolean {
    return this.places.get(CONNECTED)?.has(personId) === true
  }

  /** The person of this name on another node. */
  named(name: string): Person | undefined {
    return this.names.first(nameKey(name))?.person
  }

  /** Has nobody on another node, but this person, the name? */
  free(name: string, id: string): boolean {
    return this.names.all(nameKey(name)).every(({ person }) => person.id === id)
  }

  /** The version we have of a node's census; undefined: we haven't heard of it. */
  version(node: string): number | undefined {
    return this.peers.get(node)?.version
  }

  /** A node gave a sign of life. */
  seen(node: string, until: number): void {
    const peer = this.peers.get(node)
    if (peer === undefined) this.peers.set(node, { version: -1, until, census: new Map() })
    else peer.until = until
  }

  /** One change of a node's census, which makes it this version. False: it doesn't follow ours. */
  change(
    node: string,
    version: number,
    place: string,
    person: Person,
    here: boolean,
    why: Why = 'leave',
  ): boolean {
    const peer = this.peers.get(node)
    if (peer === undefined || peer.version !== version - 1) return false
    peer.version = version
    if (here) this.add(peer, place, person)
    else this.drop(peer, place, person.id, why)
    return true
  }

  /** A node's whole census. */
  replace(node: string, version: number, census: Census): void {
    const peer = this.peers.get(node)
    if (peer === undefined) return
    peer.version = version
    for (const [place, people] of peer.census) {
      const now = census.get(place)
      for (const id of [...people.keys()]) if (!now?.has(id)) this.drop(peer, place, id, 'lost')
    }
    for (const [place, people] of census) {
      for (const person of people.values()) this.add(peer, place, person)
    }
  }

  /** Forgets nodes that gave no sign of life in time, and everybody who was there. */
  expire(now: number): void {
    for (const [node, peer] of this.peers) if (peer.until <= now) this.forget(node)
  }

  /** Forgets a node. */
  forget(node: string): void {
    const peer = this.peers.get(node)
    if (peer === undefined) return
    this.peers.delete(node)
    for (const [place, people] of peer.census) {
      for (const id of [...people.keys()]) this.drop(peer, place, id, 'lost')
    }
  }

  private add(peer: Peer, place: string, person: Person): void {
    let people = peer.census.get(place)
    if (people === undefined) {
      people = new Map()
      peer.census.set(place, people)
    }
    const before = people.get(person.id)
    people.set(person.id, person)
    let counted = this.places.get(place)
    if (counted === undefined) {
      counted = new Map()
      this.places.set(place, counted)
    }
    const known = counted.get(person.id)
    if (known === undefined) {
      const one: Counted = { person, nodes: 1 }
      counted.set(person.id, one)
      if (place === CONNECTED) this.names.add(nameKey(person.name), one)
      this.listener.came(place, person)
      return
    }
    if (before === undefined) known.nodes += 1
    if (known.person.name === person.name) return
    const was = known.person.name
    known.person = person
    if (place === CONNECTED) {
      this.names.delete(nameKey(was), known)
      this.names.add(nameKey(person.name), known)
    }
    this.listener.renamed(place, person, was)
  }

  private drop(peer: Peer, place: string, id: string, why: Why): void {
    const people = peer.census.get(place)
    if (people === undefined || !people.delete(id)) return
    if (people.size === 0) peer.census.delete(place)
    const counted = this.places.get(place)
    const known = counted?.get(id)
    if (counted === undefined || known === undefined) return
    known.nodes -= 1
    if (known.nodes > 0) return
    counted.delete(id)
    if (counted.size === 0) this.places.delete(place)
    if (place === CONNECTED) this.names.delete(nameKey(known.person.name), known)
    this.listener.went(place, known.person, why)
  }
}
