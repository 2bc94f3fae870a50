/** Everything that can be done with a message. */

import type { Entry } from '../../protocol/types.ts'
import { confirm } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { type MenuItem, openMenu } from '../ui/menu.ts'
import { toast } from '../ui/toast.ts'
import { QUICK } from './emoji.ts'
import type { MessageDeeds } from './message.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import { mayActOn } from './roles.ts'
import { told } from './room-deeds.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'

/** Opens the menu of a message beside an element. */
export function openMessageMenu(
  model: ChatModel,
  state: RoomState,
  entry: Entry,
  anchor: Element,
  deeds: MessageDeeds,
  edit: (entry: Entry) => void,
): void {
  const own = entry.from.id === model.myId
  const items: (MenuItem | null)[] = [
    { label: t().answer, icon: 'reply', run: () => deeds.answer(entry) },
    { label: t().react, icon: 'smile', run: () => deeds.pick(entry, anchor) },
  ]
  if (entry.text !== '') {
    items.push({
      label: t().copyText,
      icon: 'copy',
      run: () => {
        navigator.clipboard?.writeText(entry.text).then(
          () => toast(t().copied),
          () => {},
        )
      },
    })
  }
  const mayDelete = own || mayActOn(model, state, entry.from.id)
  if (own && entry.kind === 'message') {
    items.push({ label: t().edit, icon: 'edit', run: () => edit(entry) })
  }
  if (mayDelete) {
    items.push(null, {
      label: t().delete,
      icon: 'trash',
      danger: true,
      run: () => void remove(state, entry),
    })
  }
  const quick = h(
    'div',
    { class: 'quick' },
    ...QUICK.map((emoji) =>
      h(
        'button',
        {
          class: 'emoji',
          type: 'button',
          'aria-label': `${t().react} ${emoji}`,
          onclick: (event) => {
            ;(event.currentTarget as Element).closest<HTMLElement>('.popover')?.hidePopover()
            deeds.react(entry, emoji)
          },
        },
        emoji,
      ),
    ),
  )
  openMenu(anchor, items, quick)
}

async function remove({ room }: RoomState, entry: Entry): Promise<void> {
  const yes = await confirm({
    title: t().deleteTitle,
    text: entry.text === '' ? t().deleteText : `“${shownText(entry.text).slice(0, 120)}”`,
    action: t().delete,
    danger: true,
  })
  if (yes !== null) told(room.delete(entry.seq))
}
