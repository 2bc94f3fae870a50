/** Which rooms stand in which part of the sidebar. */

import { lang } from '../ui/texts.ts'
import { plain } from './completion.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import type { RoomLine } from './room-line.ts'
import { t } from './texts.ts'

/** The parts. */
export interface Sections {
  readonly mine: readonly RoomLine[]
  readonly private: readonly RoomLine[]
  readonly others: readonly RoomLine[]
}

/** What is to be shown, of what has `wanted` in its name or topic. */
export function sections(model: ChatModel, wanted: string): Sections {
  const order = new Intl.Collator(lang(), { numeric: true })
  const byTitle = (a: RoomLine, b: RoomLine): number => order.compare(a.title, b.title)
  const fits = ({ title, topic }: RoomLine): boolean =>
    wanted === '' || plain(title).includes(wanted) || plain(topic ?? '').includes(wanted)
  const shown = model.place.type === 'room' ? model.place.name : undefined
  const mine: RoomLine[] = []
  const conversations: (RoomLine & { readonly ts: number })[] = []
  for (const state of model.rooms.values()) {
    const { room, name, unread, mentions } = state
    const line = { name, unread, mentions, current: name === shown }
    if (state.isPrivate) {
      const other = state.with
      const last = state.timeline.items.findLast((item) => item.type === 'entry')
      conversations.push({
        ...line,
        title: shownText(other?.name ?? t().someone),
        person: other,
        ts: last?.type === 'entry' ? last.entry.ts : 0,
      })
    } else {
      mine.push({
        ...line,
        title: shownText(name),
        topic: room.settings.topic,
        locked: room.settings.password === true,
        closed: room.settings.private === true,
      })
    }
  }
  for (const [name, error] of model.shut) {
    const locked = error.code === 'room_password'
    mine.push({
      name,
      title: shownText(name),
      unread: 0,
      mentions: 0,
      current: false,
      locked,
      away: true,
    })
  }
  const own = new Set(mine.map(({ name }) => name))
  const others = model.listing.rooms
    .filter(({ room }) => !own.has(room))
    .map(
      ({ room, count, password, topic }): RoomLine => ({
        name: room,
        title: shownText(room),
        unread: 0,
        mentions: 0,
        current: false,
        people: count,
        locked: password === true,
        topic,
      }),
    )
  return {
    mine: mine.filter(fits).sort(byTitle),
    private: conversations.filter(fits).sort((a, b) => b.ts - a.ts || byTitle(a, b)),
    others: others.filter(fits).sort((a, b) => (b.people ?? 0) - (a.people ?? 0) || byTitle(a, b)),
  }
}
