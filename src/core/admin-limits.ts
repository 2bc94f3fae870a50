/** Limits that admins change while the server runs: which, how far, and where that is kept. */

import { ChatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { AdminLimit } from '../protocol/admin-types.ts'
import type { Core } from './model.ts'

/** The setting of the storage that they are kept in, as JSON. */
const KEY = 'limits'
/** Timers can't wait for longer, in ms. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * The limits that may be changed, and the least that each may be: with less nobody could come in and
 * set it back. All of them are looked up each time they are needed; the others are built into something
 * when the server, a room or a connection is made.
 */
export const CHANGEABLE: Partial<Readonly<Record<keyof Limits, number>>> = {
  rooms: 1,
  membersPerRoom: 1,
  roomsPerConnection: 1,
  createsPerHour: 1,
  connections: 10,
  connectionsPerAddress: 4,
  commandsPerSecond: 1,
  commandBurst: 100,
  addressCommandsPerSecond: 5,
  addressCommandBurst: 200,
  floodRefusals: 10,
  messageChars: 1,
  messageBytes: 16,
  commitQueue: 1,
  commitQueueBytes: 1024,
  listPage: 1,
  presenceMembers: 1,
  reactionsPerEntry: 1,
  mentionsPerMessage: 1,
  reasonChars: 1,
  membersKept: 1,
  auditEntries: 100,
  httpSessions: 4,
  httpIdleMs: 1000,
  pollMs: 10,
  fileBytes: 1,
  personFilesBytes: 1,
  allFilesBytes: 1,
  orphanMs: 1000,
  helloMs: 1000,
  stallMs: 1000,
  hookMs: 10,
  emptyRoomMs: 1000,
  ticketMs: 1000,
}

type Name = keyof Limits
type Changes = Readonly<Record<string, number | null>>
type Changed = { [N in Name]?: number }

/** The limits of one server, as they were given and as they are. */
export class LiveLimits {
  private readonly core: Core
  private readonly initial: Limits
  private readonly live: { -readonly [N in Name]: number }

  constructor(core: Core) {
    this.core = core
    this.initial = { ...core.limits }
    // The one object that everything looks its limits up in.
    this.live = core.limits as { -readonly [N in Name]: number }
  }

  /** All of them. */
  list(): readonly AdminLimit[] {
    return (Object.keys(this.initial) as Name[]).map((name) => ({
      name,
      value: this.live[name],
      initial: this.initial[name],
      changeable: CHANGEABLE[name] !== undefined,
    }))
  }

  /** Takes over what is kept in the storage. */
  async load(): Promise<void> {
    const { core } = this
    this.apply(readChanged(await core.ask(core.storage.setting(KEY, '{}'))))
  }

  /**
   * Changes some, and keeps them: for this node at once, for others when they load them. Rejects with
   * `bad_request`: there is none of this name, it can't be changed now, or not to that.
   */
  async change(changes: Changes): Promise<void> {
    const { core } = this
    for (const [name, value] of Object.entries(changes)) check(name, value)
    const known = readChanged(await core.ask(core.storage.setting(KEY, '{}')))
    for (const [name, value] of Object.entries(changes) as [Name, number | null][]) {
      if (value === null || value === this.initial[name]) delete known[name]
      else known[name] = value
    }
    await core.ask(core.storage.setting(KEY, JSON.stringify(known), true))
    this.apply(known)
  }

  private apply(changed: Changed): void {
    for (const name of Object.keys(CHANGEABLE) as Name[]) {
      this.live[name] = changed[name] ?? this.initial[name]
    }
  }
}

function check(name: string, value: number | null): void {
  const fail = (what: string): never => {
    throw new ChatError('bad_request', `set: ${name} ${what}`)
  }
  const least = Object.hasOwn(CHANGEABLE, name) ? CHANGEABLE[name as Name] : undefined
  if (least === undefined) return fail('is no limit that can be changed')
  if (value === null) return
  const most = name.endsWith('Ms') ? LONGEST_MS : Number.MAX_SAFE_INTEGER
  if (value < least || value > most) fail(`must be from ${least} to ${most}`)
}

/** What a storage gave: another version may have written it. */
function readChanged(text: string): Changed {
  const changed: Changed = {}
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    return changed
  }
  if (typeof given !== 'object' || given === null) return changed
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'number') continue
    try {
      check(name, value)
    } catch {
      continue
    }
    changed[name as Name] = value
  }
  return changed
}
