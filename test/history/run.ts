/** Makes correct histories at random, without any server: from a log and who looks at it. */

import { amended, entryOf, isChange } from '../../src/protocol/entry.ts'
import type { Entry, EntryKind } from '../../src/protocol/types.ts'
import type { History, HistoryEvent, RoomLog } from '../../src/testing/history-events.ts'
import type { Random } from '../../src/testing/random.ts'

type Bare<E> = E extends HistoryEvent ? Omit<E, 'at' | 'client' | 'connection' | 'person'> : never

/** Something that was said; `seq` once it is stored. */
interface Said {
  readonly room: Room
  readonly client: Client
  readonly cid: string
  readonly text: string
  readonly kind: EntryKind
  readonly ref: number | undefined
  entry: Entry | null
  epoch: string
  answered: boolean
}

interface Try {
  readonly said: Said
  readonly call: number
  readonly connection: number
}

interface Room {
  readonly name: string
  epoch: string
  first: number
  /** As it was appended. */
  log: Entry[]
  /** As it is now. */
  now: Entry[]
  /** What arrived, in order, and isn't stored. */
  queue: Try[]
  said: number
}

interface Member {
  readonly room: Room
  epoch: string
  head: number
  missed: number
  live: number
}

interface Client {
  readonly label: string
  readonly person: string
  connection: number
  readonly members: Map<string, Member>
  open: Try[]
  readonly said: Said[]
  /** Where it is in each room. */
  readonly at: Map<string, { epoch: string; seq: number }>
}

const MESSAGE: EntryKind = 'message'
const KINDS: readonly EntryKind[] = ['edit', 'delete', 'react', 'react', 'unreact', MESSAGE]
const EMOJI = ['👍', '❤️']

/** How a run goes. */
export interface RunOptions {
  readonly steps: number
  readonly clients?: number
  readonly rooms?: number
}

/** A random run in which everything is right. */
export function correctRun(random: Random, options: RunOptions): History {
  const { steps, clients: many = 4, rooms: width = 2 } = options
  const events: HistoryEvent[] = []
  const lost: { room: string; epoch: string }[] = []
  let connections = 0
  let calls = 0
  let epochs = 0
  const epoch = (): string => `e${epochs++}`
  const rooms: Room[] = Array.from({ length: width }, (_, i) => ({
    ...{ name: `r${i}`, epoch: epoch(), first: 1, log: [], now: [], queue: [], said: 0 },
  }))
  const clients: Client[] = Array.from({ length: many }, (_, i) => ({
    ...{ label: `c${i}`, person: `p${i}`, connection: 0, members: new Map(), open: [], said: [] },
    at: new Map(),
  }))

  const write = ({ label, person, connection }: Client, line: Bare<HistoryEvent>): void => {
    const place = { at: events.length + 1, client: label, connection, person }
    events.push({ ...place, ...line } as HistoryEvent)
  }

  function connect(client: Client): void {
    if (client.connection !== 0) return
    connections += 1
    client.connection = connections
  }

  function cut(client: Client): void {
    if (client.connection === 0) return
    for (const { call } of client.open.splice(0)) write(client, { type: 'unknown', call })
    write(client, { type: 'closed' })
    client.members.clear()
    client.connection = 0
  }

  function join(client: Client, room: Room): void {
    connect(client)
    if (client.members.has(room.name)) return
    const head = random.int(client.at.get(room.name)?.seq ?? 0, room.log.length)
    const known = random.chance(0.8) ? client.at.get(room.name) : undefined
    const same = known?.epoch === room.epoch
    const newest = Math.max(room.first, room.log.length - random.int(0, 3) + 1)
    const reset = known !== undefined && !same
    const now = same ? head : room.log.length
    const from = same ? known.seq + 1 : Math.min(newest, now + 1)
    const since = known === undefined ? {} : { since: known, reset }
    write(client, { type: 'joined', room: room.name, epoch: room.epoch, head: now, from, ...since })
    const member = { room, epoch: room.epoch, head: now, missed: from, live: now + 1 }
    client.members.set(room.name, member)
    client.at.set(room.name, { epoch: room.epoch, seq: from - 1 })
  }

  function leave(client: Client, room: Room): void {
    if (client.open.some(({ said }) => said.room === room)) return
    if (client.members.delete(room.name)) write(client, { type: 'left', room: room.name })
  }

  /** Shows a member the next entry, of those it missed or live. */
  function show(client: Client, member: Member): boolean {
    const { room } = member
    const name = room.name
    if (member.epoch !== room.epoch) {
      const head = random.int(0, room.log.length)
      write(client, { type: 'reset', room: name, epoch: room.epoch, head })
      Object.assign(member, { epoch: room.epoch, head, missed: head + 1, live: head + 1 })
      client.at.set(name, { epoch: room.epoch, seq: head })
      return true
    }
    const via = member.missed <= member.head ? 'missed' : 'live'
    const until = via === 'missed' ? member.head : room.log.length
    const seq = member[via]
    if (seq > until) return false
    let to = seq
    if (seq < room.first) {
      to = Math.min(room.first - 1, until)
      write(client, { type: 'gap', room: name, from: seq, to, via })
    } else {
      // What is late may have been changed meanwhile.
      const isLate = via === 'missed' || random.chance(0.2)
      const entry = (isLate ? room.now : room.log)[seq - 1] as Entry
      write(client, { type: 'saw', room: name, entry, via })
    }
    member[via] = to + 1
    client.at.set(name, { epoch: room.epoch, seq: to })
    if (via === 'missed' && to === until) write(client, { type: 'complete', room: name })
    return true
  }

  function ask(client: Client, said: Said): void {
    if (!client.members.has(said.room.name)) return
    calls += 1
    const { cid, text, room, kind, ref } = said
    const what = ref === undefined ? undefined : { kind, ref }
    write(client, { type: 'invoke', call: calls, room: room.name, ...what, cid, text })
    const made = { said, call: calls, connection: client.connection }
    client.open.push(made)
    // It may get lost on the way.
    if (random.chance(0.95)) room.queue.push(made)
  }

  function say(client: Client, room: Room): void {
    room.said += 1
    const cid = `${client.said.length}`
    const [kind, ref, text] = random.chance(0.7) ? [MESSAGE] : change(client, room)
    const words = text ?? `text ${room.said}`
    const open = { entry: null, epoch: '', answered: false }
    const said = { room, client, cid, text: words, kind, ref, ...open }
    client.said.push(said)
    ask(client, said)
  }

  /** What is done to which entry, and the text of that. */
  function change(client: Client, room: Room): readonly [EntryKind, number?, string?] {
    const there = room.now.filter(({ seq, kind }) => seq >= room.first && kind === MESSAGE)
    if (there.length === 0) return [MESSAGE]
    const { seq, from } = random.pick(there)
    const kind = random.pick(KINDS)
    if (kind === 'react' || kind === 'unreact') return [kind, seq, random.pick(EMOJI)]
    if (kind !== MESSAGE && from.id !== client.person) return [MESSAGE, seq]
    return kind === 'delete' ? [kind, seq, ''] : [kind, seq]
  }

  /** Looks something up, at times what it has. */
  function look(client: Client, member: Member): void {
    const { room } = member
    if (member.epoch !== room.epoch || room.log.length < room.first) return
    const head = room.log.length
    const entry = room.now[random.int(room.first, head) - 1] as Entry
    write(client, { type: 'saw', room: room.name, entry, via: 'page', head })
  }

  function retry(client: Client): void {
    const late = client.said.slice(-30).filter(({ answered }) => !answered)
    if (late.length > 0) ask(client, random.pick(late))
  }

  /** Takes the next that arrived: stores it or doesn't, and answers or doesn't. */
  function commit(room: Room): void {
    const next = room.queue.shift()
    if (next === undefined) return
    const { said, call } = next
    const { client } = said
    const member = client.members.get(room.name)
    const hears = next.connection === client.connection && member?.epoch === room.epoch
    const answer = (line: Bare<HistoryEvent>): void => {
      const i = client.open.indexOf(next)
      if (!hears || i < 0) return
      client.open.splice(i, 1)
      write(client, line)
    }
    if (random.chance(0.03)) return answer({ type: 'fail', call, code: 'overloaded' })
    if (random.chance(0.03)) return answer({ type: 'unknown', call })
    const duplicate =
      said.entry !== null && said.epoch === room.epoch && said.entry.seq >= room.first
    if (!duplicate) {
      const { cid, text, kind, ref } = said
      const target = room.now[(ref ?? 0) - 1]
      const isThere = ref === undefined || (target !== undefined && target.seq >= room.first)
      const isOpen = target?.kind === MESSAGE && target.deleted !== true
      if (isChange(kind) && !(isThere && isOpen)) {
        return answer({ type: 'fail', call, code: 'entry_not_found' })
      }
      // The log may have become another one, with other messages in those places.
      const isOwn = target?.from.id === client.person
      const mustOwn = kind === 'edit' || kind === 'delete'
      if (!isThere || (mustOwn && !isOwn)) return answer({ type: 'fail', call, code: 'forbidden' })
      const seq = room.log.length + 1
      const from = { id: client.person, name: client.label }
      const parts = { room: room.name, kind, from, text, cid }
      const made = entryOf(ref === undefined ? parts : { ...parts, ref }, seq, 1000 + seq)
      said.entry = made
      said.epoch = room.epoch
      room.log.push(made)
      if (isChange(kind)) room.now = room.now.map((entry) => amended(entry, made))
      room.now.push(made)
    }
    const { seq, ts } = said.entry as Entry
    if (random.chance(0.05)) return answer({ type: 'unknown', call })
    if (hears) said.answered = true
    answer({ type: 'ok', call, room: room.name, seq, ts, duplicate })
  }

  function restart(room: Room): void {
    lost.push({ room: room.name, epoch: room.epoch })
    Object.assign(room, { epoch: epoch(), first: 1, log: [], now: [] })
  }

  function step(): void {
    const client = random.pick(clients)
    const room = random.pick(rooms)
    const member = client.members.get(room.name)
    const dice = random()
    if (member === undefined) return join(client, room)
    if (dice < 0.25) return say(client, room)
    if (dice < 0.3) return retry(client)
    if (dice < 0.55) return commit(room)
    if (dice < 0.91) return void show(client, member)
    if (dice < 0.95) return look(client, member)
    if (dice < 0.96) return leave(client, room)
    if (dice < 0.98) return cut(client)
    if (dice < 0.99) room.first = Math.max(room.first, room.log.length - random.int(5, 20))
    else if (random.chance(0.1)) restart(room)
  }

  for (let n = 0; n < steps; n++) step()
  for (const room of rooms) while (room.queue.length > 0) commit(room)
  for (const client of clients) {
    for (const room of rooms) {
      join(client, room)
      const member = client.members.get(room.name) as Member
      while (show(client, member)) {}
      write(client, { type: 'rest', room: room.name })
    }
  }
  const logs: RoomLog[] = rooms.map(({ name, epoch: which, first, now }) => ({
    ...{ room: name, epoch: which, first, head: now.length },
    entries: now.slice(first - 1),
  }))
  return { events, logs, lost }
}
