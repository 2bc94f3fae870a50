/** What was asked before a moderator acted, and would be done after. */

import { expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { person } from '../support/clients.ts'
import { eventually } from '../support/http.ts'
import { start } from '../support/server.ts'

const room = 'sala'

for (const op of ['react', 'edit'] as const) {
  it(`who is muted while the message is looked for doesn’t ${op} any more`, async () => {
    const inner = memoryStorage()
    let held: Promise<void> | null = null
    let waits = 0
    const storage: typeof inner = {
      ...inner,
      async read(name, range) {
        if (held !== null) waits += 1
        await held
        return inner.read(name, range)
      },
    }
    // The first message is no longer in memory.
    const { ws } = await start({ storage, limits: { recentEntries: 1 } })
    const owner = await person(ws, 'Dona')
    await owner.ask('join', { room })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    for (const text of ['um', 'dois', 'três']) await bob.ask('send', { room, text })
    let go = (): void => {}
    held = new Promise((resolve) => {
      go = resolve
    })
    const late = bob.ask(op, { room, seq: 1, text: '👍' })
    const told = expect(late).rejects.toMatchObject({ code: 'muted' })
    await eventually('it is looked for', () => waits > 0)
    await owner.ask('mute', { room, person: 'Bob' })
    held = null
    go()
    await told
    expect((await owner.ask('history', { room, after: 0, limit: 1 })).entries).toEqual([
      expect.objectContaining({ seq: 1, text: 'um' }),
    ])
  })
}
