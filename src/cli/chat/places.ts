/** The rooms one is in: what is heard in them, printed as it comes. */

import type { ChatClient, ChatRoom, Off } from '../../client/types.ts'
import { amended, isChange } from '../../protocol/entry.ts'
import type { Entry, Push } from '../../protocol/types.ts'
import type { Desk } from './desk.ts'

/** Entries remembered of a room, to be answered, edited, quoted. */
const KEPT = 500

/** What is remembered of a room. */
interface Place {
  readonly room: ChatRoom
  readonly entries: Map<number, Entry>
  readonly offs: Off[]
  /** What one said last is stored there, which may be known before it is heard. */
  said?: number
}

/** What {@link Places} needs of its owner. */
export interface PlacesHost extends Desk {
  /** Something happened that concerns them. */
  ring(): void
  /** The room where one speaks, or whether one is in it, changed. */
  moved(): void
}

/** The rooms of one client. */
export class Places {
  /** Where one speaks. */
  current: ChatRoom | null = null
  private readonly host: PlacesHost
  private readonly client: ChatClient
  private readonly places = new Map<ChatRoom, Place>()
  private readonly offs: Off[]
  /** Printed, and nobody has touched the keys since. */
  private readonly fresh = new Set<ChatRoom>()

  constructor(host: PlacesHost, client: ChatClient) {
    this.host = host
    this.client = client
    this.offs = [
      client.on('entry', ({ room, entry }) => this.heard(room, entry)),
      client.on('opened', ({ room }) => {
        this.place(room)
      }),
    ]
    for (const room of client.rooms.values()) this.place(room)
  }

  /** Enters a room, or goes to one that one is in. Prints what was said before. */
  async enter(name: string, password: string | undefined, recent: number): Promise<void> {
    const { host, client } = this
    const { catalog, texts } = host.scribe.style
    const known = client.rooms.get(name)
    const room = await client.join(name, {
      recent,
      ...(password === undefined ? {} : { password }),
    })
    this.current = room
    if (known === room && this.places.has(room)) {
      host.print(host.scribe.told(texts.nowIn(`#${room.name}`)))
      host.moved()
      return
    }
    const place = this.place(room)
    const names = [...room.members.values()].map((person) => person.name)
    const lines = host.scribe.told(catalog.you.joined(`#${room.name}`, room.count, names))
    const { topic } = room.settings
    if (topic !== undefined)
      lines.push(...host.scribe.told(catalog.you.topic(`#${room.name}`, topic)))
    for (const entry of room.recent) this.keep(place, entry)
    lines.push(...host.scribe.past(room.recent, room.read, this.me))
    host.print(lines)
    if (room.recent.length > 0) this.fresh.add(room)
    host.moved()
  }

  /** Hears what happens in a room that was entered without being shown. */
  follow(room: ChatRoom): void {
    this.place(room)
  }

  /** Names of the rooms that have a name. */
  get names(): string[] {
    return [...this.client.rooms.keys()].filter((name) => !name.startsWith('@'))
  }

  /** Names of people who can be spoken of, or to. */
  get people(): string[] {
    const names = new Set<string>()
    const rooms = [...this.client.rooms.values()]
    // Those of this room first.
    if (this.current !== null) rooms.unshift(this.current)
    for (const room of rooms) {
      for (const { id, name } of room.members.values()) if (id !== this.me) names.add(name)
      if (room.with !== undefined) names.add(room.with.name)
    }
    return [...names]
  }

  /** The last message of a room that is like this, and not deleted. */
  private last(room: ChatRoom, fits: (entry: Entry) => boolean): Entry | undefined {
    const entries = [...(this.places.get(room)?.entries.values() ?? [])]
    return entries.findLast(
      (entry) => entry.kind === 'message' && entry.deleted !== true && fits(entry),
    )
  }

  /** The last message of somebody else. */
  lastOfOthers(room: ChatRoom): Entry | undefined {
    return this.last(room, ({ from }) => from.id !== this.me)
  }

  /** Where the last message stands, or the last of one's own. */
  lastSeq(room: ChatRoom, mine: boolean): number | undefined {
    const heard = this.last(room, ({ from }) => !mine || from.id === this.me)?.seq
    const place = this.places.get(room)
    const said = place?.said
    if (said === undefined || place?.entries.has(said)) return heard
    return heard === undefined ? said : Math.max(heard, said)
  }

  /** What one said is stored. */
  said(room: ChatRoom, seq: number): void {
    const place = this.places.get(room)
    if (place !== undefined) place.said = Math.max(place.said ?? 0, seq)
  }

  /** Somebody sits here: what was printed is read. */
  seen(): void {
    for (const room of this.fresh) {
      // Not every server keeps it.
      if (room.state !== 'left') room.markRead().catch(() => {})
    }
    this.fresh.clear()
  }

  close(): void {
    for (const off of this.offs) off()
    for (const { offs } of this.places.values()) for (const off of offs) off()
    this.places.clear()
  }

  private get me(): string {
    return this.client.person?.id ?? ''
  }

  private place(room: ChatRoom): Place {
    const known = this.places.get(room)
    if (known !== undefined) return known
    const { host } = this
    const say = (push: Push): void => host.print(host.scribe.push(push))
    const { name } = room
    const place: Place = {
      room,
      entries: new Map(),
      offs: [
        room.on('presence', say),
        room.on('gap', (gap) => say({ ev: 'gap', room: name, ...gap })),
        room.on('reset', ({ epoch, recent }) => {
          say({ ev: 'reset', room: name, epoch, head: 0 })
          place.entries.clear()
          delete place.said
          for (const entry of recent) this.keep(place, entry)
          host.print(host.scribe.past(recent, 0, this.me))
        }),
        room.on('left', ({ why, reason, error }) => {
          if (why === 'refused') host.fail(error)
          if (why === 'closed') say({ ev: 'closed', room: name })
          if (why === 'kick' || why === 'ban') {
            say({ ev: 'removed', room: name, why, ...(reason === undefined ? {} : { reason }) })
          }
          this.gone(place)
        }),
      ],
    }
    this.places.set(room, place)
    return place
  }

  private gone(place: Place): void {
    for (const off of place.offs) off()
    this.places.delete(place.room)
    this.fresh.delete(place.room)
    if (this.current !== place.room) return
    const rest = [...this.places.keys()].filter(
      ({ name, state }) => !name.startsWith('@') && state !== 'left',
    )
    this.current = rest.at(-1) ?? null
    this.host.moved()
  }

  private heard(room: ChatRoom, entry: Entry): void {
    const { host } = this
    const place = this.place(room)
    const answered = entry.ref === undefined ? undefined : place.entries.get(entry.ref)
    this.keep(place, entry)
    const mine = entry.from.id === this.me
    const mentions = entry.details?.mentions?.includes(this.me) === true
    const told = entry.kind === 'message' && entry.to?.id === this.me
    const rings = !mine && (mentions || told)
    host.print(host.scribe.entry(entry, isChange(entry.kind) ? undefined : answered, rings))
    if (!mine) this.fresh.add(room)
    if (rings) host.ring()
  }

  private keep({ entries }: Place, entry: Entry): void {
    if (isChange(entry.kind)) {
      const { ref } = entry
      const target = ref === undefined ? undefined : entries.get(ref)
      if (target !== undefined) entries.set(target.seq, amended(target, entry))
      return
    }
    entries.set(entry.seq, entry)
    const [oldest] = entries.keys()
    if (entries.size > KEPT && oldest !== undefined) entries.delete(oldest)
  }
}
