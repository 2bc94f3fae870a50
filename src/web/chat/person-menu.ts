/** What can be done with a person: talk in private, and, for moderators, what has to be. */

import type { Person, Role } from '../../protocol/types.ts'
import { confirm, openDialog } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { busyButton, field } from '../ui/field.ts'
import { type MenuItem, openMenu } from '../ui/menu.ts'
import { toast } from '../ui/toast.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import { mayActOn, myRank } from './roles.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'

const MINUTE = 60_000
/** For how long somebody is banned or muted; `undefined`: for good. */
const TIMES = [10 * MINUTE, 60 * MINUTE, 24 * 60 * MINUTE, 7 * 24 * 60 * MINUTE, undefined]

/** Opens the menu of a person beside an element. `mention` puts the name where one writes. */
export function openPersonMenu(
  model: ChatModel,
  state: RoomState,
  person: Person,
  anchor: Element,
  mention: (person: Person) => void,
): void {
  const isMe = person.id === model.myId
  const items: (MenuItem | null)[] = []
  if (!isMe && !state.isPrivate) {
    items.push({
      label: t().talkInPrivate,
      icon: 'message',
      run: () => openConversation(model, person),
    })
  }
  items.push({ label: t().mention, icon: 'reply', run: () => mention(person) })
  if (mayActOn(model, state, person.id)) items.push(null, ...moderation(model, state, person))
  openMenu(anchor, items, h('bdi', {}, shownText(person.name)))
}

/** Shows the private conversation with a person, begun or not. */
export function openConversation(model: ChatModel, person: Person): void {
  const known = model.conversation(person.id)
  model.show(known === undefined ? { type: 'person', person } : { type: 'room', name: known.name })
}

function moderation(model: ChatModel, state: RoomState, person: Person): MenuItem[] {
  const room = state.name
  const name = shownText(person.name)
  const role = model.roles.of(room).get(person.id)
  const act = async (op: 'kick' | 'unmute', reason: string): Promise<void> => {
    const fields = { room, person: person.id, ...(reason !== '' && { reason }) }
    await told(model.client.request(op, fields), t().done)
  }
  const give = (to: Role | null): Promise<void> =>
    told(model.client.request('role', { room, person: person.id, role: to }), t().done)
  const items: MenuItem[] = []
  if (myRank(model, state) >= 3) {
    items.push(
      role === 'moderator'
        ? { label: t().takeModerator, icon: 'star', run: () => void give(null) }
        : { label: t().makeModerator, icon: 'star', run: () => void give('moderator') },
    )
  }
  items.push(
    { label: t().mute, icon: 'mute', run: () => askSanction(model, state, person, 'mute') },
    { label: t().unmute, icon: 'bell', run: () => void act('unmute', '') },
    {
      label: t().kick,
      icon: 'kick',
      danger: true,
      run: async () => {
        const reason = await confirm({
          title: t().kickTitle(name),
          text: t().kickText,
          action: t().kick,
          danger: true,
          field: { label: t().reason, maxLength: 200 },
        })
        if (reason !== null) await act('kick', reason)
      },
    },
    {
      label: t().ban,
      icon: 'ban',
      danger: true,
      run: () => askSanction(model, state, person, 'ban'),
    },
  )
  return items
}

async function told(doing: Promise<unknown>, text: string): Promise<void> {
  try {
    await doing
    toast(text)
  } catch (error) {
    toast(errorText(error), 'bad')
  }
}

function askSanction(
  model: ChatModel,
  { name: room }: RoomState,
  person: Person,
  op: 'ban' | 'mute',
): void {
  const name = shownText(person.name)
  const reason = field({ label: t().reason, maxLength: 200 })
  const id = `${reason.input.id}-time`
  const time = h(
    'select',
    { class: 'input', id },
    ...TIMES.map((ms, at) => h('option', { value: at }, t().times[at] ?? String(ms))),
  )
  const go = busyButton({ class: 'button danger' }, op === 'ban' ? t().ban : t().mute)
  const submit = async (): Promise<void> => {
    const forMs = TIMES[Number(time.value)]
    go.busy(true)
    try {
      await model.client.request(op, {
        room,
        person: person.id,
        ...(forMs !== undefined && { forMs }),
        ...(reason.value() !== '' && { reason: reason.value() }),
      })
      dialog.close()
      toast(t().done)
    } catch (error) {
      reason.fail(errorText(error))
    }
    go.busy(false)
  }
  const dialog = openDialog({
    title: op === 'ban' ? t().banTitle(name) : t().muteTitle(name),
    body: [
      h('p', { class: 'dialog-text' }, op === 'ban' ? t().banText : t().muteText),
      h('div', { class: 'field' }, h('label', { class: 'label', for: id }, t().forHowLong), time),
      reason.element,
    ],
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
