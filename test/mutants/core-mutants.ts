/** Servers whose core does something else than it should. */

import { Committer } from '../../src/core/committer.ts'
import type { LinkMessage } from '../../src/core/link.ts'
import { Node } from '../../src/core/node.ts'
import { Outbox } from '../../src/core/outbox.ts'
import { Room } from '../../src/core/room.ts'
import { OpenRooms } from '../../src/core/rooms.ts'
import { ClientSession } from '../../src/core/session.ts'
import { Upkeep } from '../../src/core/upkeep.ts'
import type { Entry, Gap, Person } from '../../src/protocol/types.ts'
import {
  addLate,
  BROKER,
  type CommitterQueue,
  handOut,
  type NodeInside,
  type OutboxInside,
  oldHead,
  type RoomInside,
  showing,
} from './core-inside.ts'
import type { Mutant } from './mutant.ts'
import { patch } from './patch.ts'
import { wrapCatchUp } from './switches.ts'

export const CORE_MUTANTS: readonly Mutant[] = [
  {
    name: 'shows before it commits',
    how: 'a batch is handed out with the numbers it should get, then given to storage',
    plan: { fail: 0.1 },
    damage: showing('before'),
    rule: 'same',
  },
  {
    name: 'shows what could not be stored',
    how: 'a batch that storage refused is handed out all the same',
    plan: { fail: 0.2 },
    damage: showing('failed'),
    rule: 'same',
  },
  {
    name: 'no repair on gaps',
    how: '`Room.entry` takes whatever is ahead of its position, and goes on behind it',
    plan: BROKER,
    damage: {
      patch: () =>
        patch<RoomInside, [Entry], void>(
          Room.prototype,
          'entry',
          () =>
            function (entry) {
              if (entry.seq > this.position) this.advance(entry)
            },
        ),
    },
    rule: 'order',
  },
  {
    name: 'no look at the position',
    how: '`Upkeep.compare` does nothing: a lost last hint is never missed',
    plan: { nodes: 2, drop: 0.6 },
    damage: { patch: () => patch(Upkeep.prototype, 'compare', () => async () => {}) },
    rule: 'caught-up',
  },
  {
    name: 'local commits first',
    how: '`Node.stored` hands out what this node stored, without looking at the position',
    plan: BROKER,
    damage: {
      patch: () =>
        patch<NodeInside, [readonly Entry[]], void>(
          Node.prototype,
          'stored',
          (original) =>
            function (entries) {
              for (const entry of entries) {
                const room = this.rooms.open.get(entry.room)
                if (room !== undefined) handOut(room, entry)
              }
              original.call(this, entries)
            },
        ),
    },
    rule: 'order',
  },
  {
    name: 'believes the broker',
    how: '`OpenRooms.receive` hands out what other nodes tell, without looking at the position',
    plan: BROKER,
    damage: {
      patch: () =>
        patch<unknown, [RoomInside, LinkMessage], void>(
          OpenRooms.prototype,
          'receive',
          (original) =>
            function (room, message) {
              if (message.entries === undefined) return original.call(this, room, message)
              for (const entry of message.entries) handOut(room, entry)
            },
        ),
    },
    rule: 'order',
  },
  {
    name: 'drops what a slow reader doesn’t take',
    how: '`Outbox.put` forgets what is over the limit, instead of closing',
    plan: { narrow: true },
    damage: {
      patch: () =>
        patch<OutboxInside, [unknown, number], void>(
          Outbox.prototype,
          'put',
          (original) =>
            function (item, bytes) {
              const waiting = this.bytes + bytes + this.connection.bufferedBytes
              if (!this.blocked || waiting <= this.limit) original.call(this, item, bytes)
            },
        ),
    },
    rule: 'order',
  },
  {
    name: 'no splice',
    how: '`spliced` gives what was read, without what came since',
    plan: {},
    damage: {
      patch: () =>
        wrapCatchUp({
          spliced:
            () =>
            (...args) => {
              const { entries, gap, reset } = args[2]
              const back = { ...(gap && { gap }), ...(reset && { reset }) }
              return { entries: entries.slice(), more: false, ...back }
            },
        }),
    },
    rule: 'order',
  },
  {
    name: 'reads, then joins',
    how: 'the answer to `join` has the head from before the missed entries were read',
    plan: { slow: 60, churn: true },
    damage: { patch: oldHead },
    rule: 'order',
  },
  {
    name: 'joins, then listens',
    how: '`Room.add` adds the connection up to 30 ms after its answer was made',
    plan: { churn: true },
    damage: { patch: addLate },
    rule: 'order',
  },
  {
    name: 'pages begin one too late',
    how: '`readPage` reads after the seq behind the one that was asked for',
    plan: { churn: true },
    damage: {
      patch: () =>
        wrapCatchUp({
          readPage: (read) => (core, room, range) =>
            read(
              core,
              room,
              range.after === undefined ? range : { ...range, after: range.after + 1 },
            ),
        }),
    },
    rule: 'order',
  },
  {
    name: 'a gap is not told to who comes back',
    how: '`readMissed` leaves its gap out',
    plan: { kept: 6 },
    damage: {
      patch: () =>
        wrapCatchUp({
          readMissed:
            (read) =>
            async (...args) => {
              const { gap: _, ...missed } = await read(...args)
              return missed
            },
        }),
    },
    rule: 'order',
  },
  {
    name: 'a gap is not told live',
    how: '`Room.skip` goes on behind the gap and says nothing',
    plan: { ...BROKER, drop: 0.9, kept: 4 },
    damage: {
      patch: () =>
        patch<RoomInside, [Gap], void>(
          Room.prototype,
          'skip',
          () =>
            function ({ to }) {
              this.position = to
            },
        ),
    },
    rule: 'order',
  },
  {
    name: 'a gap too many',
    how: 'who comes back is told of a gap up to where the room is',
    plan: {},
    damage: {
      patch: () =>
        wrapCatchUp({
          readMissed: (read) => async (core, room, request) => {
            const missed = await read(core, room, request)
            const from = (request.since?.seq ?? room.position) + 1
            if (from > room.position || missed.reset) return missed
            const to = room.position
            return { ...missed, entries: [], after: to, gap: { from, to } }
          },
        }),
    },
    rule: 'gap',
  },
  {
    name: 'resumes whatever the epoch',
    how: '`readMissed` takes the epoch of `since` for that of the room',
    plan: { deletes: true },
    damage: {
      patch: () =>
        wrapCatchUp({
          readMissed: (read) => (core, room, request) => {
            const { since, ...rest } = request
            if (since === undefined) return read(core, room, request)
            const seq = Math.min(since.seq, room.position)
            return read(core, room, { ...rest, since: { epoch: room.epoch, seq } })
          },
        }),
    },
    rule: 'epoch',
  },
  {
    name: 'a node that is behind calls it a reset',
    how: '`readMissed` doesn’t look into storage when the client has seen more than the node',
    plan: { nodes: 3, drop: 0.9 },
    damage: {
      patch: () =>
        wrapCatchUp({
          readMissed: (read) => async (core, room, request) => {
            const { since } = request
            const isBehind = since?.epoch === room.epoch && since.seq > room.position
            if (!isBehind) return read(core, room, request)
            return { ...(await read(core, room, { recent: 5 })), reset: true }
          },
        }),
    },
    rule: 'epoch',
  },
  {
    name: 'a node that is behind takes who is ahead',
    how: '`readMissed` doesn’t look into storage when the client has seen more than the node',
    plan: { nodes: 3, drop: 0.9 },
    damage: {
      patch: () =>
        wrapCatchUp({
          readMissed: (read) => async (core, room, request) => {
            const { since } = request
            const isBehind = since?.epoch === room.epoch && since.seq > room.position
            if (!isBehind) return read(core, room, request)
            const { epoch, altered } = room
            return { epoch, after: since.seq, entries: [], limit: 5, altered }
          },
        }),
    },
    rule: 'order',
  },
  {
    name: 'another log, and nobody is told',
    how: '`Room.restart` goes over to the other log without a push',
    plan: { nodes: 2, drop: 0.9, deletes: true },
    damage: {
      patch: () =>
        patch<RoomInside, [string, number], void>(
          Room.prototype,
          'restart',
          () =>
            function (epoch, head) {
              Object.assign(this, { epoch, position: head })
              this.forget()
            },
        ),
    },
    rule: 'caught-up',
  },
  {
    name: 'one room in several batches at once',
    how: '`Committer.take` forgets which rooms are in flight, where storage takes three appends',
    plan: { slow: 100 },
    damage: {
      patch: () =>
        patch<CommitterQueue, [], unknown>(
          Committer.prototype,
          'take',
          (original) =>
            function () {
              this.busy.clear()
              return original.call(this)
            },
        ),
    },
    rule: 'connection-order',
  },
  {
    name: 'answers twice',
    how: '`ClientSession.reply` answers a `send` two times',
    plan: {},
    damage: {
      patch: () =>
        patch<unknown, [unknown, string, unknown], void>(
          ClientSession.prototype,
          'reply',
          (original) =>
            function (id, op, ok) {
              original.call(this, id, op, ok)
              if (op === 'send') original.call(this, id, op, ok)
            },
        ),
    },
    rule: 'protocol',
  },
  {
    name: 'a leaver still gets what is said',
    how: '`Room.remove` leaves the connection among those who get it',
    plan: { churn: true },
    damage: {
      patch: () =>
        patch<RoomInside, [unknown, string], boolean>(
          Room.prototype,
          'remove',
          (original) =>
            function (session, id) {
              const last = original.call(this, session, id)
              this.sessions.add(session)
              return last
            },
        ),
    },
    rule: 'membership',
  },
  {
    name: 'private conversations are for all',
    how: 'whoever knows its name may join: `only` has everybody',
    plan: { whispers: true },
    damage: {
      patch: () =>
        patch<unknown, [string], Promise<{ only?: readonly Person[] } | null>>(
          OpenRooms.prototype,
          'hold',
          (original) =>
            async function (name) {
              const room = await original.call(this, name)
              if (room?.only !== undefined) {
                room.only = Object.assign([...room.only], { some: () => true })
              }
              return room
            },
        ),
    },
    rule: 'membership',
  },
]
