/**
 * Receives for one client: from the journal of its session while it keeps up, from the logs of the
 * rooms when it comes back. Either way each entry once, in order, or it is told which are missing.
 */

import { type ChatError, isChatError } from '../../errors.ts'
import type { JoinResult, Position } from '../../protocol/types.ts'
import type { Heard } from './channel.ts'
import { type Cursor, logPart, writeCursor } from './cursor.ts'
import type { Place } from './journal.ts'
import type { HttpSession } from './session.ts'

/** Bytes of one `read`, about. */
const MOST = 256 * 1024
/** How often a request of the reader's own is repeated that the server had no time for. */
const TRIES = 20

interface At extends Position {
  /** As the cursor has it. */
  readonly part: string
  seq: number
}

const at = (room: string, epoch: string, seq: number): At => ({
  epoch,
  seq,
  part: logPart(room, epoch),
})

/** Takes one payload; the empty one only says that the cursor is another. */
export type Take = (payload: string) => void

/** Where one receiver is, and how it goes on. */
export class Reader implements Place {
  next: number
  private readonly session: HttpSession
  private readonly had = new Map<string, At>()
  /** The cursor was made by this session: what isn't in its rooms any more was left on purpose. */
  private readonly same: boolean
  private taken = 0

  /** Without a cursor it goes on where the session came into its rooms. */
  constructor(session: HttpSession, cursor: Cursor | null) {
    this.session = session
    this.same = cursor === null || cursor.tag === session.tag
    for (const [room, { epoch, seq }] of cursor?.positions ?? []) {
      this.had.set(room, at(room, epoch, seq))
    }
    const next = cursor !== null && this.same ? cursor.next : -1
    this.next = session.journal.has(next) ? next : -1
    session.journal.enter(this)
  }

  /** Where it is now. */
  get cursor(): string {
    const { session, had } = this
    for (const [room, { began, opened }] of session.rooms) {
      // A conversation that one hasn't been told of yet isn't one's own yet.
      if (opened !== undefined && this.next < 0) continue
      if (!had.has(room)) had.set(room, at(room, began.epoch, began.seq))
    }
    const parts = [...had.values()].map(({ part, seq }) => part + seq)
    return writeCursor(session.tag, this.next, parts)
  }

  /**
   * Hands out what there is, up to some 256 KiB. False: there was nothing. Rejects with what a room
   * couldn't be read for (`unavailable`, …): then it may be tried again.
   */
  async read(take: Take, signal: AbortSignal): Promise<boolean> {
    this.taken = 0
    const out: Take = (payload) => {
      this.taken += payload.length + 1
      take(payload)
    }
    if (this.next >= 0 && !this.session.journal.has(this.next)) this.next = -1
    if (this.next >= 0) this.follow(out)
    if (this.next < 0) await this.catchUp(out, signal)
    this.session.journal.trim()
    return this.taken > 0
  }

  /** There is nothing to read until something happens in the session. */
  get waits(): boolean {
    return this.next === this.session.journal.end
  }

  leave(): void {
    this.session.journal.leave(this)
  }

  // ── from the journal ───────────────────────────────────────────────────────────────────────

  private follow(out: Take): void {
    const { journal } = this.session
    while (this.taken < MOST) {
      const heard = journal.at(this.next)
      if (heard === undefined) return
      if (this.fits(heard)) {
        this.next += 1
        out(heard.payload)
      } else if (this.next >= 0) this.next += 1
      else return
    }
  }

  /** Whether it is to be handed on; moves the positions. */
  private fits({ push }: Heard): boolean {
    const room = push.room as string
    const { ev } = push
    if (typeof push.seq === 'number' && ev !== 'read') return this.entry(room, push.seq)
    if (ev === 'opened' || ev === 'reset') {
      this.had.set(room, at(room, push.epoch as string, push.head as number))
    } else if (ev === 'gap') {
      const known = this.had.get(room)
      if (known !== undefined) known.seq = Math.max(known.seq, push.to as number)
    } else if (ev === 'closed' || ev === 'removed') {
      this.had.delete(room)
    } else if (ev === undefined) {
      // Somebody came into a room or left it: see `turned` of the session.
      for (const name of this.had.keys()) if (!this.session.rooms.has(name)) this.had.delete(name)
    }
    return true
  }

  private entry(room: string, seq: number): boolean {
    let known = this.had.get(room)
    if (known === undefined) {
      const began = this.session.rooms.get(room)?.began
      known = at(room, began?.epoch ?? '', began?.seq ?? seq - 1)
      this.had.set(room, known)
    }
    if (seq <= known.seq) return false
    if (seq > known.seq + 1) {
      // The log has what lies between.
      this.next = -1
      return false
    }
    known.seq = seq
    return true
  }

  // ── from the logs ──────────────────────────────────────────────────────────────────────────

  private async catchUp(out: Take, signal: AbortSignal): Promise<void> {
    const { session } = this
    // What is said from here on is in the journal; what was said before, in the logs.
    const mark = session.journal.end
    for (const [room, { began, opened }] of session.rooms) {
      if (this.had.has(room)) continue
      this.had.set(room, at(room, began.epoch, began.seq))
      if (opened !== undefined) out(opened)
    }
    for (const [room, known] of [...this.had]) {
      if (this.taken >= MOST || signal.aborted || session.end !== null) return
      if (!(await this.room(room, known, out))) return
    }
    this.next = mark
  }

  /** One room, up to its head. False: there is more. */
  private async room(room: string, known: At, out: Take): Promise<boolean> {
    const { session } = this
    const place = session.rooms.get(room)
    if (place === undefined && this.same) {
      this.had.delete(room)
      out(session.gone.get(room) ?? '')
      return true
    }
    if (place?.epoch === known.epoch && place.head <= known.seq) return true
    let joined: JoinResult
    try {
      const since = { epoch: known.epoch, seq: known.seq }
      joined = await this.patiently(() => session.ask('join', { room, since }))
    } catch (error) {
      if (!isChatError(error) || error.retryable) throw error
      this.had.delete(room)
      out(farewell(room, error))
      return true
    }
    if (joined.reset) {
      const seq = (joined.entries[0]?.seq ?? joined.head + 1) - 1
      this.had.set(room, at(room, joined.epoch, seq))
      out(JSON.stringify({ ev: 'reset', room, epoch: joined.epoch, head: seq }))
    }
    this.page(room, joined, out)
    for (let { more } = joined; more; ) {
      if (this.taken >= MOST) return false
      const after = (this.had.get(room) as At).seq
      const page = await this.patiently(() => session.ask('history', { room, after }))
      // Deleted and made anew meanwhile: a push in the journal tells.
      if (page.epoch !== joined.epoch) return true
      this.page(room, page, out)
      more = page.more
    }
    return true
  }

  private page(
    room: string,
    { entries, gap }: Pick<JoinResult, 'entries' | 'gap'>,
    out: Take,
  ): void {
    const known = this.had.get(room) as At
    if (gap !== undefined && gap.to > known.seq) {
      known.seq = gap.to
      out(JSON.stringify({ ev: 'gap', room, ...gap }))
    }
    for (const entry of entries) {
      if (entry.seq <= known.seq) continue
      known.seq = entry.seq
      out(JSON.stringify(entry))
    }
  }

  /** Waits and asks again where the server says that it is only too early. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let left = TRIES; ; left--) {
      try {
        return await ask()
      } catch (error) {
        const wait = isChatError(error) && error.retryable ? error.retryAfterMs : undefined
        const { clock, limits } = this.session.host
        if (wait === undefined || wait > limits.pollMs || left === 0) throw error
        await new Promise<void>((resolve) => clock.after(wait, resolve))
      }
    }
  }
}

/** What somebody is told who can't come back into a room. */
function farewell(room: string, { code, message }: ChatError): string {
  if (code === 'room_not_found' || code === 'room_closed') {
    return JSON.stringify({ ev: 'closed', room })
  }
  const why = code === 'banned' ? 'ban' : 'kick'
  return JSON.stringify({ ev: 'removed', room, why, reason: message })
}
