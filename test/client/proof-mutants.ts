/** SDKs that are broken on purpose, by what is put around the one there is; and links that are worse than allowed. */

import { ChatError } from '../../src/errors.ts'
import type { Entry, Stored } from '../../src/protocol/types.ts'
import type { SimOptions } from './proof-sim-parts.ts'
import {
  deaf,
  isEntry,
  links,
  type Payload,
  rooms,
  sends,
  some,
  told,
  type WrapClient,
  type WrapOpen,
} from './proof-wrap.ts'

/** One way to be broken, or to be treated badly. */
export interface Mutant {
  readonly name: string
  /** What finds it: a rule of the checker, or the beginning of other words; of links: nothing does. */
  readonly found: string | null
  /** The world that brings it to light; default: one in which connections break. */
  readonly world?: Partial<SimOptions>
  readonly wrapOpen?: WrapOpen
  readonly wrapClient?: WrapClient
}

// ── broken SDKs ─────────────────────────────────────────────────────────────────────────────

/** Each of these is found. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'drops an entry',
    found: 'order',
    wrapClient: told(() => (entry, tell) => {
      if (!some(entry)) tell(entry)
    }),
  },
  {
    name: 'tells an entry twice',
    found: 'order',
    wrapClient: told(() => (entry, tell) => {
      tell(entry)
      if (some(entry)) tell(entry)
    }),
  },
  {
    name: 'tells two entries the other way round',
    found: 'order',
    wrapClient: told(() => {
      let held: Entry | null = null
      return (entry, tell) => {
        if (some(entry)) held = entry
        else {
          tell(entry)
          if (held !== null) tell(held)
          held = null
        }
      }
    }),
  },
  {
    name: 'tells another text than was said',
    found: 'same',
    wrapClient: told(() => (entry, tell) => {
      tell(some(entry) && entry.kind === 'message' ? { ...entry, text: `${entry.text}!` } : entry)
    }),
  },
  {
    name: 'shows what is its own before it is stored, and then again',
    found: 'order',
    wrapClient: rooms((room) => {
      const listeners = new Set<(entry: Entry) => void>()
      return {
        on(event, listener) {
          if (event === 'entry') listeners.add(listener as (entry: Entry) => void)
          return room.on(event, listener)
        },
        async send(text, options) {
          const stored = await room.send(text, options)
          const from = room.members.values().next().value ?? { id: '', name: '' }
          const entry: Entry = { room: room.name, kind: 'message', from, text, ...stored }
          for (const listener of listeners) listener(entry)
          return stored
        },
      }
    }),
  },
  {
    name: 'leaves, and still listens',
    found: 'membership',
    world: { strolls: true, acts: 25 },
    wrapClient: rooms((room) => {
      const left = new Set<(what: { why: 'leave' }) => void>()
      return {
        on(event, listener) {
          if (event === 'left') left.add(listener as (what: { why: 'leave' }) => void)
          return room.on(event, listener)
        },
        async leave() {
          for (const listener of left) listener({ why: 'leave' })
        },
      }
    }),
  },
  {
    name: 'takes what was sent for stored',
    found: 'acknowledged',
    wrapClient: sends(async (room, stored) => {
      stored.catch(() => {})
      return { seq: (room.position?.seq ?? 0) + 1, ts: 1 }
    }),
  },
  {
    name: 'tells the seq of another message',
    found: 'acknowledged',
    wrapClient: sends(async (_, stored) => {
      const { seq, ts } = await stored
      return { seq: seq + (some({ seq }) ? 1 : 0), ts }
    }),
  },
  {
    name: 'calls refused what is stored',
    found: 'refused',
    wrapClient: sends(async (_, stored) => {
      const told = await stored
      if (some(told)) throw new ChatError('forbidden')
      return told
    }),
  },
  {
    name: 'never settles a promise',
    found: 'unsettled',
    wrapClient: sends(async (_, stored) => {
      const told = await stored
      return some(told) ? new Promise<Stored>(() => {}) : told
    }),
  },
  {
    name: 'takes another key for each retry',
    found: 'said',
    wrapOpen: links(() => {
      const tries = new Map<string, number>()
      return {
        up(payload, send) {
          const { cid } = payload
          if (cid === undefined) return send(payload)
          const n = (tries.get(cid) ?? 0) + 1
          tries.set(cid, n)
          send(n === 1 ? payload : { ...payload, cid: `${cid}-${n}` })
        },
      }
    }),
  },
  {
    name: 'says things without a key',
    found: 'said',
    wrapOpen: links(() => ({
      up: ({ cid: _, ...payload }, send) => send(payload),
    })),
  },
  {
    name: 'takes a lost connection for an answer',
    found: 'acknowledged',
    wrapOpen: links(() => {
      const tried = new Set<string>()
      return {
        up(payload, send, hear) {
          const { cid, id, op } = payload
          if (op === 'send' && cid !== undefined && tried.has(cid)) {
            queueMicrotask(() => hear({ re: id, ok: { seq: 1, ts: 1 } }))
            return
          }
          if (cid !== undefined) tried.add(cid)
          send(payload)
        },
      }
    }),
  },
  {
    name: 'says what waited in the wrong order',
    found: 'connection-order',
    wrapOpen: links(() => {
      const held: (() => void)[] = []
      return {
        up(payload, send) {
          if (payload.op !== 'send') return send(payload)
          if (held.length === 0) {
            queueMicrotask(() => {
              for (const task of held.splice(0).reverse()) task()
            })
          }
          held.push(() => send(payload))
        },
      }
    }),
  },
  {
    name: 'forgets who it was',
    found: 'said',
    wrapOpen: links(() => ({
      up: ({ ticket: _, ...payload }, send) => send(payload),
    })),
  },
  {
    name: 'doesn’t tell of gaps',
    found: 'order',
    world: { kept: 8, clients: 5, talkers: 2, acts: 40 },
    wrapClient: deaf('gap'),
  },
  {
    name: 'tells of a gap where there is none',
    found: 'gap',
    wrapClient: rooms((room) => ({
      on(event, listener) {
        if (event !== 'gap') return room.on(event, listener)
        return room.on('entry', (entry) => {
          const gap = listener as (gap: { from: number; to: number }) => void
          if (some(entry)) gap({ from: entry.seq + 1, to: entry.seq + 1 })
        })
      },
    })),
  },
  {
    name: 'doesn’t tell that the log is another one',
    found: 'order',
    world: { restarts: 2, forgets: true },
    wrapClient: deaf('reset'),
  },
]

// ── bad links ───────────────────────────────────────────────────────────────────────────────

/** With these the SDK does as well as with good ones. */
export const BAD_LINKS: readonly Mutant[] = [
  {
    name: 'every push comes twice',
    found: null,
    wrapOpen: links(() => ({
      down(payload, hear) {
        hear(payload)
        if (isEntry(payload)) hear(payload)
      },
    })),
  },
  {
    name: 'pushes get lost',
    found: null,
    wrapOpen: links((random, isCalm) => ({
      down(payload, hear) {
        // Of a last one nobody could know.
        if (!isEntry(payload) || isCalm() || !random.chance(0.2)) hear(payload)
      },
    })),
  },
  {
    name: 'pushes come the other way round',
    found: null,
    wrapOpen: links((random, isCalm) => {
      let held: Payload | null = null
      return {
        down(payload, hear) {
          if (held === null && isEntry(payload) && !isCalm() && random.chance(0.2)) {
            held = payload
            return
          }
          hear(payload)
          if (held !== null) hear(held)
          held = null
        },
      }
    }),
  },
  {
    name: 'answers to what is said get lost',
    found: null,
    wrapOpen: links((random) => {
      const asked = new Set<number>()
      return {
        up(payload, send) {
          // Each connection counts anew.
          if (payload.op === 'hello') asked.clear()
          if (payload.op === 'send' && payload.id !== undefined) asked.add(payload.id)
          send(payload)
        },
        down(payload, hear) {
          const { re } = payload
          const mine = re !== undefined && asked.delete(re)
          if (!mine || random.chance(0.5)) hear(payload)
        },
      }
    }),
  },
  {
    name: 'answers come twice',
    found: null,
    wrapOpen: links(() => ({
      down(payload, hear) {
        hear(payload)
        if (payload.re !== undefined) hear(payload)
      },
    })),
  },
  {
    name: 'the server believes one has an entry less',
    found: null,
    wrapOpen: links(() => ({
      up({ since, ...payload }, send) {
        if (since === undefined) return send(payload)
        send({ ...payload, since: { ...since, seq: Math.max(0, since.seq - 1) } })
      },
    })),
  },
]
