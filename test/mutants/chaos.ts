/** What people and fate do in a world. */

import type { RecordingClient } from '../../src/testing/recording-client.ts'
import { ROOMS, type World } from './world.ts'

type Deed = (client: RecordingClient, world: World) => void

const speak: Deed = (client, { random, plan }) => {
  const long = plan.narrow === true ? 'blá '.repeat(random.int(0, 60)) : ''
  const times = random.pick([1, 1, 2, 5])
  for (let n = 0; n < times; n++) {
    client.say(random.pick(ROOMS), `${client.name} ${client.sent.length} ${long}`)
  }
}

const EMOJI = ['👍', '❤️', '😂']

/** Answers, edits, deletes, or holds an emoji up; at times what isn't there, or others have said. */
const change: Deed = (client, { random }) => {
  if (client.rooms.length === 0) return
  const room = random.pick(client.rooms)
  const at = client.at(room)
  if (at === 0) return
  const own = client.sent.filter(
    ({ room: where, seq, deed = 'answer' }) =>
      where === room && seq !== undefined && deed === 'answer',
  )
  const near = random.int(Math.max(1, at - 8), at)
  const mine = own.length === 0 ? near : (random.pick(own.slice(-5)).seq ?? near)
  const text = `${client.name} ${client.sent.length}`
  const what = random()
  if (what < 0.35) client.change(room, 'edit', mine, `${text} edited`)
  else if (what < 0.55) client.change(room, 'delete', mine, '')
  else if (what < 0.58) client.change(room, 'edit', near, `${text} for you`)
  else if (what < 0.6) client.change(room, 'delete', near, '')
  else if (what < 0.85) client.change(room, 'react', near, random.pick(EMOJI))
  else if (what < 0.92) client.change(room, 'unreact', near, random.pick(EMOJI))
  else client.change(room, 'answer', near, `${text} answers`)
}

/** Looks something up, from the end, from somewhere back, or from a time on. */
const browse: Deed = (client, { random, clock }) => {
  if (client.rooms.length === 0) return
  const room = random.pick(client.rooms)
  const before = random.int(1, client.at(room) + 2)
  const at = clock.now() - random.int(0, 2000)
  client.look(room, random.pick([{}, { before }, { at }, { before, limit: 2 }]))
}

/** Says something else under a key that was used. */
const confuse: Deed = (client, { random }) => {
  if (client.sent.length === 0) return
  const { room, cid } = random.pick(client.sent)
  if (room !== null) client.say(room, `something else than ${cid}`, cid)
}

const whisper: Deed = (client, { random, clients }) => {
  const { called } = random.pick(clients)
  if (called !== undefined && called !== client.called) {
    client.tell(called, `${client.name} ${client.sent.length}`)
  }
}

/** Tries to come into a private conversation of others. */
const eavesdrop: Deed = (client, { random, clients }) => {
  const rooms = random.pick(clients).rooms.filter((room) => room.startsWith('@'))
  if (rooms.length > 0) client.join(random.pick(rooms), { fresh: true })
}

const leave: Deed = (client, { random }) => client.leave(random.pick(ROOMS))

const comeBack: Deed = (client, { random }) =>
  client.join(random.pick(ROOMS), { fresh: random.chance(0.3) })

const FAULTS: readonly Deed[] = [
  (client, world) => world.link(client)?.cut(),
  (client, world) => world.link(client)?.cut(),
  (client, world) => world.link(client)?.blackHole(),
  (client, world) => world.link(client)?.halfOpen('client'),
  (client, world) => world.link(client)?.halfOpen('server'),
  (client) => client.drop(),
]

/** A client reads nothing for a while. */
const stall: Deed = (client, world) => {
  const link = world.link(client)
  link?.pause()
  world.clock.after(world.random.int(100, 1500), () => link?.resume())
}

/** Lets people come, talk, and things go wrong for some time. */
export async function act(world: World, forMs: number): Promise<void> {
  const { clock, random, clients, plan } = world
  const end = clock.monotonic() + forMs
  for (const client of clients) {
    for (const room of ROOMS) client.join(room)
    clock.after(random.int(0, forMs / 4), () => client.start())
  }

  /** Does something again and again, with random pauses. */
  function often(ms: number, deed: Deed): void {
    const again = (): void => {
      if (clock.monotonic() >= end) return
      deed(random.pick(clients), world)
      clock.after(random.int(1, ms * 2), again)
    }
    clock.after(random.int(1, ms * 2), again)
  }

  often(150, speak)
  often(plan.edits === true ? 100 : 500, change)
  often(500, browse)
  if (plan.faults !== false) often(400, (...args) => random.pick(FAULTS)(...args))
  if (plan.narrow === true) often(500, stall)
  if (plan.conflicts === true) often(400, confuse)
  if (plan.whispers === true) {
    often(400, whisper)
    often(400, eavesdrop)
  }
  if (plan.churn === true) {
    often(400, leave)
    often(250, comeBack)
  }
  if (plan.deletes === true) often(1500, () => void world.recreate(random.pick(ROOMS)))
  if (plan.restarts === true) often(2500, () => world.restart())
  if (plan.crashes === true) often(1500, () => world.crash())

  await clock.advance(forMs + 1)
}
