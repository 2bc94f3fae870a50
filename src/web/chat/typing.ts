/** Who is typing, in words. */

import { shownText } from './rich-text.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'

/** Empty: nobody. */
export function typingText({ typing }: RoomState): string {
  const names = [...typing.values()].map(({ name }) => shownText(name))
  return names.length === 0 ? '' : t().typing(names)
}
