/** What clients of the SDK did and saw, as the history checker takes it. */

import type {
  ChatClient,
  ChatRoom,
  JoinOptions,
  Link,
  LinkEars,
  OpenLink,
} from '../../src/client/types.ts'
import { isChatError } from '../../src/errors.ts'
import type { Entry, Person } from '../../src/protocol/types.ts'
import type { HistoryEvent, RoomLog } from '../../src/testing/history-events.ts'
import type { HistoryRecorder } from '../../src/testing/history-recorder.ts'
import { type Bare, type Call, FollowedRoom, type RoomOwner } from './proof-room.ts'

/** Something that was said to one person. Its key is the SDK's own: it is known by its text. */
export interface Whisper {
  readonly from: string
  readonly text: string
  state: 'open' | 'stored' | 'refused' | 'unknown'
  room?: string
  seq?: number
  /** What it was rejected with. */
  error?: unknown
}

/** A record in the making. What isn't for the checker to judge, but wrong, is in `problems`. */
export class SdkRecord {
  readonly events: HistoryEvent[] = []
  readonly problems: string[] = []
  readonly calls: Call[] = []
  readonly whispers: Whisper[] = []
  readonly rooms: FollowedRoom[] = []
  /** Whose client each person is. */
  readonly people = new Map<string, string>()
  private connections = 0
  private callNumber = 0

  /**
   * Follows a client from now on: one life, over as many connections as it takes. `restored`: it may be
   * in rooms already, by what its store had.
   */
  follow(label: string, client: ChatClient, restored = false): Followed {
    this.connections += 1
    return new Followed(this, label, this.connections, client, restored)
  }

  /**
   * The same record and logs, in which everybody has the label of their client for an id: where the
   * server forgets who they were, they are somebody else each time.
   */
  unnamed(logs: readonly RoomLog[]): { events: HistoryEvent[]; logs: RoomLog[] } {
    const person = ({ id, name }: Person): Person => ({ id: this.people.get(id) ?? id, name })
    const entry = (one: Entry): Entry => ({
      ...one,
      from: person(one.from),
      ...(one.reactions === undefined
        ? undefined
        : {
            reactions: one.reactions.map((reaction) => ({
              ...reaction,
              by: reaction.by.map((id) => this.people.get(id) ?? id),
            })),
          }),
    })
    return {
      events: this.events.map((event) => ({
        ...event,
        person: event.client,
        ...(event.type === 'saw' ? { entry: entry(event.entry) } : undefined),
      })),
      logs: logs.map((log) => ({ ...log, entries: log.entries.map(entry) })),
    }
  }

  nextCall(): number {
    this.callNumber += 1
    return this.callNumber
  }

  /** Compares what was gathered from events with the logs at the end. */
  compare(logs: readonly RoomLog[]): readonly string[] {
    const open = this.calls.filter(({ state }) => state === 'open')
    return [
      ...this.problems,
      ...open.map(({ cid, room }) => `unsettled: ${cid} in ${room} was never answered`),
      ...this.rooms.flatMap((room) => room.compare(logs)),
      ...this.whispers.flatMap((whisper) => whispered(whisper, logs)),
    ]
  }
}

/** One client. Every entry that it is told of goes through here. */
export class Followed implements RoomOwner {
  readonly client: ChatClient
  readonly label: string
  readonly rooms = new Map<string, FollowedRoom>()
  readonly restored: boolean
  readonly calls: Call[]
  private readonly record: SdkRecord
  private readonly connection: number
  /** What rooms have told, and the client hasn't yet. */
  private readonly expected: Entry[] = []

  constructor(
    record: SdkRecord,
    label: string,
    connection: number,
    client: ChatClient,
    restored: boolean,
  ) {
    this.record = record
    this.restored = restored
    this.label = label
    this.connection = connection
    this.client = client
    this.calls = record.calls
    client.on('person', ({ id }) => record.people.set(id, label))
    client.on('opened', ({ room }) => this.follow(room, undefined))
    client.on('entry', ({ room, entry }) => {
      // A room of its store, that nobody has asked for yet.
      if (restored && !this.rooms.has(room.name)) return
      if (this.expected.shift() !== entry) {
        this.problem(`the client was told of ${entry.seq} in ${room.name}, and its room not`)
      }
    })
  }

  /** Enters a room; what it is told from then on is recorded. */
  async join(name: string, options?: JoinOptions): Promise<FollowedRoom> {
    const since = this.restored ? undefined : options?.since
    const room = await this.client.join(name, options)
    return this.follow(room, since)
  }

  /** Says something to one person, by name. Resolves in any case. */
  async whisper(to: string, text: string): Promise<void> {
    const whisper: Whisper = { from: this.label, text, state: 'open' }
    this.record.whispers.push(whisper)
    try {
      const { room: name, seq } = await this.client.message(to, text)
      Object.assign(whisper, { state: 'stored', room: name, seq })
      const room = this.client.rooms.get(name)
      if (room !== undefined) this.follow(room, undefined)
      else if (this.client.state !== 'closed')
        this.problem(`${name} isn't among the rooms, after a message in it`)
    } catch (error) {
      const isOver = isChatError(error) && !error.retryable
      whisper.state = isOver ? 'refused' : 'unknown'
      whisper.error = error
    }
  }

  private follow(room: ChatRoom, since: JoinOptions['since']): FollowedRoom {
    const known = this.rooms.get(room.name)
    if (known !== undefined) {
      if (known.room !== room) this.problem(`${room.name} was entered twice, and is another room`)
      return known
    }
    const followed = new FollowedRoom(this, room, since)
    this.rooms.set(room.name, followed)
    this.record.rooms.push(followed)
    return followed
  }

  /** It has been left in peace for long: it must have everything. */
  rest(): void {
    for (const room of this.rooms.keys()) this.write({ type: 'rest', room })
  }

  /** The client was closed. */
  end(): void {
    this.owed()
    for (const room of this.rooms.values()) room.left = true
    this.rooms.clear()
    this.write({ type: 'closed' })
  }

  nextCall(): number {
    return this.record.nextCall()
  }

  left({ room }: FollowedRoom): void {
    this.rooms.delete(room.name)
  }

  told(entry: Entry): void {
    // The client tells after the room, before anything else is told.
    this.owed()
    this.expected.push(entry)
  }

  /** Whatever its rooms have told, it has told, too. */
  private owed(): void {
    for (const late of this.expected.splice(0)) {
      this.problem(`the client was not told of ${late.seq} in ${late.room}`)
    }
  }

  problem(words: string): void {
    this.record.problems.push(`${this.label}: ${words}`)
  }

  write(line: Bare<HistoryEvent>): void {
    const { label, connection, client, record } = this
    const person = client.person?.id ?? ''
    const at = record.events.length + 1
    record.events.push({ ...line, at, client: label, connection, person } as HistoryEvent)
  }
}

/** What is wrong with where something is that was said to one person. */
function whispered({ from, text, state, room, seq }: Whisper, logs: readonly RoomLog[]): string[] {
  const places = logs.flatMap((log) => log.entries.filter((entry) => entry.text === text))
  const [place] = places
  const words = `what ${from} whispered, ${text}, ${state}, is in ${places.length} places`
  if (state === 'open' || places.length > 1) return [words]
  if (state === 'refused') return places.length > 0 ? [words] : []
  if (state === 'unknown') return []
  return place?.room === room && place?.seq === seq ? [] : [words]
}

/** Listens in on every connection that is opened: the record of what went over the wires. */
export function tapped(recorder: HistoryRecorder, label: string, open: OpenLink): OpenLink {
  return (url, ears): Link => {
    const tap = recorder.tap(label)
    const heard: LinkEars = {
      opened: () => ears.opened(),
      payload(text) {
        tap.received(text)
        ears.payload(text)
      },
      closed(end) {
        tap.closed()
        ears.closed(end)
      },
    }
    const link = open(url, heard)
    return {
      send(payload) {
        tap.sent(payload)
        link.send(payload)
      },
      close: () => link.close(),
    }
  }
}
