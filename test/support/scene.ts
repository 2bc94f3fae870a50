/** A room with an owner and others in it, for tests of what people may do. */

import type { ChatServerOptions } from '../../src/chat.ts'
import type { ManualClock } from '../core/manual-clock.ts'
import { type JsonClient, jsonClient, person, texts } from './clients.ts'
import { start } from './server.ts'

export const room = 'sala'
/** What an error with this code looks like. */
export const code = (value: string) => ({ code: value })
export const MINUTE = 60_000

/** A client whose id is known. */
export async function known(open: Parameters<typeof jsonClient>[0], name: string) {
  const client = await jsonClient(open)
  const hello = await client.ask('hello', { version: 1, name })
  const { id } = hello.person as { id: string }
  return { client, id, ticket: hello.ticket as string }
}

/** Ana owns the room, Bob is in it, Carla too. */
export async function scene(options: ChatServerOptions = {}) {
  const server = await start(options)
  const ana = await person(server.ws, 'Ana')
  await ana.ask('join', { room })
  const bob = await person(server.tcp, 'Bob')
  await bob.ask('join', { room })
  const carla = await person(server.ws, 'Carla')
  await carla.ask('join', { room })
  return { server, ana, bob, carla }
}

/** Has a client got anything of what was said? */
export const heard = (client: JsonClient, text: string) => texts(client, room).includes(text)

/** Waits until something is so, letting time pass; fails after five seconds. */
export async function until(what: () => boolean, clock?: ManualClock): Promise<void> {
  const end = Date.now() + 5000
  while (!what()) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
    clock?.pass(100)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
