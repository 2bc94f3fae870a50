/** What a screen shows of a room. The server is a script. */

import { describe, expect, it } from 'vitest'
import type { Timeline, TimelineOptions } from '../../src/client.ts'
import { timeline } from '../../src/client.ts'
import { ANA, joined, type Line, message, script } from './sdk-support.ts'

async function shown(answer: object = joined(), options: TimelineOptions = {}) {
  const world = script()
  const chat = world.client()
  const coming = chat.join('geral')
  const line = await world.welcome()
  line.ok('join', answer)
  const room = await coming
  await world.clock.advance(0)
  const lines = timeline(room, options)
  return { ...world, world, chat, line, room, lines }
}

/** What one reads on the screen. */
const read = (lines: Timeline): string[] =>
  lines.items.map((item) => {
    if (item.type === 'gap') return `gap ${item.gap.from}-${item.gap.to}`
    if (item.type === 'entry') return `${item.entry.seq} ${item.entry.text}`
    return `… ${item.unsent.text}${item.error === undefined ? '' : ` ${item.error.code}`}`
  })

const page = (from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i))

const answer = (line: Line, from: number, to: number, more: boolean): void => {
  line.ok('history', { room: 'geral', epoch: 'e1', head: to, entries: page(from, to), more })
}

describe('a timeline', () => {
  it('begins with what is recent, and goes on', async () => {
    const { line, lines } = await shown(joined(3, { entries: page(2, 3) }))
    expect(read(lines)).toEqual(['2 m2', '3 m3'])
    expect(lines.complete).toBe(false)
    const before = lines.items
    let changes = 0
    lines.on('change', () => {
      changes += 1
    })
    line.push(message(4))
    line.push(message(5))
    expect(read(lines)).toEqual(['2 m2', '3 m3', '4 m4', '5 m5'])
    expect(lines.items).not.toBe(before)
    expect(lines.items[0]).toBe(before[0])
    await Promise.resolve()
    expect(changes).toBe(1)
  })

  it('shows messages as they are now; changes have no items', async () => {
    const { line, lines } = await shown(
      joined(3, { entries: [...page(1, 2), message(3, { ev: 'react', ref: 1, text: '👍' })] }),
    )
    const [, second] = lines.items
    line.push(message(4, { ev: 'edit', ref: 1, text: 'outro' }))
    line.push(message(5, { ev: 'react', ref: 2, text: '❤' }))
    line.push(message(6, { ev: 'delete', ref: 1, text: '' }))
    line.push(message(7, { ev: 'edit', ref: 99, text: 'nada' }))
    expect(read(lines)).toEqual(['1 ', '2 m2'])
    expect(lines.items[1]).not.toBe(second)
    expect(lines.items[1]).toMatchObject({ entry: { reactions: [{ text: '❤', count: 1 }] } })
    expect(lines.items[1]?.key).toBe(second?.key)
    expect(lines.complete).toBe(true)
  })

  it('reads older ones on demand', async () => {
    const { line, lines, clock } = await shown(joined(130, { entries: page(121, 130) }))
    const [one, two] = [lines.older(), lines.older()]
    expect(one).toBe(two)
    await clock.settle()
    expect(line.last('history')).toMatchObject({ before: 121, limit: 50 })
    answer(line, 71, 120, true)
    expect(await one).toBe(true)
    expect(lines.items).toHaveLength(60)
    const rest = lines.older()
    await clock.settle()
    answer(line, 60, 70, false)
    expect(await rest).toBe(true)
    expect(lines.complete).toBe(true)
    expect(await lines.older()).toBe(false)
  })

  it('that begins late reads what it missed', async () => {
    const { line, room, clock } = await shown(joined(2, { entries: page(1, 2) }))
    line.push(message(3))
    const late = timeline(room)
    expect(read(late)).toEqual([])
    line.push(message(4))
    await clock.settle()
    expect(line.last('history')).toMatchObject({ before: 4 })
    answer(line, 1, 3, false)
    await clock.settle()
    expect(read(late)).toEqual(['1 m1', '2 m2', '3 m3', '4 m4'])
  })

  it('keeps so many; the oldest can be read again', async () => {
    const { line, lines, clock } = await shown(joined(), { limit: 3 })
    for (let seq = 1; seq <= 5; seq++) line.push(message(seq))
    expect(read(lines)).toEqual(['3 m3', '4 m4', '5 m5'])
    expect(lines.complete).toBe(false)
    const older = lines.older()
    await clock.settle()
    expect(line.last('history')).toMatchObject({ before: 3 })
    answer(line, 1, 2, false)
    await older
    expect(lines.items).toHaveLength(5)
  })

  it('shows gaps, and begins anew with another log', async () => {
    const { line, lines } = await shown(joined(1, { entries: page(1, 1) }))
    line.push({ ev: 'gap', room: 'geral', from: 2, to: 4 })
    line.push(message(5))
    expect(read(lines)).toEqual(['1 m1', 'gap 2-4', '5 m5'])
    lines.say('espera')
    const [old] = lines.items
    line.push({ ev: 'reset', room: 'geral', epoch: 'e2', head: 0 })
    line.push(message(1))
    expect(read(lines)).toEqual(['1 m1', '… espera'])
    expect(lines.items[0]?.key).not.toBe(old?.key)
  })

  it('follows no more once it is closed', async () => {
    const { line, lines } = await shown()
    lines.close()
    line.push(message(1))
    expect(read(lines)).toEqual([])
  })
})

describe('what one says', () => {
  it('is shown at once, and keeps its key', async () => {
    const { line, lines } = await shown()
    lines.say('oi')
    expect(read(lines)).toEqual(['… oi'])
    const key = lines.items[0]?.key
    const { cid } = line.last('send')
    // The answer comes before the entry: it doesn't vanish in between.
    line.ok('send', { seq: 1, ts: 1 })
    await Promise.resolve()
    await Promise.resolve()
    expect(read(lines)).toEqual(['… oi'])
    line.push(message(1, { cid, from: ANA, text: 'oi' }))
    expect(read(lines)).toEqual(['1 oi'])
    expect(lines.items[0]?.key).toBe(key)
  })

  it('stays shown when it is refused, until it is dropped', async () => {
    const { line, lines, world } = await shown()
    lines.say('não')
    line.refuse('send', 'muted')
    await world.clock.settle()
    expect(read(lines)).toEqual(['… não muted'])
    line.push(message(1))
    lines.drop('other')
    expect(read(lines)).toEqual(['1 m1', '… não muted'])
    lines.drop(lines.items[1]?.key ?? '')
    expect(read(lines)).toEqual(['1 m1'])
  })

  it('by the room itself is shown, too', async () => {
    const { line, lines, room } = await shown()
    void room.send('direto')
    void room.edit(1, 'mudança')
    expect(read(lines)).toEqual(['… direto'])
    const { cid } = line.last('send')
    line.push(message(1, { cid, from: ANA, text: 'direto' }))
    expect(read(lines)).toEqual(['1 direto'])
  })

  it('in a room one has left is refused there', async () => {
    const { line, lines, clock } = await shown()
    line.push({ ev: 'closed', room: 'geral' })
    lines.say('tarde')
    await clock.settle()
    expect(read(lines)).toEqual(['… tarde not_member'])
  })
})
