/** What is told outside of the page: the count in its title, and notices of the desktop for those who want them. */

import type { Entry } from '../../protocol/types.ts'
import { kept } from '../ui/keep.ts'
import type { Scope } from '../ui/scope.ts'
import { toast } from '../ui/toast.ts'
import type { ChatModel } from './model.ts'
import { isLookedAt } from './reader.ts'
import { shownText } from './rich-text.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'

const KEY = 'tertulia.notices'

/** One wanted notices, and the browser allows them. */
export const noticesAreOn = (): boolean =>
  kept.getItem(KEY) === 'on' && 'Notification' in window && Notification.permission === 'granted'

/** Asks the browser to allow notices; only ever called because one asked for it. */
export async function askForNotices(): Promise<void> {
  const permission = 'Notification' in window ? await Notification.requestPermission() : 'denied'
  if (permission === 'granted') kept.setItem(KEY, 'on')
  toast(
    permission === 'granted' ? t().noticesAreOn : t().noticesDenied,
    permission === 'granted' ? 'good' : 'bad',
  )
}

/** No notices any more. */
export function turnNoticesOff(): void {
  kept.removeItem(KEY)
  toast(t().noticesAreOff)
}

/** Keeps the title in step, and tells of messages that speak to one. Ends with `scope`. */
export function startNotices(model: ChatModel, title: string, scope: Scope): void {
  const drawTitle = (): void => {
    const state = model.current
    const name =
      state === undefined
        ? ''
        : state.isPrivate
          ? `${shownText(state.with?.name ?? '')} · `
          : `#${shownText(state.name)} · `
    const count = model.unread > 0 ? `(${model.unread}) ` : ''
    document.title = `${count}${name}${title}`
  }
  scope.add(model.bus.on('rooms', drawTitle))
  scope.add(model.bus.on('place', drawTitle))
  drawTitle()
  model.heard = (state, entry) => {
    if (noticesAreOn() && model.concerns(entry) && !isLookedAt()) tell(model, state, entry)
  }
  scope.add(() => {
    model.heard = undefined
    document.title = title
  })
}

function tell(model: ChatModel, state: RoomState, entry: Entry): void {
  const name = shownText(entry.from.name)
  try {
    const notice = new Notification(
      state.isPrivate ? name : `${name} · #${shownText(state.name)}`,
      {
        body: shownText(entry.text).slice(0, 200),
        tag: `tertulia-${state.name}`,
      },
    )
    notice.onclick = () => {
      window.focus()
      model.show({ type: 'room', name: state.name })
      notice.close()
    }
  } catch {
    // Some phones only let workers tell of something.
  }
}
