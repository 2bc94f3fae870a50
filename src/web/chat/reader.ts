/** What counts as read: the end of the room was seen, on a page that is looked at. */

import type { Scope } from '../ui/scope.ts'
import type { ChatModel } from './model.ts'
import type { RoomState } from './room-state.ts'

/** Somebody looks at the page. */
export const isLookedAt = (): boolean =>
  document.visibilityState === 'visible' && document.hasFocus()

/**
 * Notes what was read in a room, and from where on messages are new: from where one looked away, or
 * scrolled back.
 */
export function createReader(
  model: ChatModel,
  state: RoomState,
  atEnd: () => boolean,
  scope: Scope,
): { look(): void } {
  let reading = false
  /** There was something new when one began to look: the line stays as long as one looks. */
  let holds = false
  const look = (): void => {
    const now = atEnd() && isLookedAt()
    if (now && !reading) holds = state.head > state.seen
    // What comes while one looks is not new, nor what one has looked away from.
    if (reading ? !now || !holds : now && !holds) state.seen = state.head
    reading = now
    if (now) model.reading = state
    else if (model.reading === state) model.reading = undefined
    if (now) model.markRead(state)
  }
  scope.add(() => {
    if (model.reading === state) model.reading = undefined
  })
  for (const type of ['focus', 'blur']) scope.listen(window, type, look)
  scope.listen(document, 'visibilitychange', look)
  return { look }
}
