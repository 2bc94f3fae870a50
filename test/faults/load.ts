/** What the clients do, at random times. */

import type { Random } from '../../src/testing/random.ts'
import type { Client } from './client.ts'

/** Keeps clients busy until it is stopped. */
export class Load {
  private readonly clients: readonly Client[]
  private readonly random: Random
  /** People find each other, on whatever node they are. */
  private readonly meeting: boolean
  /** From one deed to the next, of all clients together, in ms. */
  private readonly interval: number
  private timer: NodeJS.Timeout | null = null

  constructor(clients: readonly Client[], random: Random, rate: number, meeting: boolean) {
    this.clients = clients
    this.random = random
    this.meeting = meeting
    this.interval = 1000 / rate
  }

  start(): void {
    const next = (): void => {
      // Exponential: many short pauses, some long ones.
      const ms = -Math.log(1 - this.random()) * this.interval * DEEDS_PER_MESSAGE
      this.timer = setTimeout(() => {
        this.deed()
        next()
      }, ms)
    }
    next()
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
  }

  private deed(): void {
    const { random } = this
    const client = random.pick(this.clients)
    const what = random()
    if (what < 0.63) client.speak()
    else if (what < 0.75) client.change()
    // All at once: what is sent behind one another joins the same commit.
    else if (what < 0.85) for (let i = random.int(2, BURST); i > 0; i--) client.speak()
    else if (what < 0.9) this.whisper(client)
    else if (what < 0.93) client.browse()
    else if (what < 0.95) client.repeat(true)
    else if (what < 0.96) client.repeat(false)
    else if (what < 0.98) client.type()
    else if (what < 0.99) client.stroll()
    else if (what < 0.995) client.drop()
    else client.rest(random.int(...REST_MS))
  }

  private whisper(client: Client): void {
    if (!this.meeting) return client.speak()
    const { name } = this.random.pick(this.clients)
    if (name !== undefined && name !== client.name) client.whisper(name)
  }
}

const BURST = 8
/** How long people go away, in ms. */
const REST_MS = [1000, 10_000] as const
/** Messages that a deed makes on average. */
const DEEDS_PER_MESSAGE = 0.75 + 0.1 * ((2 + BURST) / 2) + 0.05
