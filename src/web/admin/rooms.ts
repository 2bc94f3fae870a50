/** All rooms: a list, and cleaning up. */

import type { AdminRoom } from '../../protocol/admin-types.ts'
import { h } from '../ui/dom.ts'
import { toast } from '../ui/toast.ts'
import { read } from './ask.ts'
import { type Context, route, type Section } from './context.ts'
import { complain } from './failure.ts'
import { actButton } from './form-dialog.ts'
import { adminIcon } from './icons.ts'
import { Listing } from './listing.ts'
import { marksOf, moment } from './parts.ts'
import { poll } from './poll.ts'
import { roomSection } from './room.ts'
import { table } from './table.ts'

/** How often the list is read anew, in ms. */
const EVERY_MS = 15_000

/** The list, or one room. */
export function roomsSection(context: Context, [room]: readonly string[]): Section {
  return room === undefined || room === '' ? listSection(context) : roomSection(context, room)
}

function listSection({ chat, t, f, feed }: Context): Section {
  const texts = t.rooms
  const list = new Listing<AdminRoom>(
    async (after, signal) => {
      const fields = after === undefined ? {} : { after }
      const { rooms, next } = await read(chat, 'admin_rooms', fields, signal)
      return next === undefined ? { rows: rooms } : { rows: rooms, next }
    },
    () => rooms.show(list),
  )
  const sweep = async (): Promise<void> => {
    const swept = await chat.request('admin_sweep', {})
    toast(texts.swept(f.number(swept.rooms), swept.rooms))
    feed.now()
    await list.refresh()
  }
  const rooms = table<AdminRoom>({
    t,
    f,
    caption: texts.caption,
    key: ({ room }) => room,
    words: ({ room, settings }) => `${room} ${settings?.topic ?? ''}`,
    searchHint: texts.searchHint,
    empty: texts.empty,
    emptyHint: texts.emptyHint,
    more: () => void list.more(),
    tools: [actButton({ class: 'button' }, sweep, complain, adminIcon('broom'), texts.sweep)],
    columns: [
      {
        title: texts.name,
        head: true,
        order: ({ room }) => room,
        cell: ({ room, settings }) => [
          h('a', { class: 'row-link', href: route('rooms', room), dir: 'auto' }, `#${room}`),
          settings?.topic !== undefined &&
            h('span', { class: 'row-more', dir: 'auto' }, settings.topic),
        ],
      },
      {
        title: texts.people,
        numeric: true,
        order: ({ count }) => count,
        cell: ({ count }) =>
          h('span', { class: count > 0 ? 'is-live' : 'is-none' }, f.number(count)),
      },
      {
        title: texts.messages,
        numeric: true,
        order: ({ head }) => head,
        cell: ({ head }) => f.number(head),
      },
      { title: texts.marks, cell: (row) => marksOf(row, t), class: 'is-wide' },
      {
        title: texts.created,
        order: ({ createdAt }) => createdAt,
        cell: ({ createdAt }) => moment(f, createdAt),
      },
      {
        title: texts.keepUntil,
        order: ({ keepUntil = Number.MAX_SAFE_INTEGER }) => keepUntil,
        cell: ({ keepUntil }) => keepUntil !== undefined && moment(f, keepUntil),
        class: 'may-be-empty',
      },
    ],
  })
  const polling = poll(
    () => list.refresh(),
    EVERY_MS,
    () => {},
  )
  const element = h(
    'div',
    { class: 'section' },
    h(
      'header',
      { class: 'section-head' },
      h('div', null, h('h1', null, t.sections.rooms), h('p', { class: 'lead' }, texts.lead)),
    ),
    rooms.element,
  )
  return {
    element,
    stop() {
      polling.stop()
      list.stop()
    },
  }
}
