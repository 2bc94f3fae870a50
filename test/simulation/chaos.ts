/** Things that go wrong, at random. */

import type { TestClient } from '../../src/testing/client.ts'
import type { World } from './world.ts'

/** What happens in a world while its clients talk. */
export interface ChaosOptions {
  /** Messages per client. */
  readonly sends: number
  /** How long they talk, in ms. */
  readonly forMs: number
  /** Edits, deletions and reactions per client. Default: a third of the messages. */
  readonly changes?: number
  /** Time between two faults, in ms: at least and at most. */
  readonly faultMs: readonly [number, number]
  /** Servers that are replaced meanwhile. Default 0. */
  readonly restarts?: number
  /** Only so many of the clients talk, and nothing happens to these. Default: all, and to all. */
  readonly talkers?: number
}

type Fault = (client: TestClient, world: World) => void

const FAULTS: readonly Fault[] = [
  (client) => client.link?.cut(),
  (client) => client.link?.cut(),
  (client) => client.link?.blackHole(),
  (client) => client.link?.halfOpen('client'),
  (client) => client.link?.halfOpen('server'),
  (client) => client.drop(),
  (client, { clock, random }) => {
    const { link } = client
    link?.pause()
    clock.after(random.int(100, 3000), () => link?.resume())
  },
]

const EMOJI = ['👍', '❤️', '😂']

/** Edits or deletes what it said, or holds an emoji up to something; at times what isn't there. */
function change(client: TestClient, { random }: World): void {
  const at = client.view.position?.seq ?? 0
  if (at === 0) return
  const near = random.int(Math.max(1, at - 8), at)
  const own = client.sent.filter(({ ack, change: changed }) => ack !== null && !changed)
  const mine = own.length === 0 ? near : (random.pick(own).ack?.seq ?? near)
  const what = random()
  if (what < 0.4) client.change('edit', mine, `${client.sent.length} edited`)
  else if (what < 0.6) client.change('delete', random.chance(0.9) ? mine : near, '')
  else client.change(what < 0.9 ? 'react' : 'unreact', near, random.pick(EMOJI))
}

/** Lets clients talk and things go wrong for some time. Returns how many faults there were. */
export async function chaos(world: World, options: ChaosOptions): Promise<number> {
  const { clock, random, clients } = world
  const { sends, forMs, faultMs, restarts = 0, talkers } = options
  const { changes = Math.ceil(sends / 3) } = options
  const end = clock.monotonic() + forMs
  const victims = talkers === undefined ? clients : clients.slice(talkers)
  let faults = 0

  for (const client of clients) clock.after(random.int(0, forMs / 4), () => client.start())
  for (const client of clients.slice(0, talkers)) {
    for (let n = 1; n <= sends; n++) {
      const text = `${n} ${'é👋 '.repeat(random.chance(0.3) ? random.int(1, 40) : 0)}`
      clock.after(random.int(0, forMs), () => client.say(text))
    }
    for (let n = 1; n <= changes; n++) {
      clock.after(random.int(0, forMs), () => change(client, world))
    }
  }
  for (let n = 0; n < restarts; n++) {
    clock.after(random.int(forMs / 10, forMs), () => void world.restart(n))
  }
  const strike = (): void => {
    if (clock.monotonic() >= end) return
    faults += 1
    random.pick(FAULTS)(random.pick(victims), world)
    clock.after(random.int(...faultMs), strike)
  }
  clock.after(random.int(...faultMs), strike)

  await clock.advance(forMs + 1)
  return faults
}
