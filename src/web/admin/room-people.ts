/**
 * Who is what in a room. Only those inside are told, so one enters to look, when one says so, and leaves
 * when the page is left.
 */

import type { ChatRoom } from '../../client/types.ts'
import type { MemberInfo, Person, RosterFilter } from '../../protocol/types.ts'
import { avatar } from '../ui/avatar.ts'
import { type Child, fill, h } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { toast } from '../ui/toast.ts'
import { read } from './ask.ts'
import { type Context, route } from './context.ts'
import { complain } from './failure.ts'
import { actButton } from './form-dialog.ts'

const FILTERS = ['role', 'muted', 'banned', 'invited'] as const satisfies readonly RosterFilter[]

type Lists = { readonly [F in (typeof FILTERS)[number]]: readonly MemberInfo[] } & {
  readonly more: boolean
}

/** People shown of those who are here. */
const SHOWN = 100

/** The card. */
export function rosterCard(
  context: Context,
  name: string,
): { readonly element: HTMLElement; readonly stop: () => void } {
  const { chat, t } = context
  const texts = t.roster
  const place = h('div', { class: 'roster' })
  let inside: ChatRoom | undefined
  let offs: (() => void)[] = []
  let stopped = false

  const leave = async (): Promise<void> => {
    const room = inside
    inside = undefined
    for (const off of offs.splice(0)) off()
    if (room !== undefined && room.state !== 'left') await room.leave()
  }
  const showClosed = (): void => {
    fill(
      place,
      h('p', { class: 'quiet' }, texts.lead),
      h(
        'div',
        { class: 'row-acts' },
        actButton({ class: 'button' }, look, complain, icon('eye'), texts.look),
      ),
    )
  }
  const look = async (): Promise<void> => {
    const room = await chat.join(name, { create: false, recent: 1 })
    inside = room
    if (stopped) return leave()
    offs = [
      room.on('act', () => void draw().catch(complain)),
      room.on('presence', () => drawHere()),
      room.on('left', () => {
        inside = undefined
        showClosed()
      }),
    ]
    await draw()
  }
  const here = h('div', null)
  const drawHere = (): void => {
    const people = [...(inside?.members.values() ?? [])].filter(({ id }) => id !== chat.person?.id)
    fill(
      here,
      group(
        context,
        texts.here,
        people.slice(0, SHOWN).map((person) => line(context, name, person)),
      ),
      people.length > SHOWN && h('p', { class: 'quiet' }, texts.more),
    )
  }
  const undo =
    (op: 'unmute' | 'unban', person: Person): (() => Promise<void>) =>
    async () => {
      await chat.request(op, { room: name, person: person.id })
      toast(t.moderation.done[op](person.name || texts.address, name))
      await draw()
    }
  const draw = async (): Promise<void> => {
    const lists = await readLists(context, name)
    if (inside === undefined) return
    const focused = place.contains(document.activeElement)
    drawHere()
    const until = (time: number | null | undefined): string =>
      typeof time === 'number' ? t.common.until(context.f.time(time)) : t.common.forever
    fill(
      place,
      here,
      group(
        context,
        texts.roles,
        lists.role.map(({ person, role }) =>
          line(context, name, person, role !== undefined && texts[role]),
        ),
      ),
      group(
        context,
        texts.muted,
        lists.muted.map(({ person, mutedUntil }) =>
          line(
            context,
            name,
            person,
            until(mutedUntil),
            actButton({ class: 'button small' }, undo('unmute', person), complain, texts.unmute),
          ),
        ),
      ),
      group(
        context,
        texts.banned,
        lists.banned.map(({ person, bannedUntil }) =>
          line(
            context,
            name,
            person,
            until(bannedUntil),
            actButton({ class: 'button small' }, undo('unban', person), complain, texts.unban),
          ),
        ),
      ),
      group(
        context,
        texts.invited,
        lists.invited.map(({ person }) => line(context, name, person)),
      ),
      lists.more && h('p', { class: 'quiet' }, texts.more),
      h(
        'div',
        { class: 'row-acts' },
        actButton({ class: 'button' }, leaveAndClose, complain, icon('door'), texts.leave),
      ),
    )
    if (focused) place.querySelector<HTMLElement>('a, button')?.focus()
  }
  const leaveAndClose = async (): Promise<void> => {
    await leave()
    showClosed()
  }
  showClosed()
  return {
    element: h(
      'section',
      { class: 'card', 'aria-label': t.rooms.peopleTab },
      h('header', { class: 'card-head' }, h('h2', null, t.rooms.peopleTab)),
      place,
    ),
    stop() {
      stopped = true
      leave().catch(() => {})
    },
  }
}

async function readLists({ chat }: Context, room: string): Promise<Lists> {
  const pages = await Promise.all(FILTERS.map((filter) => read(chat, 'roster', { room, filter })))
  const now = (i: number): readonly MemberInfo[] => pages[i]?.members ?? []
  return {
    role: now(0).filter(({ role }) => role !== undefined),
    muted: now(1),
    banned: now(2),
    invited: now(3),
    more: pages.some(({ more }) => more),
  }
}

function group({ t }: Context, title: string, lines: readonly HTMLElement[]): HTMLElement {
  return h(
    'section',
    { class: 'roster-group' },
    h('h3', null, title, h('span', { class: 'badge quiet' }, lines.length)),
    lines.length === 0
      ? h('p', { class: 'quiet' }, t.roster.nobody)
      : h('ul', { class: 'people-list' }, ...lines),
  )
}

function line(
  { t }: Context,
  room: string,
  person: Person,
  note?: Child,
  act?: Child,
): HTMLElement {
  const known = person.name !== ''
  return h(
    'li',
    { class: 'person-line' },
    avatar(known ? person : { id: person.id, name: '?' }),
    known
      ? h(
          'a',
          { class: 'row-link', href: route('moderation', room, person.id), dir: 'auto' },
          person.name,
        )
      : h('span', null, t.roster.address),
    h('span', { class: 'quiet' }, note),
    act,
  )
}
