/** What a room is like: its settings for owners, who is banned or muted, deleting it. */

import type { RoomSettings, SettingsChange } from '../../protocol/types.ts'
import { confirm, openDialog } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { busyButton, field, toggle } from '../ui/field.ts'
import { toast } from '../ui/toast.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import { myRank } from './roles.ts'
import type { RoomState } from './room-state.ts'
import { sanctions } from './sanctions.ts'
import { t } from './texts.ts'

/** Opens the settings of a room; only what one may change can be changed. */
export function openSettings(model: ChatModel, state: RoomState): void {
  const { settings } = state.room
  const topic = field({
    label: t().topic,
    value: settings.topic ?? '',
    maxLength: 200,
    autofocus: true,
  })
  const password = field({
    label: settings.password === true ? t().otherPassword : t().roomPasswordNew,
    type: 'password',
    autocomplete: 'new-password',
    hint: settings.password === true ? t().hasPassword : t().roomPasswordNewHint,
  })
  const open = toggle({ label: t().noPassword })
  const hidden = toggle({
    label: t().privateRoom,
    hint: t().privateRoomHint,
    checked: settings.private === true,
  })
  const quiet = toggle({
    label: t().readOnlyRoom,
    hint: t().readOnlyRoomHint,
    checked: settings.readOnly === true,
  })
  const slow = field({
    label: t().slowRoom,
    type: 'number',
    hint: t().slowRoomHint,
    value: settings.slowMs === undefined ? '' : String(Math.round(settings.slowMs / 1000)),
  })
  slow.input.min = '0'
  const save = busyButton({}, t().save)
  const submit = async (): Promise<void> => {
    const change = changeOf(settings, {
      topic: topic.value(),
      password: open.input.checked ? null : password.value(),
      private: hidden.input.checked,
      readOnly: quiet.input.checked,
      slowMs: Math.max(0, Math.round(Number(slow.value()) * 1000)),
    })
    if (Object.keys(change).length === 0) return dialog.close()
    save.busy(true)
    try {
      await model.client.request('set', { room: state.name, settings: change })
      dialog.close()
      toast(t().saved)
      void model.listing.refresh()
    } catch (error) {
      topic.fail(errorText(error))
    }
    save.busy(false)
  }
  const dialog = openDialog({
    title: t().settingsOf(shownText(state.name)),
    size: 'large',
    body: [
      topic.element,
      h('div', { class: 'two' }, password.element, slow.element),
      settings.password === true && open.element,
      hidden.element,
      quiet.element,
      sanctions(model, state),
      danger(model, state, () => dialog.close()),
    ],
    actions: [
      h(
        'button',
        { class: 'button', type: 'button', onclick: () => dialog.close() },
        uiTexts().cancel,
      ),
      save.element,
    ],
    onsubmit: () => void submit(),
  })
}

/** Only what is another than before. */
function changeOf(
  was: RoomSettings,
  now: {
    readonly topic: string
    /** `null`: none any more; `''`: the one there is. */
    readonly password: string | null
    readonly private: boolean
    readonly readOnly: boolean
    readonly slowMs: number
  },
): SettingsChange {
  const { topic, password, slowMs } = now
  return {
    ...(topic !== (was.topic ?? '') && { topic: topic === '' ? null : topic }),
    ...(password !== '' && { password }),
    ...(now.private !== (was.private === true) && { private: now.private || null }),
    ...(now.readOnly !== (was.readOnly === true) && { readOnly: now.readOnly || null }),
    ...(slowMs !== (was.slowMs ?? 0) && { slowMs: slowMs || null }),
  }
}

function danger(model: ChatModel, state: RoomState, done: () => void): HTMLElement | false {
  if (myRank(model, state) < 3) return false
  const { name } = state
  const shown = shownText(name)
  return h(
    'div',
    { class: 'danger-zone' },
    h('p', {}, t().deleteRoomText),
    h(
      'button',
      {
        class: 'button small danger',
        type: 'button',
        onclick: async () => {
          const yes = await confirm({
            title: t().deleteRoomTitle(shown),
            text: t().deleteRoomText,
            action: t().deleteRoom,
            danger: true,
            field: { label: t().typeName(shown), required: shown },
          })
          if (yes === null) return
          try {
            await model.client.request('close', { room: name })
            done()
            toast(t().roomDeleted(shown))
          } catch (error) {
            toast(errorText(error), 'bad')
          }
        },
      },
      t().deleteRoom,
    ),
  )
}
