/** Who is banned from a room, or muted in it, and lifting that. */

import type { MemberInfo } from '../../protocol/types.ts'
import { fill, h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { toast } from '../ui/toast.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'
import { untilText } from './times.ts'

/** A list of them, read when it is shown. */
export function sanctions(model: ChatModel, { name: room }: RoomState): HTMLElement {
  const list = h('ul', { class: 'sanctions' }, h('li', { class: 'skeleton sanction' }))
  const lift = async (member: MemberInfo, op: 'unban' | 'unmute'): Promise<void> => {
    try {
      await model.client.request(op, { room, person: member.person.id })
      await read()
    } catch (error) {
      toast(errorText(error), 'bad')
    }
  }
  const line = (member: MemberInfo, op: 'unban' | 'unmute', until: number | null): HTMLElement =>
    h(
      'li',
      { class: 'sanction' },
      h('bdi', {}, shownText(member.person.name)),
      h(
        'span',
        { class: 'panel-note' },
        op === 'unban' ? t().isBanned : t().isMuted,
        until !== null && ` ${t().until(untilText(until))}`,
      ),
      h(
        'button',
        { class: 'button small', type: 'button', onclick: () => void lift(member, op) },
        op === 'unban' ? t().unban : t().unmute,
      ),
    )
  const read = async (): Promise<void> => {
    try {
      const [banned, muted] = await Promise.all([
        model.client.request('roster', { room, filter: 'banned' }),
        model.client.request('roster', { room, filter: 'muted' }),
      ])
      const lines = [
        ...banned.members.map((one) => line(one, 'unban', one.bannedUntil ?? null)),
        ...muted.members.map((one) => line(one, 'unmute', one.mutedUntil ?? null)),
      ]
      fill(list, lines.length === 0 ? h('li', { class: 'panel-note' }, t().nobody) : lines)
    } catch (error) {
      fill(list, h('li', { class: 'panel-note' }, errorText(error)))
    }
  }
  void read()
  return h('section', {}, h('h3', { class: 'section-title' }, t().bannedAndMuted), list)
}
