/** Somebody who uses the SDK: talks, changes their mind, comes and goes. */

import type { ChatClient, ClientStore, JoinOptions } from '../../src/client/types.ts'
import type { Position } from '../../src/protocol/types.ts'
import type { Random } from '../../src/testing/random.ts'
import type { Followed, SdkRecord } from './proof-record.ts'
import type { FollowedRoom } from './proof-room.ts'

/** What a {@link Talker} is made of. */
export interface TalkerParts {
  readonly record: SdkRecord
  readonly label: string
  readonly random: Random
  readonly rooms: readonly string[]
  /** Makes a client anew, on this store. */
  readonly connect: (store: ClientStore) => ChatClient
  readonly after: (ms: number, task: () => void) => void
  /** How often, of all it does, it closes its client, and goes on with another one on the same store. */
  readonly reloads?: number
  /** How often it leaves a room, and comes back. What waits to be said there is dropped by that. */
  readonly strolls?: number
  /** It also says things to single persons: the name of one of them. */
  readonly whom?: () => string | undefined
  /** Pages of history may have holes. */
  readonly forgets?: boolean
}

const EMOJI = ['👍', '❤️', '😂']
/** It changes what is at most so far back. */
const NEAR = 10
/** Says nothing new while so much is unanswered. */
const OPEN = 40
/** How long it stays out of a room, or waits before it tries again, in ms. */
const AWAY_MS = [50, 1500] as const

/** One person. */
export class Talker {
  readonly label: string
  readonly store: ClientStore
  client: ChatClient
  /** Clients that it has had. */
  lives = 1
  /** Times that it came online, in all its lives. */
  connections = 0
  private readonly parts: TalkerParts
  private readonly wanted: Set<string>
  private readonly joining = new Set<string>()
  private readonly places = new Map<string, Position>()
  private followed: Followed
  private said = 0
  private busy = 0
  private over = false

  constructor(parts: TalkerParts) {
    this.parts = parts
    this.label = parts.label
    this.store = memoryStore()
    this.wanted = new Set(parts.rooms)
    this.client = parts.connect(this.store)
    this.followed = this.begin()
  }

  /** All that it said is settled, and it is in all its rooms. */
  get settled(): boolean {
    if (this.busy > 0 || this.joining.size > 0) return false
    for (const name of this.wanted) if (this.room(name)?.room.state !== 'live') return false
    for (const name of this.client.rooms.keys()) {
      // Private conversations come and go by themselves.
      if (!this.wanted.has(name) && !name.startsWith('@')) return false
    }
    return this.wanted.size === this.parts.rooms.length && this.open === 0
  }

  /** Where it is in a room. */
  position(room: string): Position | undefined {
    return this.room(room)?.room.position
  }

  /** Does something, at random. */
  act(): void {
    const { random, rooms, reloads = 0, strolls = 0 } = this.parts
    const name = random.pick(rooms)
    const what = random()
    if (random.chance(reloads)) return this.reload()
    const place = this.room(name)
    if (place === undefined) return
    const near = random.int(Math.max(1, this.at(place) - NEAR), Math.max(1, this.at(place)))
    const whom = random.chance(0.2) ? this.parts.whom?.() : undefined
    if (whom !== undefined && whom !== this.client.person?.name) this.whisper(whom)
    else if (random.chance(strolls)) this.stroll(place)
    else if (what > 0.93) void this.look(place)
    else if (what > 0.9) place.room.typing(random.chance(0.7))
    else if (what > 0.87) this.busily(place.room.markRead())
    else if (what > 0.85) this.client.retry()
    else if (this.open >= OPEN) return
    else if (what < 0.12) this.change(place, 'edit')
    else if (what < 0.18) this.change(place, 'delete')
    else if (what < 0.32 && this.at(place) > 0) {
      place.react(near, random.pick(EMOJI), random.chance(0.7))
    } else this.say(place, random.chance(0.1) ? near : undefined)
  }

  /** Says something now, in one of its rooms. */
  speak(): void {
    const place = this.room(this.parts.random.pick(this.parts.rooms))
    if (place !== undefined) this.say(place)
  }

  /** Stops coming and going: is in all its rooms from now on. */
  settle(): void {
    this.over = true
    for (const name of this.parts.rooms) {
      this.wanted.add(name)
      void this.join(name)
    }
    this.client.retry()
  }

  rest(): void {
    this.followed.rest()
  }

  async close(): Promise<void> {
    this.over = true
    await this.client.close()
    this.followed.end()
  }

  /** As with a page that is loaded anew. */
  reload(): void {
    if (this.over || this.client.state === 'closed') return
    this.note()
    this.busily(
      this.client.close().then(() => {
        this.followed.end()
        this.lives += 1
        this.client = this.parts.connect(this.store)
        this.followed = this.begin()
      }),
    )
  }

  // ── how it does that ───────────────────────────────────────────────────────────────────────

  private begin(): Followed {
    const followed = this.parts.record.follow(this.label, this.client, this.lives > 1)
    this.followed = followed
    this.client.on('state', ({ state }) => {
      if (state === 'online') this.connections += 1
    })
    for (const name of this.wanted) void this.join(name)
    return followed
  }

  private async join(name: string): Promise<void> {
    if (this.joining.has(name) || this.room(name) !== undefined) return
    const { random, forgets = false } = this.parts
    const { followed } = this
    this.joining.add(name)
    const since = this.places.get(name)
    const options: JoinOptions = {
      recent: random.int(0, 8),
      ...(since !== undefined && random.chance(0.7) ? { since } : {}),
    }
    try {
      const place = await followed.join(name, options)
      place.forgets = forgets
      this.joining.delete(name)
    } catch {
      // It took too long, or the client was closed meanwhile.
      this.parts.after(random.int(...AWAY_MS), () => {
        this.joining.delete(name)
        if (this.wanted.has(name)) void this.join(name)
      })
    }
  }

  private say(place: FollowedRoom, ref?: number): void {
    this.said += 1
    const { label, random, forgets = false } = this.parts
    const more = 'olá 👋 '.repeat(random.chance(0.2) ? random.int(1, 30) : 0)
    const text = `${label} ${this.said} ${more}`
    // What is answered may be in a log that is gone by then.
    const answer = ref === undefined || this.at(place) === 0 || forgets ? {} : { ref }
    const own = random.chance(0.3) ? { cid: `${label}:${this.said}` } : {}
    place.send(text.trim(), { ...answer, ...own })
  }

  private whisper(to: string): void {
    this.said += 1
    this.busily(this.followed.whisper(to, `${this.label} ${this.said} to one`))
  }

  private change(place: FollowedRoom, kind: 'edit' | 'delete'): void {
    const { random } = this.parts
    const own = place.own.slice(-NEAR)
    if (own.length === 0) return this.say(place)
    const seq = random.pick(own)
    if (kind === 'delete') place.delete(seq)
    else {
      this.said += 1
      place.edit(seq, `${this.label} ${this.said}, edited`)
    }
  }

  private async look(place: FollowedRoom): Promise<void> {
    const { random } = this.parts
    const at = random.int(1, this.at(place) + 1)
    const where = random.pick([{ before: at }, { after: at - 1 }, {}])
    this.busy += 1
    await place.look({ ...where, page: random.int(1, 20) }, random.int(1, 40))
    this.busy -= 1
  }

  private stroll(place: FollowedRoom): void {
    if (this.over) return
    const { name } = place.room
    this.note()
    this.wanted.delete(name)
    this.busily(place.room.leave())
    this.parts.after(this.parts.random.int(...AWAY_MS), () => {
      this.wanted.add(name)
      void this.join(name)
    })
  }

  /** Remembers where it is, to come back. */
  private note(): void {
    for (const [name, { room }] of this.followed.rooms) {
      if (room.position !== undefined) this.places.set(name, room.position)
    }
  }

  /** What may be refused, and must be settled. */
  private busily(promise: Promise<unknown>): void {
    this.busy += 1
    const done = (): void => {
      this.busy -= 1
    }
    promise.then(done, done)
  }

  private room(name: string): FollowedRoom | undefined {
    // Between two lives.
    if (this.client.state === 'closed') return undefined
    return this.followed.rooms.get(name)
  }

  private at({ room }: FollowedRoom): number {
    return room.position?.seq ?? 0
  }

  private get open(): number {
    let open = 0
    for (const { room } of this.followed.rooms.values()) open += room.unsent.length
    return open
  }
}

/** As `sessionStorage` is. */
function memoryStore(): ClientStore {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  }
}
