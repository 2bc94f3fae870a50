/** Histories written by hand. */

import type { ErrorCode } from '../../src/errors.ts'
import { amended, entryOf, isChange } from '../../src/protocol/entry.ts'
import type { ActKind, Entry, EntryKind, Position } from '../../src/protocol/types.ts'
import { type CheckOptions, checkHistory } from '../../src/testing/history.ts'
import type { History, HistoryEvent, RoomLog, Via } from '../../src/testing/history-events.ts'

type Bare<E> = E extends HistoryEvent ? Omit<E, 'at' | 'client' | 'connection' | 'person'> : never

/** What is done to an entry. */
interface Deed {
  readonly kind: EntryKind
  readonly ref: number
}

const ROOM = 'r'
const EPOCH = 'e'

/** One client on one connection. */
export class Actor {
  private readonly scene: Scene
  private readonly client: string
  private readonly connection: number

  constructor(scene: Scene, client: string, connection: number) {
    this.scene = scene
    this.client = client
    this.connection = connection
  }

  get person(): { id: string; name: string } {
    return { id: `p-${this.client}`, name: this.client }
  }

  /** The same client on another connection. */
  again(): Actor {
    return this.scene.client(this.client)
  }

  joined(
    fields: {
      room?: string
      epoch?: string
      head?: number
      from?: number
      since?: Position
      reset?: boolean
    } = {},
  ): this {
    const head = fields.head ?? this.scene.entries.length
    return this.add({
      type: 'joined',
      ...{ room: ROOM, epoch: EPOCH, head, from: head + 1 },
      ...fields,
    })
  }

  /** Asks; the answer is given with the number of the try. */
  asks(cid: string, text = cid, room: string | null = ROOM, deed?: Deed): number {
    const call = this.scene.nextCall()
    this.add({ type: 'invoke', call, room, ...deed, cid, text })
    return call
  }

  /** Changes an entry: asks, it is stored, and acknowledged. */
  does(kind: EntryKind, { seq: ref }: Entry, cid: string, text = cid): Entry {
    const deed = { kind, ref }
    const said = kind === 'delete' ? '' : text
    const call = this.asks(cid, said, ROOM, deed)
    const entry = this.scene.stored(this, cid, said, deed)
    this.ok(call, entry)
    return entry
  }

  /** Asks, it is stored, and acknowledged. */
  says(cid: string, text = cid): Entry {
    const call = this.asks(cid, text)
    const entry = this.scene.stored(this, cid, text)
    this.ok(call, entry)
    return entry
  }

  acts(kind: ActKind): this {
    return this.add({ type: 'act', room: ROOM, kind })
  }

  ok(call: number, { seq, ts, room }: Entry, duplicate = false): this {
    return this.add({ type: 'ok', call, room, seq, ts, duplicate })
  }

  fails(call: number, code: ErrorCode = 'forbidden'): this {
    return this.add({ type: 'fail', call, code })
  }

  unknown(call: number): this {
    return this.add({ type: 'unknown', call })
  }

  saw(entry: Entry, via: Via = 'live', head?: number): this {
    const page = head === undefined ? undefined : { head }
    return this.add({ type: 'saw', room: entry.room, entry, via, ...page })
  }

  signal(room = ROOM): this {
    return this.add({ type: 'signal', room })
  }

  gap(from: number, to: number, via: 'live' | 'missed' = 'live'): this {
    return this.add({ type: 'gap', room: ROOM, from, to, via })
  }

  complete(): this {
    return this.add({ type: 'complete', room: ROOM })
  }

  reset(epoch: string, head = 0): this {
    return this.add({ type: 'reset', room: ROOM, epoch, head })
  }

  left(): this {
    return this.add({ type: 'left', room: ROOM })
  }

  closed(): this {
    return this.add({ type: 'closed' })
  }

  rests(): this {
    return this.add({ type: 'rest', room: ROOM })
  }

  hears(words: string): this {
    return this.add({ type: 'strange', words })
  }

  private add(line: Bare<HistoryEvent>): this {
    const { client, connection, scene } = this
    const at = scene.events.length + 1
    scene.events.push({ ...line, at, client, connection, person: `p-${client}` } as HistoryEvent)
    return this
  }
}

/** One room, who talks in it, and its log. */
export class Scene {
  readonly events: HistoryEvent[] = []
  readonly entries: Entry[] = []
  private connections = 0
  private calls = 0

  client(label: string): Actor {
    this.connections += 1
    return new Actor(this, label, this.connections)
  }

  nextCall(): number {
    this.calls += 1
    return this.calls
  }

  /** Puts an entry into the log. */
  stored({ person: from }: Actor, cid: string, text = cid, deed?: Deed): Entry {
    const seq = this.entries.length + 1
    const entry = entryOf(
      { room: ROOM, kind: 'message', ...deed, from, text, cid },
      seq,
      1000 + seq,
    )
    this.entries.push(entry)
    return entry
  }

  private get changes(): readonly Entry[] {
    return this.entries.filter(({ kind }) => isChange(kind))
  }

  /** An entry as it is after all that was done until now. */
  now(entry: Entry, changes = this.changes): Entry {
    return changes.filter(({ seq }) => seq > entry.seq).reduce(amended, entry)
  }

  log(fields: Partial<RoomLog> = {}): RoomLog {
    const { first = 1 } = fields
    const { changes } = this
    const kept = this.entries.filter(({ seq }) => seq >= first)
    const entries = kept.map((entry) => this.now(entry, changes))
    return { room: ROOM, epoch: EPOCH, first, head: this.entries.length, entries, ...fields }
  }

  /** The log, with something else in the place of this entry. */
  logWith(entry: Entry): RoomLog {
    const log = this.log()
    return { ...log, entries: log.entries.map((one) => (one.seq === entry.seq ? entry : one)) }
  }

  history(fields: Partial<History> = {}): History {
    return { events: this.events, logs: [this.log()], ...fields }
  }
}

/** The rules that a history breaks, each once. */
export function broken(history: History, options?: CheckOptions): readonly string[] {
  return [...new Set(checkHistory(history, options).map(({ rule }) => rule))]
}
