/** Bans of guests and of where they come from, ends by duration, rooms set by text. */

import { describe, expect, it } from 'vitest'
import { manualClock } from '../core/manual-clock.ts'
import { register, withAccounts } from '../support/accounts.ts'
import { person, textClient } from '../support/clients.ts'
import { code, MINUTE, room, scene, until } from '../support/scene.ts'
import { start } from '../support/server.ts'

describe('bans of guests', () => {
  it('a guest who was banned stays out under another id, and a neighbour with an account comes in', async () => {
    const { tcp, ws } = await withAccounts()
    const { token } = await register(ws, 'Vera')
    const ana = await person(ws, 'Ana')
    await ana.ask('join', { room })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    await ana.ask('ban', { room, person: 'Bob', address: true })
    expect(await bob.push('removed')).toMatchObject({ why: 'ban' })
    bob.end()
    await bob.closed
    // Without a ticket: somebody else, as far as their id tells.
    for (const open of [ws, tcp]) {
      const again = await person(open, undefined)
      await expect(again.ask('join', { room })).rejects.toMatchObject(code('banned'))
    }
    const text = await textClient(tcp, 'Bob')
    await text.line('#geral')
    text.send(`/join ${room}`)
    await text.line('! You may not come into this room.')
    const vera = await person(ws, undefined, { token })
    await vera.ask('join', { room })
    // The owner, from there as well, may go and come.
    await ana.ask('leave', { room })
    expect(await ana.ask('join', { room })).toMatchObject({ role: 'owner', count: 2 })
    await ana.ask('unban', { room, person: 'Bob' })
    text.send(`/join ${room}`)
    await text.line(`You are in #${room}`)
  })

  it('only the person, unless their address is meant', async () => {
    const { ws } = await withAccounts()
    const ana = await person(ws, 'Ana')
    await ana.ask('join', { room })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    await ana.ask('ban', { room, person: 'Bob' })
    await expect(bob.ask('join', { room })).rejects.toMatchObject(code('banned'))
    const dora = await person(ws, 'Dora')
    await dora.ask('join', { room })
    expect((await ana.ask('roster', { room, filter: 'banned' })).members).toHaveLength(1)
  })

  it('a ban and a mute may be for so long from now', async () => {
    const clock = manualClock()
    const { ana, bob } = await scene({ clock, limits: { pingMs: 60 * MINUTE } })
    await ana.ask('mute', { room, person: 'Bob', forMs: MINUTE })
    expect(await ana.push('mute')).toMatchObject({ details: { until: clock.now() + MINUTE } })
    await expect(bob.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('muted'))
    clock.pass(MINUTE)
    await bob.ask('send', { room, text: 'livre' })
    await ana.ask('ban', { room, person: 'Bob', forMs: MINUTE })
    await bob.push('removed')
    clock.pass(MINUTE - 1)
    await expect(bob.ask('join', { room })).rejects.toMatchObject(code('banned'))
    clock.pass(1)
    await bob.ask('join', { room })
    const wrong = [{ forMs: 999 }, { forMs: 3651 * 24 * 60 * MINUTE }, { forMs: 1000, until: 1 }]
    for (const op of ['ban', 'mute']) {
      for (const end of wrong) {
        const asked = ana.ask(op, { room, person: 'Bob', ...end })
        await expect(asked, JSON.stringify(end)).rejects.toMatchObject(code('bad_request'))
      }
    }
  })
})

describe('/set and /close', () => {
  it.each([
    ['en', '/set password abre-te', '/set password -', '/set slow 30', '/close', 'is gone'],
    [
      'pt-BR',
      '/definir senha abre-te',
      '/definir senha -',
      '/definir lento 30',
      '/fechar',
      'não existe mais',
    ],
  ] as const)('in %s: the owner sets the room, and closes it', async (...words) => {
    const [lang, lock, open, slow, close, gone] = words
    const { tcp, ws } = await start({ lang })
    const ana = await textClient(tcp, 'Ana')
    await ana.line('#geral')
    ana.send(`/join ${room}`)
    await ana.line(`#${room} (`)
    ana.send(lock)
    await ana.line(/changed the settings|mudou as config/)
    const bob = await person(ws, 'Bob')
    await expect(bob.ask('join', { room })).rejects.toMatchObject(code('room_password'))
    ana.send(open)
    ana.send(slow)
    await until(() => ana.lines.filter((line) => /settings|config/.test(line)).length === 3)
    expect(await bob.ask('join', { room })).toMatchObject({ settings: { slowMs: 30_000 } })
    expect(ana.lines.join()).not.toContain('abre-te')
    ana.send(close)
    await ana.line(/^! /)
    await bob.ask('send', { room, text: 'ainda' })
    ana.send(`${close} #${room}`)
    await ana.line(gone)
    await bob.push('closed')
  })
})
