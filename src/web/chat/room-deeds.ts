/** What one does in a room, and what one may. */

import type { SayOptions } from '../../client/types.ts'
import type { Entry } from '../../protocol/types.ts'
import { errorText } from '../ui/error-text.ts'
import { toast } from '../ui/toast.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import { myRank } from './roles.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'
import { untilText } from './times.ts'

/** Does something of which only a failure is told. */
export function told(doing: Promise<unknown>): void {
  doing.catch((error) => toast(errorText(error), 'bad'))
}

/**
 * Brings the files of the draft and says them, one message each; the first has the text, and answers.
 * What can't be brought stays in the draft, with all behind it.
 *
 * @returns why something could not be brought
 */
export async function sayFiles(
  { room, timeline, draft }: RoomState,
  text: string,
  options: SayOptions,
): Promise<string | undefined> {
  let first = true
  let refusal: string | undefined
  for (const file of draft.files) {
    try {
      const info = await room.upload(file, { name: file.name })
      timeline.say(first ? text : '', first ? { ...options, file: info } : { file: info })
      first = false
      draft.files = draft.files.filter((one) => one !== file)
    } catch (error) {
      refusal = `${shownText(file.name)}: ${errorText(error)}`
      break
    }
  }
  if (!first) {
    draft.text = ''
    draft.answers = undefined
  }
  return refusal
}

/** Why one may not speak in a room, as far as is known. */
export function forbidden(model: ChatModel, state: RoomState): string | undefined {
  const { room } = state
  const { mutedUntil } = room
  if (mutedUntil === null) return t().youAreMuted('')
  if (mutedUntil !== undefined && mutedUntil > Date.now()) {
    return t().youAreMuted(untilText(mutedUntil))
  }
  return room.settings.readOnly === true && myRank(model, state) < 2
    ? t().readOnlyRoomHint
    : undefined
}

/**
 * The last message of one's own, if it can still be changed: not as long as it is on its way, and what was
 * said before isn't meant then.
 */
export function lastOwn({ timeline }: RoomState, myId: string): Entry | undefined {
  const item = timeline.items.findLast(
    (one) =>
      one.type === 'unsent' ||
      (one.type === 'entry' &&
        one.entry.kind === 'message' &&
        one.entry.from.id === myId &&
        one.entry.deleted !== true),
  )
  return item?.type === 'entry' ? item.entry : undefined
}

/** The name of somebody who said something here. */
export function authorOf({ timeline }: RoomState, id: string): string | undefined {
  const item = timeline.items.findLast((one) => one.type === 'entry' && one.entry.from.id === id)
  return item?.type === 'entry' ? item.entry.from.name : undefined
}
