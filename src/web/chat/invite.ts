/** Letting somebody into a room. */

import { openDialog } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { busyButton, field } from '../ui/field.ts'
import { toast } from '../ui/toast.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import type { ChatModel } from './model.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'

/** Asks for a name, and lets that person in. */
export function askInvite(model: ChatModel, { name: room }: RoomState): void {
  const person = field({ label: t().personName, autofocus: true, maxLength: 64 })
  const go = busyButton({}, t().invite)
  const submit = async (): Promise<void> => {
    if (person.value() === '') return person.fail(uiTexts().signIn.nameMissing)
    go.busy(true)
    try {
      await model.client.request('invite', { room, person: person.value() })
      dialog.close()
      toast(t().done)
    } catch (error) {
      person.fail(errorText(error))
    }
    go.busy(false)
  }
  const dialog = openDialog({
    title: t().inviteTitle,
    body: [h('p', { class: 'dialog-text' }, t().inviteText), person.element],
    actions: [
      h(
        'button',
        { class: 'button', type: 'button', onclick: () => dialog.close() },
        uiTexts().cancel,
      ),
      go.element,
    ],
    onsubmit: () => void submit(),
  })
}
