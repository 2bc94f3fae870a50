/** Acts on several nodes, and those who come in while something is done. */

import { describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { LIMITS } from '../../src/limits.ts'
import type { Broker } from '../../src/spi/broker.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { manualClock } from '../core/manual-clock.ts'
import { person, texts } from '../support/clients.ts'
import { code, known, room, until } from '../support/scene.ts'
import { start } from '../support/server.ts'

describe('several nodes', () => {
  const deaf = (): Broker => ({ ...memoryBroker(), publish: async () => {} })

  it.each([
    ['with a broker', memoryBroker, 1],
    ['with a broker that loses everything, by looking', deaf, LIMITS.positionMs * 1.25],
  ])('a ban, a mute and a setting act on another node: %s', async (_, broker, patience) => {
    const clock = manualClock()
    const shared = { storage: memoryStorage(), broker: broker(), clock }
    const one = await start(shared)
    const two = await start(shared)
    const ana = await person(one.ws, 'Ana')
    await ana.ask('join', { room })
    const { client: bob, id: bobId } = await known(two.tcp, 'Bob')
    const { client: carla, id: carlaId } = await known(two.ws, 'Carla')
    for (const client of [bob, carla]) await client.ask('join', { room })
    // Without a broker the nodes don't know of each other's people: those who spoke are known.
    for (const client of [bob, carla]) await client.ask('send', { room, text: 'oi' })
    await until(() => texts(ana, room).length === 2, clock)
    await ana.ask('mute', { room, person: carlaId })
    await ana.ask('ban', { room, person: bobId })
    await ana.ask('set', { room, settings: { topic: 'paz' } })
    clock.pass(patience)
    expect(await bob.push('removed')).toMatchObject({ why: 'ban' })
    await carla.push('settings')
    await expect(carla.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('muted'))
    await expect(bob.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('not_member'))
    await expect(bob.ask('join', { room })).rejects.toMatchObject(code('banned'))
    await until(() => carla.all.some(({ ev }) => ev === 'left'))
    expect(await carla.ask('join', { room })).toMatchObject({ settings: { topic: 'paz' } })
  })

  it('what was done in entries that are not kept any more is looked up', async () => {
    const clock = manualClock()
    const storage = memoryStorage({ entriesPerRoom: 2 })
    const shared = { storage, broker: deaf(), clock }
    const one = await start(shared)
    const two = await start(shared)
    const ana = await person(one.ws, 'Ana')
    await ana.ask('join', { room })
    const { client: bob, id: bobId } = await known(two.tcp, 'Bob')
    const { client: carla, id: carlaId } = await known(two.ws, 'Carla')
    for (const client of [bob, carla]) await client.ask('join', { room })
    for (const client of [bob, carla]) await client.ask('send', { room, text: 'oi' })
    await until(() => texts(ana, room).length === 2, clock)
    await ana.ask('mute', { room, person: carlaId })
    await ana.ask('ban', { room, person: bobId })
    await ana.ask('set', { room, settings: { topic: 'paz' } })
    for (const text of ['1', '2', '3']) await ana.ask('send', { room, text })
    clock.pass(LIMITS.positionMs * 1.25)
    await carla.push('gap')
    expect(await bob.push('removed')).toMatchObject({ why: 'ban' })
    await expect(carla.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('muted'))
    expect(await carla.ask('join', { room })).toMatchObject({ settings: { topic: 'paz' } })
  })

  it('a room that was made anew behind one’s back lets only those stay who may come in', async () => {
    const clock = manualClock()
    const shared = { storage: memoryStorage(), broker: deaf(), clock }
    const one = await start(shared)
    const two = await start(shared)
    const ana = await person(one.ws, 'Ana')
    await ana.ask('join', { room })
    const bob = await person(two.tcp, 'Bob')
    await bob.ask('join', { room })
    await ana.ask('close', { room })
    await ana.ask('create', { room, settings: { private: true } })
    await ana.ask('join', { room })
    await ana.ask('send', { room, text: 'sem Bob' })
    clock.pass(LIMITS.positionMs * 1.25)
    expect(await bob.push('removed')).toEqual({ ev: 'removed', room, why: 'closed' })
    expect(texts(bob, room)).toEqual([])
    await ana.ask('send', { room, text: 'a sós' })
    clock.pass(LIMITS.positionMs * 1.25)
    await bob.ask('ping')
    expect(texts(bob, room)).toEqual([])
    await expect(bob.ask('join', { room })).rejects.toMatchObject(code('invite_only'))
  })

  it('an address banned on one node is banned on the other', async () => {
    const shared = { storage: memoryStorage(), broker: memoryBroker() }
    const one = await start(shared)
    const two = await start(shared)
    const ana = await one.chat.participant('Ana')
    await ana.join(room)
    const bob = await person(two.tcp, 'Bob')
    const carla = await person(two.ws, 'Carla')
    for (const client of [bob, carla]) await client.ask('join', { room })
    await until(() => one.chat.room(room).members().length === 3)
    await ana.ask('ban', { room, person: 'Bob', address: true })
    expect(await bob.push('removed')).toMatchObject({ why: 'ban' })
    expect(await carla.push('removed')).toMatchObject({ why: 'ban' })
    const dora = await person(one.ws, 'Dora')
    await expect(dora.ask('join', { room })).rejects.toMatchObject(code('banned'))
  })
})

describe('who is coming in meanwhile', () => {
  /** Bob comes in; the hook holds him up until `go`. */
  async function held() {
    const gate = { go: () => {} }
    let came = false
    const wait = new Promise<void>((resolve) => {
      gate.go = resolve
    })
    const hooks = {
      async beforeJoin({ person: { name } }: { person: { name: string } }) {
        if (name !== 'Bob') return
        came = true
        await wait
      },
    }
    return { hooks, gate, isHeld: () => came }
  }

  it('is looked at again when something was done', async () => {
    const { hooks, gate, isHeld } = await held()
    const server = await start({ hooks })
    const ana = await person(server.ws, 'Ana')
    await ana.ask('join', { room })
    const bob = await person(server.tcp, 'Bob')
    const coming = bob.ask('join', { room })
    coming.catch(() => {})
    await until(isHeld)
    await ana.ask('ban', { room, person: 'Bob' })
    gate.go()
    await expect(coming).rejects.toMatchObject(code('banned'))
    expect((await ana.ask('members', { room })).count).toBe(1)
  })

  it('is put out when the node learns of it', async () => {
    const clock = manualClock()
    const { hooks, gate, isHeld } = await held()
    const deaf = { ...memoryBroker(), publish: async () => {} }
    const shared = { storage: memoryStorage(), broker: deaf, clock }
    const one = await start(shared)
    const two = await start({ ...shared, hooks })
    const ana = await person(one.ws, 'Ana')
    await ana.ask('join', { room })
    const { client: bob, id } = await known(two.tcp, 'Bob')
    // Of somebody on another node who never spoke the room has to know something.
    await shared.storage.records?.members.put(room, { id, name: 'Bob' }, { read: 0 })
    const coming = bob.ask('join', { room })
    await until(isHeld)
    await ana.ask('ban', { room, person: id })
    gate.go()
    await coming
    clock.pass(LIMITS.positionMs * 1.25)
    expect(await bob.push('removed')).toMatchObject({ why: 'ban' })
  })
})
