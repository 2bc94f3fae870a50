/** Who is what in a room, and what that allows. */

import type { ChatClient } from '../../client/types.ts'
import type { Role } from '../../protocol/types.ts'
import type { Bus } from './bus.ts'
import type { RoomState } from './room-state.ts'

const RANK: Readonly<Record<Role, number>> = { member: 1, moderator: 2, owner: 3 }
const PAGES = 10

/** The rank of a role; nobody in particular has 0, an admin 4. */
export const rankOf = (role: Role | undefined): number => (role === undefined ? 0 : RANK[role])

/** The roles of people in rooms, asked for when they are shown. */
export class Roles {
  readonly #client: ChatClient
  readonly #bus: Bus
  readonly #known = new Map<string, ReadonlyMap<string, Role>>()
  readonly #asking = new Set<string>()

  constructor(client: ChatClient, bus: Bus) {
    this.#client = client
    this.#bus = bus
  }

  /** What people are in a room, by id; empty until it is known. */
  of(room: string): ReadonlyMap<string, Role> {
    const known = this.#known.get(room)
    if (known === undefined) void this.#ask(room)
    return known ?? new Map()
  }

  /** They changed: to be asked anew. */
  stale(room: string): void {
    if (this.#known.has(room)) void this.#ask(room)
  }

  forget(room: string): void {
    this.#known.delete(room)
  }

  async #ask(room: string): Promise<void> {
    if (this.#asking.has(room)) return
    this.#asking.add(room)
    const found = new Map<string, Role>()
    try {
      let after: string | undefined
      for (let page = 0; page < PAGES; page += 1) {
        const { members, next } = await this.#client.request('roster', {
          room,
          filter: 'role',
          ...(after !== undefined && { after }),
        })
        for (const { person, role } of members) if (role !== undefined) found.set(person.id, role)
        if (next === undefined) break
        after = next
      }
    } catch {
      // Nobody is anything, as far as is known.
    }
    this.#asking.delete(room)
    this.#known.set(room, found)
    this.#bus.tell('people')
  }
}

/** Whose rights are asked for. */
export interface Standing {
  /** One may do everything. */
  readonly admin: boolean
  readonly myId: string
  readonly roles: Roles
}

/** What one may do in a room. The server decides anew; this only spares offering what it refuses. */
export function myRank({ admin }: Pick<Standing, 'admin'>, { room, isPrivate }: RoomState): number {
  if (isPrivate) return 0
  return admin ? 4 : rankOf(room.role)
}

/** One may act on somebody: as moderator, on who is of a lower rank. */
export function mayActOn(standing: Standing, state: RoomState, personId: string): boolean {
  const rank = myRank(standing, state)
  const theirs = rankOf(standing.roles.of(state.name).get(personId))
  return rank >= 2 && rank > theirs && personId !== standing.myId
}
