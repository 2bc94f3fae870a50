/** Who comes without a position, or to another log, may have more to read than the first page. */

import { describe, expect, it } from 'vitest'
import { HistoryTap } from '../../src/testing/history-tap.ts'
import { type Joined, RecordingRoom } from '../../src/testing/recording-room.ts'

const entry = (seq: number) => ({
  ...{ ev: 'message', room: 'r', seq, ts: 0, from: { id: 'a', name: 'Ana' }, text: `${seq}` },
})
const joined = {
  ...{ room: 'r', epoch: 'e', head: 14, created: false, permanent: true, count: 1, members: [] },
  entries: [11, 12].map(entry),
  more: true,
}
const page = { room: 'r', epoch: 'e', head: 14, entries: [13, 14].map(entry), more: false }

describe('a fresh join with more to come', () => {
  it('leaves the recording client with pages to read', () => {
    const room = new RecordingRoom('r')
    room.joined(joined as unknown as Joined, undefined)
    room.came(15)
    expect([room.caughtUp, room.position]).toEqual([false, { epoch: 'e', seq: 12 }])
    expect(room.page(page)).toBe(true)
    expect([room.caughtUp, room.position]).toEqual([true, { epoch: 'e', seq: 15 }])
  })

  it('is complete, in the record, when the pages are there', () => {
    const lines: string[] = []
    const tap = new HistoryTap({
      ...{ client: 'ana', connection: 1, tickets: new Map(), nextCall: () => 1 },
      write: (line) =>
        lines.push(line.type === 'saw' ? `${line.entry.seq} ${line.via}` : line.type),
    })
    tap.sent(JSON.stringify({ id: 1, op: 'join', room: 'r', recent: 4 }))
    tap.received(JSON.stringify({ re: 1, ok: joined }))
    tap.sent(JSON.stringify({ id: 2, op: 'history', room: 'r', after: 12 }))
    tap.received(JSON.stringify({ re: 2, ok: page }))
    expect(lines).toEqual([
      'joined',
      '11 missed',
      '12 missed',
      '13 missed',
      '14 missed',
      'complete',
    ])
  })
})
