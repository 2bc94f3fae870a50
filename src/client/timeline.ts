/** What a screen shows of a room. */

import type { ChatError } from '../errors.ts'
import { amended, isChange } from '../protocol/entry.ts'
import type { Entry, Gap } from '../protocol/types.ts'
import { emitter } from './emitter.ts'
import { makeCids } from './ids.ts'
import type {
  ChatRoom,
  Off,
  SayOptions,
  Timeline,
  TimelineItem,
  TimelineOptions,
  Unsent,
} from './types.ts'

/** Entries read at a time. */
const PAGE = 50

type Shown = Exclude<TimelineItem, { readonly type: 'unsent' }>
type Waiting = Extract<TimelineItem, { readonly type: 'unsent' }>

/** Something said, until its entry is shown. */
interface Pending {
  item: Waiting
  /** Said by this timeline: what becomes of it is known. */
  readonly isOwn: boolean
  /** Stored at this seq: the entry itself is on its way. */
  seq?: number
}

const cid = makeCids()

/**
 * Follows a room for a screen: see {@link Timeline}. It begins with what the room's `recent` has, or, if
 * more was said since, with a page that it reads by itself.
 *
 * @example
 * const lines = timeline(await chat.join('geral'))
 * lines.on('change', () => show(lines.items))
 * lines.say('Olá!')
 */
export function timeline(room: ChatRoom, { limit = 1000 }: TimelineOptions = {}): Timeline {
  const events = emitter<{ change: undefined }>()
  let shown: Shown[] = []
  let pending = new Map<string, Pending>()
  let items: readonly TimelineItem[] | null = null
  let isComplete = false
  /** Older ones are read from before this seq. */
  let first = 0
  /** Read on demand: so many more are kept. */
  let extra = 0
  /** Counts resets: what was asked for before one doesn't count. */
  let era = 0
  let reading: Promise<boolean> | null = null
  let isTold = true

  function change(): void {
    items = null
    if (!isTold) return
    isTold = false
    // Once for all that comes together.
    queueMicrotask(() => {
      isTold = true
      events.emit('change', undefined)
    })
  }

  const itemOf = (entry: Entry, key = `${era}.${entry.seq}`): Shown => ({
    type: 'entry',
    key,
    entry,
  })

  function begin(recent: readonly Entry[], at: number): void {
    shown = recent.filter(({ kind }) => !isChange(kind)).map((entry) => itemOf(entry))
    first = recent[0]?.seq ?? at + 1
    isComplete = first <= 1
    extra = 0
    change()
  }

  function told(entry: Entry): void {
    if (isChange(entry.kind)) {
      const at = shown.findIndex((item) => item.type === 'entry' && item.entry.seq === entry.ref)
      const item = shown[at]
      if (item?.type !== 'entry') return
      const now = amended(item.entry, entry)
      if (now === item.entry) return
      shown[at] = { ...item, entry: now }
      return change()
    }
    const known = entry.cid === undefined ? undefined : pending.get(entry.cid)
    // The same key: on the screen it is the same message.
    add(itemOf(entry, known?.item.key))
    if (known !== undefined) pending.delete(known.item.unsent.cid)
  }

  function add(item: Shown): void {
    shown.push(item)
    if (shown.length > limit + extra) {
      shown = shown.slice(-limit)
      extra = 0
      isComplete = false
      const [oldest] = shown
      if (oldest !== undefined) {
        first = oldest.type === 'entry' ? oldest.entry.seq : oldest.gap.to + 1
      }
    }
    change()
  }

  function gap(missed: Gap): void {
    // What was stored there is not shown any more.
    forget((seq) => seq <= missed.to)
    add({ type: 'gap', key: `${era}.${missed.from}`, gap: missed })
  }

  function reset(recent: readonly Entry[]): void {
    era += 1
    forget(() => true)
    begin(recent, room.position?.seq ?? 0)
  }

  function forget(isGone: (seq: number) => boolean): void {
    pending = new Map([...pending].filter(([, { seq }]) => seq === undefined || !isGone(seq)))
  }

  function unsentChanged(): void {
    const all = room.unsent.filter(({ op }) => op === 'send')
    const cids = new Set(all.map((one) => one.cid))
    for (const [key, { isOwn }] of pending) if (!isOwn && !cids.has(key)) pending.delete(key)
    for (const unsent of all) {
      const known = pending.get(unsent.cid)
      if (known === undefined) put(unsent, false)
      else if (known.item.unsent !== unsent) known.item = { ...known.item, unsent }
    }
    change()
  }

  function put(unsent: Unsent, isOwn: boolean): Pending {
    const item: Waiting = { type: 'unsent', key: `c.${unsent.cid}`, unsent }
    const made = { item, isOwn }
    pending.set(unsent.cid, made)
    return made
  }

  async function read(): Promise<boolean> {
    const mine = era
    for (;;) {
      if (isComplete) return false
      const page: Entry[] = []
      for await (const entry of room.history({ before: first, page: PAGE })) {
        page.unshift(entry)
        if (page.length >= PAGE) break
      }
      if (mine !== era) return true
      first = page[0]?.seq ?? first
      isComplete = page.length < PAGE || first <= 1
      const found = page.filter(({ kind }) => !isChange(kind)).map((entry) => itemOf(entry))
      shown = [...found, ...shown]
      extra += found.length
      change()
      if (found.length > 0) return true
    }
  }

  function older(): Promise<boolean> {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }

  const offs: Off[] = [
    room.on('entry', told),
    room.on('gap', gap),
    room.on('reset', ({ recent }) => reset(recent)),
    room.on('unsent', unsentChanged),
  ]
  const at = room.position?.seq ?? 0
  const isCurrent = room.recent.at(-1)?.seq === at
  begin(isCurrent ? room.recent : [], at)
  unsentChanged()
  if (!isCurrent && !isComplete) older().catch(() => {})

  return {
    get items() {
      items ??= [...shown, ...[...pending.values()].map(({ item }) => item)]
      return items
    },
    get complete() {
      return isComplete
    },
    older,
    say(text, options: SayOptions = {}) {
      const { ref, file } = options
      const own = put(
        {
          cid: options.cid ?? cid(),
          op: 'send',
          ts: Date.now(),
          text,
          ...(ref === undefined ? undefined : { ref }),
          ...(file === undefined ? undefined : { file }),
          sent: false,
        },
        true,
      )
      const key = own.item.unsent.cid
      const isWaiting = (): boolean => pending.get(key) === own
      change()
      room.send(text, { ...options, cid: key }).then(
        ({ seq }) => {
          own.seq = seq
          // The entry was told already, or it never will be.
          if (isWaiting() && (room.position?.seq ?? 0) >= seq) pending.delete(key)
          change()
        },
        (error: ChatError) => {
          if (isWaiting()) own.item = { ...own.item, error }
          change()
        },
      )
    },
    drop(key) {
      for (const [id, { item }] of pending) {
        if (item.key === key && item.error !== undefined) pending.delete(id)
      }
      change()
    },
    on: (event, listener) => events.on(event, listener),
    close() {
      era += 1
      for (const off of offs) off()
    },
  }
}
