/** Moderation: doing something to a person in a room, and what was done lately. */

import type { Operations, Role } from '../../protocol/types.ts'
import { fill, h } from '../ui/dom.ts'
import { busyButton, type Field, field, toggle } from '../ui/field.ts'
import { toast } from '../ui/toast.ts'
import { read } from './ask.ts'
import { auditItem, RECENT } from './audit-line.ts'
import { choice } from './choice.ts'
import type { Context, Section } from './context.ts'
import { codeOf, failure, failureText } from './failure.ts'
import { suggestions } from './suggestions.ts'

const ACTS = ['kick', 'ban', 'unban', 'mute', 'unmute', 'role'] as const
type Act = (typeof ACTS)[number]

const ROLES = ['owner', 'moderator', 'member'] as const satisfies readonly Role[]

/** `moderation/<room>/<person>`, both optional. */
export function moderationSection(
  context: Context,
  [room = '', person = '']: readonly string[],
): Section {
  const { t } = context
  const recent = recentCard(context)
  const form = actForm(context, room, person, recent.reload)
  return {
    element: h(
      'div',
      { class: 'section' },
      h(
        'header',
        { class: 'section-head' },
        h(
          'div',
          null,
          h('h1', null, t.sections.moderation),
          h('p', { class: 'lead' }, t.moderation.lead),
        ),
      ),
      h(
        'div',
        { class: 'columns' },
        h('div', { class: 'column' }, form.element),
        h('div', { class: 'column' }, recent.element),
      ),
    ),
    stop() {
      form.stop()
      recent.stop()
    },
  }
}

/** The fields of the form, as far as acts need them. */
interface Parts {
  readonly room: Field
  readonly person: Field
  readonly reason: Field
  readonly time: () => string
  readonly address: HTMLInputElement
  readonly role: () => string
}

function actForm(
  context: Context,
  roomName: string,
  personName: string,
  done: () => void,
): { readonly element: HTMLElement; readonly stop: () => void } {
  const { chat, t } = context
  const texts = t.moderation
  const room = field({ label: texts.room, hint: texts.roomHint, value: roomName })
  const person = field({ label: texts.person, hint: texts.personHint, value: personName })
  const reason = field({ label: t.common.reason, hint: t.common.reasonHint, maxLength: 200 })
  const time = choice(
    texts.howLong,
    Object.entries(texts.times)
      .map(([ms, label]) => ({ value: ms, label }))
      .sort((a, b) => (Number(a.value) || Infinity) - (Number(b.value) || Infinity)),
    '3600000',
  )
  const address = toggle({ label: texts.address, hint: texts.addressHint })
  const role = choice(
    texts.role,
    [
      { value: '', label: texts.noRole },
      ...[...ROLES].reverse().map((one) => ({ value: one, label: t.roster[one] })),
    ],
    'moderator',
  )
  const act = choice(
    texts.act,
    ACTS.map((one) => ({ value: one, label: texts.acts[one], more: texts.about[one] })),
    'kick',
    () => draw(),
  )
  const go = busyButton({ class: 'button primary' }, texts.do)
  const trouble = h('div', { class: 'trouble' })
  const chosen = (): Act => ACTS.find((one) => one === act.value()) ?? 'kick'
  const draw = (): void => {
    const now = chosen()
    time.element.hidden = now !== 'ban' && now !== 'mute'
    address.element.hidden = now !== 'ban'
    role.element.hidden = now !== 'role'
    fill(go.element, texts.acts[now])
    go.element.className = now === 'ban' || now === 'kick' ? 'button danger' : 'button primary'
  }
  draw()
  const submit = async (): Promise<void> => {
    if (room.value() === '') return room.fail(texts.needRoom)
    if (person.value() === '') return person.fail(texts.needPerson)
    const parts = {
      room,
      person,
      reason,
      time: time.value,
      address: address.input,
      role: role.value,
    }
    go.busy(true)
    fill(trouble)
    try {
      const now = chosen()
      const result = await chat.request(now, fieldsOf(now, parts) as Operations[Act])
      toast(texts.done[now](result.person.name, result.room))
      reason.input.value = ''
      done()
    } catch (error) {
      const code = codeOf(error)
      if (code === 'person_not_found') person.fail(failureText(error))
      else if (code === 'room_not_found' || code === 'room_invalid') room.fail(failureText(error))
      else fill(trouble, failure(error))
    } finally {
      go.busy(false)
    }
  }
  const known = suggestions(context, { room: room.input, person: person.input })
  const element = h(
    'section',
    { class: 'card', 'aria-label': texts.act },
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
      room.element,
      person.element,
      known.element,
      act.element,
      time.element,
      role.element,
      reason.element,
      address.element,
      trouble,
      h('div', { class: 'form-foot' }, go.element),
    ),
  )
  return { element, stop: known.stop }
}

/** What an act is asked with. */
function fieldsOf(act: Act, parts: Parts): object {
  const { room, person, reason, time, address, role } = parts
  const text = reason.value()
  const common = {
    room: room.value(),
    person: person.value(),
    ...(text === '' ? undefined : { reason: text }),
  }
  const forMs = Number(time())
  const long = forMs > 0 ? { forMs } : undefined
  if (act === 'mute') return { ...common, ...long }
  if (act === 'ban') return { ...common, ...long, ...(address.checked ? { address: true } : {}) }
  if (act === 'role') return { ...common, role: role() === '' ? null : role() }
  return common
}

function recentCard(context: Context): {
  readonly element: HTMLElement
  readonly reload: () => void
  readonly stop: () => void
} {
  const { chat, t } = context
  const texts = t.moderation
  const aborter = new AbortController()
  const list = h('ul', { class: 'trail' })
  const load = async (): Promise<void> => {
    try {
      const { lines } = await read(chat, 'admin_audit', {}, aborter.signal)
      const acts = lines.filter(({ act }) => RECENT.includes(act)).slice(0, 12)
      fill(
        list,
        acts.length === 0
          ? h('li', { class: 'empty' }, texts.recentEmpty)
          : acts.map((line) => auditItem(context, line)),
      )
    } catch (error) {
      if (!aborter.signal.aborted) fill(list, h('li', null, failure(error)))
    }
  }
  void load()
  return {
    element: h(
      'section',
      { class: 'card', 'aria-label': texts.recent },
      h(
        'header',
        { class: 'card-head' },
        h(
          'div',
          null,
          h('h2', null, texts.recent),
          h('p', { class: 'card-lead' }, texts.recentLead),
        ),
      ),
      list,
    ),
    reload: () => void load(),
    stop: () => aborter.abort(),
  }
}
