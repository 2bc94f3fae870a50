/** Names and persons that stand on several nodes. */

import { describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import type { Authenticate } from '../../src/spi/auth.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { byToken, register, withAccounts } from '../support/accounts.ts'
import { person } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const code = (value: string) => ({ code: value })

describe('on another node', () => {
  it('a guest is renamed when the one comes whose name they have', async () => {
    const both = { storage: memoryStorage(), broker: memoryBroker() }
    const one = await withAccounts(both)
    const two = await withAccounts(both)
    const guest = await person(two.tcp, 'Alice')
    await guest.ask('join', { room })
    const { token, person: alice } = await register(one.ws, 'Alice')
    const owner = await byToken(one.ws, token)
    const { person: now } = await guest.push('renamed')
    expect(now).toMatchObject({ name: expect.stringMatching(/^guest-\d+$/) })
    expect(await guest.ask('msg', { to: 'Alice', text: 'oi' })).toMatchObject({ to: alice })
    expect(await owner.push('message')).toMatchObject({ text: 'oi', from: now })
    await expect(guest.ask('nick', { name: 'alice' })).rejects.toMatchObject(code('name_taken'))
  })

  it('one of two persons of a name may go: the other is still found by it', async () => {
    const authenticate: Authenticate = ({ token }) =>
      token === undefined ? null : { id: token, name: 'Ana' }
    const both = { storage: memoryStorage(), broker: memoryBroker(), authenticate, guests: true }
    const one = await start(both)
    const two = await start(both)
    const first = await person(one.ws, undefined, { token: 'first' })
    const second = await person(one.ws, undefined, { token: 'second' })
    const bob = await person(two.ws, 'Bob')
    await expect(bob.ask('nick', { name: 'ana' })).rejects.toMatchObject(code('name_taken'))
    await bob.ask('msg', { to: 'Ana', text: 'x' })
    first.end()
    await first.closed
    await expect
      .poll(async () => (await bob.ask('msg', { to: 'Ana', text: 'oi' })).to)
      .toEqual({ id: 'second', name: 'Ana' })
    await second.push('message', ({ text }) => text === 'oi')
    await expect(bob.ask('nick', { name: 'ana' })).rejects.toMatchObject(code('name_taken'))
    second.end()
    await second.closed
    await expect.poll(() => bob.ask('nick', { name: 'ana' }).catch(() => null)).not.toBe(null)
  })

  it('a person has the name that the application gave them last', async () => {
    let name = 'Ana'
    const authenticate: Authenticate = () => ({ id: 'ana', name })
    const both = { storage: memoryStorage(), broker: memoryBroker(), authenticate }
    const one = await start(both)
    const two = await start(both)
    const old = await person(one.ws)
    await old.ask('join', { room })
    name = 'Ana Maria'
    const here = await person(one.tcp)
    expect(await old.push('renamed')).toMatchObject({ was: 'Ana', person: { id: 'ana', name } })
    name = 'Ana Clara'
    const there = await person(two.ws)
    await there.ask('join', { room })
    await expect
      .poll(
        async () =>
          (await here.ask('members', { room }).catch(() => old.ask('members', { room }))).members,
      )
      .toEqual([{ id: 'ana', name }])
  })

  it('chat.disconnect ends all connections of a person', async () => {
    const authenticate: Authenticate = ({ token }) => ({ id: token ?? 'x', name: token ?? 'x' })
    const both = { storage: memoryStorage(), broker: memoryBroker(), authenticate }
    const one = await start(both)
    const two = await start(both)
    const ana = await person(two.ws, undefined, { token: 'ana' })
    const bia = await person(two.ws, undefined, { token: 'bia' })
    one.chat.disconnect('ana')
    expect(await ana.closed).toBe(3505)
    await bia.ask('ping')
  })
})
