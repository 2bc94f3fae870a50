/** Names to choose from while one writes: of rooms, and of people who are online. */

import { fill, freshId, h } from '../ui/dom.ts'
import { read } from './ask.ts'
import type { Context } from './context.ts'

/**
 * Offers them at two fields; the first page of each, and those in the room before the others. What is
 * chosen from the people is the name, which is what the server is asked with.
 */
export function suggestions(
  { chat }: Context,
  inputs: { readonly room: HTMLInputElement; readonly person: HTMLInputElement },
): { readonly element: HTMLElement; readonly stop: () => void } {
  const aborter = new AbortController()
  const rooms = h('datalist', { id: freshId('rooms') })
  const people = h('datalist', { id: freshId('people') })
  inputs.room.setAttribute('list', rooms.id)
  inputs.person.setAttribute('list', people.id)
  const load = async (): Promise<void> => {
    const [ofRooms, ofPeople] = await Promise.all([
      read(chat, 'admin_rooms', {}, aborter.signal),
      read(chat, 'admin_people', {}, aborter.signal),
    ])
    fill(rooms, ...ofRooms.rooms.map(({ room }) => h('option', { value: room })))
    const draw = (): void => {
      const room = inputs.room.value.trim().replace(/^#/, '')
      const isIn = (one: (typeof ofPeople.people)[number]): boolean =>
        one.sessions.some((session) => session.rooms.includes(room))
      const sorted = [...ofPeople.people].sort((a, b) => Number(isIn(b)) - Number(isIn(a)))
      fill(people, ...sorted.map(({ person }) => h('option', { value: person.name })))
    }
    inputs.room.addEventListener('change', draw, { signal: aborter.signal })
    draw()
  }
  // Without them one writes the names.
  load().catch(() => {})
  return {
    element: h('div', { hidden: true }, rooms, people),
    stop: () => aborter.abort(),
  }
}
