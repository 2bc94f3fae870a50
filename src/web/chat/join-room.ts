/** Going into rooms: with the password where one is needed, or making one. */

import { type ChatError, isChatError } from '../../errors.ts'
import type { SettingsChange } from '../../protocol/types.ts'
import { confirm, openDialog } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { busyButton, field, toggle } from '../ui/field.ts'
import { toast } from '../ui/toast.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import { keepPassword } from './mine.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import { t } from './texts.ts'

const codeOf = (error: unknown): string => (isChatError(error) ? (error as ChatError).code : '')

/**
 * Shows a room, after entering it if one isn't in it: asks for the password where that is needed, and
 * whether to make it where there is none.
 *
 * @returns whether the room is shown
 */
export async function openRoom(model: ChatModel, name: string): Promise<boolean> {
  if (model.rooms.has(name)) {
    model.show({ type: 'room', name })
    return true
  }
  try {
    const state = await model.enter(name, { create: false })
    model.show({ type: 'room', name: state.name })
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'room_password') {
      keepPassword(name, undefined)
      return askPassword(model, name)
    }
    // What begins with @ is a conversation of two, which nobody makes by its name.
    if (code === 'room_not_found' && !name.startsWith('@')) return offerMaking(model, name)
    toast(errorText(error), 'bad')
    return false
  }
}

async function offerMaking(model: ChatModel, name: string): Promise<boolean> {
  const yes = await confirm({
    title: t().noSuchRoom(shownText(name)),
    text: t().makeItText,
    action: t().makeIt,
  })
  if (yes === null) return false
  try {
    const state = await model.enter(name)
    model.show({ type: 'room', name: state.name })
    return true
  } catch (error) {
    toast(errorText(error), 'bad')
    return false
  }
}

function askPassword(model: ChatModel, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    let entered = false
    const password = field({
      label: t().roomPassword,
      type: 'password',
      autofocus: true,
      hint: t().roomPasswordHint,
    })
    const go = busyButton({}, t().enter)
    const submit = async (): Promise<void> => {
      if (password.value() === '') return password.fail(uiTexts().signIn.passwordMissing)
      go.busy(true)
      try {
        const state = await model.enter(name, { create: false, password: password.value() })
        entered = true
        dialog.close()
        model.show({ type: 'room', name: state.name })
      } catch (error) {
        password.fail(errorText(error))
      }
      go.busy(false)
    }
    const dialog = openDialog({
      title: t().passwordTitle(shownText(name)),
      body: [password.element],
      actions: [
        h(
          'button',
          { class: 'button', type: 'button', onclick: () => dialog.close() },
          uiTexts().cancel,
        ),
        go.element,
      ],
      onsubmit: () => void submit(),
      onclose: () => resolve(entered),
    })
  })
}

/** Asks for the name and the settings of a new room, makes it and shows it. */
export function createRoom(model: ChatModel, proposed = ''): void {
  const name = field({
    label: t().roomName,
    hint: t().roomNameHint,
    value: proposed,
    autofocus: true,
    maxLength: 64,
  })
  const topic = field({ label: t().topic, hint: t().topicHint, maxLength: 200 })
  const password = field({
    label: t().roomPasswordNew,
    type: 'password',
    hint: t().roomPasswordNewHint,
    autocomplete: 'new-password',
  })
  const hidden = toggle({ label: t().privateRoom, hint: t().privateRoomHint })
  const go = busyButton({}, t().makeRoom)
  const submit = async (): Promise<void> => {
    // What people write with spaces is meant with dashes.
    const room = name.value().replace(/^#/, '').replace(/\s+/g, '-')
    if (room === '') return name.fail(uiTexts().signIn.nameMissing)
    const settings: SettingsChange = {
      ...(topic.value() !== '' && { topic: topic.value() }),
      ...(password.value() !== '' && { password: password.value() }),
      ...(hidden.input.checked && { private: true }),
    }
    go.busy(true)
    try {
      const made = await model.client.request('create', { room, settings })
      const state = await model.enter(made.room, {
        create: false,
        ...(password.value() !== '' && { password: password.value() }),
      })
      dialog.close()
      model.show({ type: 'room', name: state.name })
      void model.listing.refresh()
    } catch (error) {
      const at = codeOf(error) === 'password_weak' ? password : name
      at.fail(errorText(error))
    }
    go.busy(false)
  }
  const dialog = openDialog({
    title: t().newRoom,
    body: [name.element, topic.element, password.element, hidden.element],
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
