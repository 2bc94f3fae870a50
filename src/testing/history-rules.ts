/** The rules of the history checker, by name, and what was found against them. */

/** What each rule asks for. */
export const HISTORY_RULES = {
  acknowledged: 'what was acknowledged is in the log once, with the seq, time and text told',
  unknown: 'what nobody knows the outcome of is in the log at most once',
  refused: 'what was refused is not in the log',
  contiguous: 'the log has every seq once, without holes',
  said: 'the log has nothing that nobody said, and no text was changed',
  same: 'what was shown is a version of what the log has at that seq',
  stale: 'no page and no push is older than what its observer was told of before',
  erased: 'who was told of a deletion, or came after it, sees nothing of what was deleted',
  folded: 'the log has each entry as the changes in it have made it',
  target: 'what is changed is a message that was there, and not deleted before',
  author: 'what somebody said is edited by nobody else, and deleted by those who may',
  time: 'times never go back along the log',
  order: 'each entry is shown once, in the order of the log, from joining to leaving',
  gap: 'only what is no longer kept is said to be missing',
  'caught-up': 'who is at rest has everything',
  'connection-order': 'what one connection said in a room stands in the order it was said',
  'real-time': 'what was said after something was known to be stored comes behind it',
  retries: 'all tries of one key get the same answer, and at most the first is no duplicate',
  membership: 'nothing is shown outside membership',
  epoch: 'a log becomes another one only where a reset is told, and storage has that log',
  protocol: 'everything asked is answered once, and nothing else is',
} as const

/** The name of a rule. */
export type HistoryRule = keyof typeof HISTORY_RULES

/** Where something was found; what isn't known, or isn't one, is absent. */
export interface ViolationPlace {
  readonly room?: string
  readonly client?: string
  /** Time of the event, as in the record. */
  readonly at?: number
}

/** A rule that was broken. */
export interface Violation extends ViolationPlace {
  readonly rule: HistoryRule
  /** What was found, for people. */
  readonly words: string
}

/** What a violation's place is taken from: events, mostly. */
type Place = Omit<ViolationPlace, 'room'> & { readonly room?: string | null }

/** Gathers violations, not more than so many of each rule. */
export class Findings {
  readonly violations: Violation[] = []
  private readonly counts = new Map<HistoryRule, number>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  add(rule: HistoryRule, place: Place, words: string): void {
    const count = this.counts.get(rule) ?? 0
    this.counts.set(rule, count + 1)
    if (count < this.most) this.violations.push({ rule, ...placeOf(place), words })
  }
}

/** Only the place: events have much more. */
function placeOf({ room, client, at }: Place): ViolationPlace {
  return {
    ...(room === undefined || room === null ? undefined : { room }),
    ...(client === undefined ? undefined : { client }),
    ...(at === undefined ? undefined : { at }),
  }
}
