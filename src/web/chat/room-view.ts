/** A room: its header, what is said, the place to write, who is here. */

import type { SayOptions } from '../../client/types.ts'
import type { Entry, Person } from '../../protocol/types.ts'
import { h, setText } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { createScope, eachFrame, type Scope } from '../ui/scope.ts'
import { toast } from '../ui/toast.ts'
import { mentionOf, plain } from './completion.ts'
import { type Composer, composer } from './composer.ts'
import { dropZone } from './drop-zone.ts'
import { openEmoji } from './emoji.ts'
import type { Files } from './files.ts'
import { membersPanel } from './members.ts'
import type { MessageDeeds, MessageParts } from './message.ts'
import { type MessageList, messageList } from './message-list.ts'
import { openMessageMenu } from './message-menu.ts'
import { keepDraft } from './mine.ts'
import type { ChatModel } from './model.ts'
import { openPersonMenu } from './person-menu.ts'
import { shownText } from './rich-text.ts'
import { authorOf, forbidden, lastOwn, sayFiles, told } from './room-deeds.ts'
import { type HeaderParts, roomHeader } from './room-header.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'
import { typingText } from './typing.ts'

/** The view of a room; it ends with `scope`. */
export function roomView(
  model: ChatModel,
  state: RoomState,
  files: Files,
  header: HeaderParts,
  scope: Scope,
): { readonly element: HTMLElement; focus(): void } {
  const { room, timeline, draft } = state
  const say = async (text: string): Promise<string | undefined> => {
    const { answers } = draft
    const options: SayOptions = answers === undefined ? {} : { ref: answers.seq }
    let refusal: string | undefined
    if (draft.files.length > 0) refusal = await sayFiles(state, text, options)
    else timeline.say(text, options)
    if (draft.files.length === 0) draft.answers = undefined
    list.toEnd()
    return refusal
  }
  const personMenu = (person: Person, anchor: Element): void =>
    openPersonMenu(model, state, person, anchor, ({ name }) => write.insert(`${mentionOf(name)} `))
  const deeds: MessageDeeds = {
    react: (entry, emoji) => {
      const mine = entry.reactions?.find(({ text }) => text === emoji)?.by.includes(model.myId)
      told(room.react(entry.seq, emoji, mine !== true))
    },
    pick: (entry, anchor) => openEmoji(anchor, (emoji) => deeds.react(entry, emoji)),
    answer: (entry) => {
      draft.edits = undefined
      draft.answers = entry
      write.redraw()
      write.focus()
    },
    more: (entry, anchor) => openMessageMenu(model, state, entry, anchor, deeds, edit),
    jump: (seq) => {
      void list.jump(seq).then((found) => {
        if (!found) toast(t().notFound, 'bad')
      })
    },
    again: ({ key, item }) => {
      if (item.type !== 'unsent') return
      const { text, ref, file } = item.unsent
      timeline.drop(key)
      timeline.say(text, { ...(ref !== undefined && { ref }), ...(file !== undefined && { file }) })
    },
    drop: ({ key }) => timeline.drop(key),
    person: (entry, anchor) => personMenu(entry.from, anchor),
  }
  const edit = (entry: Entry): void => {
    draft.answers = undefined
    draft.edits = entry
    draft.text = entry.text
    write.redraw()
    write.focus()
  }
  const nameSet = (): Set<string> =>
    new Set([...room.members.values()].map(({ name }) => plain(name)))
  let names = nameSet()
  scope.add(
    model.bus.on('people', () => {
      names = nameSet()
    }),
  )
  const parts: MessageParts = {
    deeds,
    files,
    myId: model.myId,
    names: {
      isName: (name) => names.has(plain(name)),
      isMe: (name) => plain(name) === plain(model.client.person?.name ?? ''),
    },
    nameOf: (id) =>
      id === model.myId ? t().you : (room.members.get(id)?.name ?? authorOf(state, id)),
  }
  const startText = (): string =>
    state.isPrivate
      ? t().startPrivate(shownText(state.with?.name ?? ''))
      : t().startRoom(shownText(state.name))
  const list: MessageList = messageList(model, state, parts, startText, scope)
  const typing = h('p', { class: 'typing', 'aria-live': 'off' })
  const drawTyping = eachFrame(scope, () => setText(typing, typingText(state)))
  scope.add(model.bus.on('typing', drawTyping))
  const title = state.isPrivate ? shownText(state.with?.name ?? '') : `#${shownText(state.name)}`
  const write: Composer = composer(
    {
      draft,
      limits: model.client.limits,
      placeholder: state.isPrivate ? t().writeTo(title) : t().writeIn(title),
      forbidden: () => forbidden(model, state),
      names: () =>
        [...room.members.values()].filter(({ id }) => id !== model.myId).map(({ name }) => name),
      typing: (on) => room.typing(on),
      keep: (text) => keepDraft(state.name, text),
      say,
      edit: (entry, text) => {
        room.edit(entry.seq, text).catch((error) => {
          toast(errorText(error), 'bad')
          // What was written isn't lost: it can be said anew.
          if (draft.text === '') write.insert(text)
        })
      },
      editLast: () => {
        const last = lastOwn(state, model.myId)
        if (last !== undefined) edit(last)
        return last !== undefined
      },
    },
    scope,
  )
  scope.add(model.bus.on('rooms', () => write.redraw()))
  const element = h(
    'section',
    { class: 'room', 'aria-label': title },
    roomHeader(model, state, header, scope),
    h(
      'div',
      { class: 'room-body' },
      h('div', { class: 'talk' }, list.element, typing, write.element),
    ),
  )
  if (!state.isPrivate) {
    const panel = { close: header.people, choose: personMenu }
    keepPanel(model, state, element.querySelector('.room-body'), header.peopleShown, panel, scope)
  }
  dropZone(element, (dropped) => write.addFiles(dropped), scope)
  return { element, focus: () => write.focus() }
}

/** Shows who is here beside the messages, for as long as that is wanted. */
function keepPanel(
  model: ChatModel,
  state: RoomState,
  body: Element | null,
  isShown: () => boolean,
  parts: Parameters<typeof membersPanel>[2],
  scope: Scope,
): void {
  let inner = createScope()
  let panel: HTMLElement | undefined
  const draw = (): void => {
    inner.end()
    panel?.remove()
    panel = undefined
    if (!isShown()) return
    inner = createScope()
    panel = membersPanel(model, state, parts, inner)
    body?.append(panel)
  }
  scope.add(() => inner.end())
  scope.add(model.bus.on('panel', draw))
  draw()
}
