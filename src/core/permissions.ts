/**
 * Who may do what in a room: one table, by which the operations decide, from which `PROTOCOL.md` has
 * its own, and whose every cell is tried by the tests.
 */

import type { ErrorCode } from '../errors.ts'
import type { Op } from '../protocol/types.ts'
import type { Session } from './model.ts'

/**
 * What somebody is in a room, from the least to the most. `visitor`: nothing in particular. `admin`:
 * of the whole server, in every room.
 */
export const RANKS = ['visitor', 'member', 'moderator', 'owner', 'admin'] as const

/** One of {@link RANKS}. */
export type Rank = (typeof RANKS)[number]

/** One row: what is needed to do something. */
export interface Rule {
  readonly op: Op
  /** In which case, as the documents tell it; absent: always. */
  readonly when?: string
  /** One has to be in the room. */
  readonly inside: boolean
  /** The lowest rank that may; `null`: nobody may. */
  readonly rank: Rank | null
  /** What those below are told. */
  readonly refusal: ErrorCode
  /** Who is muted may not. */
  readonly voice?: true
}

const anybody = (op: Op, voice?: true): Rule => ({
  op,
  inside: true,
  rank: 'visitor',
  refusal: 'forbidden',
  ...(voice === undefined ? undefined : { voice }),
})
const only = (rank: Rank, op: Op): Rule => ({ op, inside: false, rank, refusal: 'forbidden' })
const loud = (op: Op, when: string, refusal: ErrorCode): Rule => ({
  op,
  when,
  inside: true,
  rank: 'moderator',
  refusal,
  voice: true,
})

/** The table. Who was invited counts as a `member` where somebody comes in. */
export const RULES = {
  join: { op: 'join', inside: false, rank: 'visitor', refusal: 'forbidden' },
  joinPrivate: {
    op: 'join',
    when: 'the room is private',
    inside: false,
    rank: 'member',
    refusal: 'invite_only',
  },
  joinLocked: {
    op: 'join',
    when: 'without the room’s password',
    inside: false,
    rank: 'member',
    refusal: 'room_password',
  },
  joinFull: {
    op: 'join',
    when: 'as many `people` are in it as may be',
    inside: false,
    rank: 'moderator',
    refusal: 'room_full',
  },
  leave: anybody('leave'),
  members: anybody('members'),
  history: anybody('history'),
  read: anybody('read'),
  send: anybody('send', true),
  sendReadOnly: loud('send', 'the room is read-only', 'room_read_only'),
  sendSlow: loud('send', 'again before `slowMs` passed', 'slow_mode'),
  edit: anybody('edit', true),
  editReadOnly: loud('edit', 'the room is read-only', 'room_read_only'),
  editOthers: {
    op: 'edit',
    when: 'what somebody else said',
    inside: true,
    rank: null,
    refusal: 'forbidden',
    voice: true,
  },
  delete: anybody('delete'),
  deleteOthers: {
    op: 'delete',
    when: 'what somebody of a lower rank said',
    inside: true,
    rank: 'moderator',
    refusal: 'forbidden',
  },
  react: anybody('react', true),
  typing: anybody('typing', true),
  typingReadOnly: loud('typing', 'the room is read-only', 'room_read_only'),
  roster: { ...anybody('roster'), when: '`filter` is `role`' },
  rosterAll: {
    op: 'roster',
    when: 'another `filter`, or none',
    inside: true,
    rank: 'moderator',
    refusal: 'forbidden',
  },
  invite: only('moderator', 'invite'),
  kick: only('moderator', 'kick'),
  ban: only('moderator', 'ban'),
  unban: only('moderator', 'unban'),
  mute: only('moderator', 'mute'),
  unmute: only('moderator', 'unmute'),
  role: only('owner', 'role'),
  set: only('owner', 'set'),
  setPermanent: { ...only('admin', 'set'), when: '`permanent` is given' },
  close: only('owner', 'close'),
  administer: { ...only('admin', 'admin_stats'), when: 'and every other `admin_…`' },
} as const satisfies Record<string, Rule>

/** The name of a row. */
export type RuleName = keyof typeof RULES

/** Who wants to do something, as far as the table is concerned. */
export interface Who {
  readonly rank: Rank
  /** Is in the room. Nobody is who is banned. */
  readonly inside: boolean
  readonly muted?: boolean
  readonly banned?: boolean
}

/** Does one rank stand above another? */
export const isAbove = (rank: Rank, other: Rank): boolean =>
  RANKS.indexOf(rank) > RANKS.indexOf(other)

/** What comes of it: `null`, it may be done; or the error. The cells of the table. */
export function outcome(rule: Rule, { rank, inside, muted, banned }: Who): ErrorCode | null {
  const free = rank === 'admin'
  if (rule.inside && !inside) return 'not_member'
  // Who is in a room comes in again as they like: to be told where it is.
  if (rule.op === 'join' && inside) return null
  if (rule.op === 'join' && banned === true && !free) return 'banned'
  if (rule.voice === true && muted === true && !free) return 'muted'
  if (rule.rank === null || isAbove(rule.rank, rank)) return rule.refusal
  return null
}

/** May do everything, in every room. */
export const isAdmin = ({ trusted, identity }: Session): boolean => trusted || identity.admin

/** Is who they say they are, by more than a ticket: bans of addresses don't concern them. */
export const isVerified = ({ trusted, identity }: Session): boolean => trusted || identity.verified
