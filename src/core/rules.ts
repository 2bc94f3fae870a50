/** What holds in one room beyond the usual: its settings, and what those who are here are. */

import type { EntryKind } from '../protocol/types.ts'
import type { MemberRecord } from '../spi/records.ts'
import type { StoredSettings } from '../spi/storage.ts'

/** Times of last words that are kept, before those are looked for that are over. */
const SPOKEN = 1000

const ACTS: ReadonlySet<EntryKind> = new Set<EntryKind>([
  'kick',
  'ban',
  'unban',
  'mute',
  'unmute',
  'role',
  'invite',
  'settings',
])

/** Whether entries of this kind tell what was done to a person, or to the room. */
export const isAct = (kind: EntryKind): boolean => ACTS.has(kind)

/** The rules of a room with these settings; null: it needs none. */
export const rulesOf = (settings: StoredSettings | undefined): Rules | null =>
  settings === undefined || Object.keys(settings).length === 0 ? null : new Rules(settings)

/** The rules of a room. A room without any has no such object: most have none. */
export class Rules {
  settings: StoredSettings
  /** What is kept of those who are here on this node, where it matters to what they may do. */
  readonly standings = new Map<string, MemberRecord>()
  /** Settles when the settings that are on their way are there. */
  renewing: Promise<void> | undefined
  /** When each person spoke last (monotonic), in a room where one speaks slowly. */
  private readonly spoke = new Map<string, number>()

  constructor(settings: StoredSettings = {}) {
    this.settings = settings
  }

  /** How long a person has to wait before speaking again, in ms; 0: not at all. */
  wait(personId: string, now: number): number {
    const { slowMs = 0 } = this.settings
    const last = this.spoke.get(personId)
    return last === undefined ? 0 : Math.max(0, Math.ceil(last + slowMs - now))
  }

  /** A person spoke. */
  spoken(personId: string, now: number): void {
    const { slowMs = 0 } = this.settings
    if (slowMs === 0) return
    this.spoke.set(personId, now)
    if (this.spoke.size <= SPOKEN) return
    for (const [id, at] of this.spoke) if (at + slowMs <= now) this.spoke.delete(id)
  }
}
