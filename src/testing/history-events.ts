/** What a record of a chat consists of: what clients asked, what they were told, what they saw. */

import type { ErrorCode } from '../errors.ts'
import type { ActKind, Entry, EntryKind, Position } from '../protocol/types.ts'

/** Who it happened to, and when. */
export interface EventPlace {
  /**
   * Time, as an index that grows from event to event. A record put together from several processes
   * takes a clock they share; where two events have the same time, what was asked counts as
   * earlier than what was answered, so that nothing is claimed that isn't known.
   */
  readonly at: number
  /** The client's label; it may have several connections, one after the other or at once. */
  readonly client: string
  /** Number of the connection, another one for each in the whole record. */
  readonly connection: number
  /** Id of the person it is, as `hello` told. `''` before that. */
  readonly person: string
}

/** By which way an entry came: see {@link SawEvent}. */
export type Via = 'live' | 'missed' | 'page'

/** One try to say or change something. A retry is another try with the same `cid`. */
export interface InvokeEvent extends EventPlace {
  readonly type: 'invoke'
  /** Number of the try, another one for each in the whole record. */
  readonly call: number
  /** `null`: a private message, whose room only the answer tells. */
  readonly room: string | null
  /** What it is to become. Default `message`. */
  readonly kind?: EntryKind
  /** What it changes or answers. */
  readonly ref?: number
  readonly cid: string
  /** Of a deletion: empty. */
  readonly text: string
}

/** It asked for something to be done to a person, or to a room. That has no key: it may be there. */
export interface ActEvent extends EventPlace {
  readonly type: 'act'
  readonly room: string
  readonly kind: ActKind
}

/** A try was acknowledged. */
export interface OkEvent extends EventPlace {
  readonly type: 'ok'
  readonly call: number
  readonly room: string
  readonly seq: number
  readonly ts: number
  readonly duplicate: boolean
}

/** A try was refused for good: this try has stored nothing. */
export interface FailEvent extends EventPlace {
  readonly type: 'fail'
  readonly call: number
  readonly code: ErrorCode
}

/** Nobody knows what became of a try: no answer, or an error that leaves it open. */
export interface UnknownEvent extends EventPlace {
  readonly type: 'unknown'
  readonly call: number
}

/** A connection came into a room, or was put into a private conversation. */
export interface JoinedEvent extends EventPlace {
  readonly type: 'joined'
  readonly room: string
  readonly epoch: string
  /** Live entries follow from `head + 1`. */
  readonly head: number
  /** The first seq it is to be told of what came before: `head + 1` = none. */
  readonly from: number
  /** Where the client said it was. */
  readonly since?: Position
  /** It was told that the log is another one. */
  readonly reset?: boolean
}

/**
 * An entry was shown. `live`: by itself, after joining. `missed`: from between `from` and `head` of
 * the join, in its answer or in the pages that follow it. `page`: looked up, in any order.
 */
export interface SawEvent extends EventPlace {
  readonly type: 'saw'
  readonly room: string
  readonly entry: Entry
  readonly via: Via
  /** The head of the log that the page told of: it shows what it has as of then, or later. */
  readonly head?: number
}

/** It heard of something in a room that isn't an entry: who comes and goes, who types. */
export interface SignalEvent extends EventPlace {
  readonly type: 'signal'
  readonly room: string
}

/** It was told that these can't be had any more. */
export interface GapEvent extends EventPlace {
  readonly type: 'gap'
  readonly room: string
  readonly from: number
  readonly to: number
  readonly via: Exclude<Via, 'page'>
}

/** It was told that there is nothing more between `from` and `head` of the join. */
export interface CompleteEvent extends EventPlace {
  readonly type: 'complete'
  readonly room: string
}

/** It was told that the log is another one, which goes on with `head + 1`. */
export interface ResetEvent extends EventPlace {
  readonly type: 'reset'
  readonly room: string
  readonly epoch: string
  readonly head: number
}

/** It isn't in the room any more, and was told so. */
export interface LeftEvent extends EventPlace {
  readonly type: 'left'
  readonly room: string
}

/** The connection ended, and all its memberships with it. */
export interface ClosedEvent extends EventPlace {
  readonly type: 'closed'
}

/**
 * At the end: it is in the room, and nothing has disturbed it for so long that it must have
 * everything by now.
 */
export interface RestEvent extends EventPlace {
  readonly type: 'rest'
  readonly room: string
}

/** It was told something that makes no sense. */
export interface StrangeEvent extends EventPlace {
  readonly type: 'strange'
  readonly words: string
}

/** One line of a record. */
export type HistoryEvent =
  | InvokeEvent
  | ActEvent
  | OkEvent
  | FailEvent
  | UnknownEvent
  | JoinedEvent
  | SawEvent
  | SignalEvent
  | GapEvent
  | CompleteEvent
  | ResetEvent
  | LeftEvent
  | ClosedEvent
  | RestEvent
  | StrangeEvent

/** A room's log, as storage has it at the end. */
export interface RoomLog {
  readonly room: string
  readonly epoch: string
  /** Seq of the oldest entry still kept. */
  readonly first: number
  /** Seq of the newest entry; 0 = none. */
  readonly head: number
  /** All that are kept, in ascending order. */
  readonly entries: readonly Entry[]
  /** Ids of the persons who may be in it; absent: everybody. */
  readonly only?: readonly string[]
}

/** What the checker judges. */
export interface History {
  readonly events: readonly HistoryEvent[]
  /** The logs at the end. A room may have several, of different epochs, if all can be read. */
  readonly logs: readonly RoomLog[]
  /**
   * Logs that are gone for a reason that the test knows: the room was deleted, or storage doesn't
   * survive a restart. What was said in them can't be looked up; those who saw them are compared
   * with each other. Any other log that clients were told of must be among `logs`.
   */
  readonly lost?: readonly { readonly room: string; readonly epoch: string }[]
  /** Tells the entries of those who weren't recorded, such as the host program. Default: none. */
  readonly foreign?: (entry: Entry) => boolean
  /**
   * Tells whether a `delete` of something that somebody else said was allowed, by a moderator or the
   * host program. Default: none is. Nobody may edit what others said.
   */
  readonly moderates?: (change: Entry, target: Entry) => boolean
}
