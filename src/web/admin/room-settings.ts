/** The settings of a room, as a form. */

import type { AdminRoom } from '../../protocol/admin-types.ts'
import type { SettingsChange } from '../../protocol/types.ts'
import { fill, h } from '../ui/dom.ts'
import { busyButton, type Field, field, toggle } from '../ui/field.ts'
import { toast } from '../ui/toast.ts'
import type { Context } from './context.ts'
import { failure } from './failure.ts'

type NumberName = 'slowMs' | 'people' | 'keepEntries' | 'keepDays'

/** A setting that is a number; `factor`: what is kept for one of what people write. */
interface NumberField {
  readonly name: NumberName
  readonly field: Field
  readonly factor: number
}

type Mutable = { -readonly [K in keyof SettingsChange]: SettingsChange[K] }

/** The form. `saved` is called when something was changed. */
export function settingsCard(context: Context, room: AdminRoom, saved: () => void): HTMLElement {
  const { chat, t } = context
  const texts = t.rooms
  let known = room
  const place = h('div', null)
  const draw = (): void => {
    const parts = formParts(context, known)
    const trouble = h('div', { class: 'trouble' })
    const go = busyButton({ class: 'button primary' }, t.common.save)
    const submit = async (): Promise<void> => {
      const change = changeOf(known, parts, texts.needWhole)
      if (change === null) return
      const { settings, permanent } = change
      if (Object.keys(settings).length === 0 && permanent === undefined) {
        toast(texts.nothingChanged)
        return
      }
      go.busy(true)
      fill(trouble)
      try {
        const more = permanent === undefined ? undefined : { permanent }
        const done = await chat.request('set', { room: room.room, settings, ...more })
        known = { ...known, permanent: done.permanent, settings: done.settings }
        toast(texts.saved)
        saved()
        draw()
      } catch (error) {
        fill(trouble, failure(error))
      } finally {
        go.busy(false)
      }
    }
    fill(
      place,
      h(
        'form',
        {
          class: 'form',
          novalidate: true,
          onsubmit: (event) => {
            event.preventDefault()
            if (!go.element.disabled) void submit()
          },
        },
        parts.topic.element,
        h(
          'div',
          { class: 'toggles' },
          ...[parts.permanent, parts.private, parts.readOnly].map((one) => one.element),
        ),
        h('div', { class: 'pair' }, ...parts.numbers.map((one) => one.field.element)),
        parts.password.element,
        parts.removePassword?.element,
        trouble,
        h('div', { class: 'form-foot' }, go.element),
      ),
    )
  }
  draw()
  return h(
    'section',
    { class: 'card', 'aria-label': texts.settings },
    h('header', { class: 'card-head' }, h('h2', null, texts.settings)),
    place,
  )
}

function formParts({ t }: Context, { permanent, settings = {} }: AdminRoom) {
  const texts = t.rooms
  const number = (name: NumberName, label: string, hint: string, factor = 1): NumberField => {
    const value = settings[name]
    const shown = value === undefined ? '' : String(value / factor)
    const one = field({ label, hint, value: shown })
    one.input.inputMode = 'decimal'
    return { name, factor, field: one }
  }
  const { password } = settings
  return {
    topic: field({ label: texts.topicLabel, value: settings.topic ?? '', maxLength: 400 }),
    permanent: toggle({
      label: texts.permanentLabel,
      hint: texts.permanentHint,
      checked: permanent,
    }),
    private: toggle({
      label: texts.privateLabel,
      hint: texts.privateHint,
      checked: settings.private === true,
    }),
    readOnly: toggle({
      label: texts.readOnlyLabel,
      hint: texts.readOnlyHint,
      checked: settings.readOnly === true,
    }),
    numbers: [
      number('slowMs', texts.slowLabel, texts.slowHint, 1000),
      number('people', texts.peopleLabel, texts.peopleHint),
      number('keepEntries', texts.keepEntriesLabel, texts.keepEntriesHint),
      number('keepDays', texts.keepDaysLabel, texts.keepDaysHint),
    ],
    password: field({
      label: texts.passwordLabel,
      hint: password === true ? texts.passwordKeep : texts.passwordNone,
      type: 'password',
      autocomplete: 'new-password',
    }),
    removePassword: password === true ? toggle({ label: texts.passwordRemove }) : undefined,
  }
}

/** What was changed in the form; null: something in it isn't right, and that was said. */
function changeOf(
  { permanent, settings = {} }: AdminRoom,
  parts: ReturnType<typeof formParts>,
  complaint: string,
): { readonly settings: SettingsChange; readonly permanent?: boolean } | null {
  const change: Mutable = {}
  const topic = parts.topic.value()
  if (topic !== (settings.topic ?? '')) change.topic = topic === '' ? null : topic
  for (const name of ['private', 'readOnly'] as const) {
    const on = parts[name].input.checked
    if (on !== (settings[name] === true)) change[name] = on ? true : null
  }
  for (const { name, field: one, factor } of parts.numbers) {
    const text = one.value().replace(',', '.')
    const value = text === '' ? null : Math.round(Number(text) * factor)
    if (value !== null && !(Number.isSafeInteger(value) && value >= 1)) {
      one.fail(complaint)
      return null
    }
    if (value !== (settings[name] ?? null)) change[name] = value
  }
  const password = parts.password.value()
  if (password !== '') change.password = password
  else if (parts.removePassword?.input.checked === true) change.password = null
  const stays = parts.permanent.input.checked
  return stays === permanent ? { settings: change } : { settings: change, permanent: stays }
}
