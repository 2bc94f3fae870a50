/** The other side of a client's links, by hand: what it says is seen, what it is told is chosen. */

import type { ClientStore, ConnectOptions, LinkEars } from '../../src/client/types.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/clock.ts'

/** A request that came. */
export interface Asked {
  readonly id: number
  readonly op: string
  readonly [field: string]: unknown
}

/** One link. */
export class ScriptedLink {
  readonly asked: Asked[] = []
  closed = false
  private readonly ears: LinkEars

  constructor(ears: LinkEars) {
    this.ears = ears
  }

  /** The last request of this operation. */
  last(op: string): Asked | undefined {
    return this.asked.findLast((one) => one.op === op)
  }

  ok(op: string, result: object): void {
    this.tell({ re: this.last(op)?.id, ok: result })
  }

  fail(op: string, code: string, retryable: boolean): void {
    this.tell({ re: this.last(op)?.id, err: { code, message: code, retryable } })
  }

  tell(payload: object): void {
    this.ears.payload(JSON.stringify(payload))
  }

  open(): void {
    this.ears.opened()
  }

  cut(): void {
    this.closed = true
    this.ears.closed({})
  }

  greet(name = 'Ana', id = 'ana'): void {
    this.ok('hello', {
      version: 1,
      server: 'script',
      person: { id, name },
      ticket: `ticket of ${id}`,
      limits: {
        ...{ frameBytes: 65_536, messageChars: 4000, messageBytes: 16_384, historyPage: 100 },
        ...{ listPage: 100, commandsPerSecond: 50, commandBurst: 200, pingMs: 30_000 },
      },
    })
  }

  /** Answers a join; by default the last one. */
  letIn(room: string, more: object = {}, re = this.last('join')?.id): void {
    const ok = {
      ...{ room, epoch: 'e', head: 0, created: false, permanent: true, count: 1, members: [] },
      ...{ entries: [], more: false },
      ...more,
    }
    this.tell({ re, ok })
  }
}

/** A clock, a store, and the links that were opened. */
export class Script {
  readonly clock: VirtualClock = virtualClock()
  readonly links: ScriptedLink[] = []
  readonly items = new Map<string, string>()

  get store(): ClientStore {
    return {
      getItem: (key) => this.items.get(key) ?? null,
      setItem: (key, value) => this.items.set(key, value),
      removeItem: (key) => this.items.delete(key),
    }
  }

  get options(): ConnectOptions {
    return {
      clock: this.clock,
      random: () => 0.5,
      open: (_url, ears) => {
        const link = new ScriptedLink(ears)
        this.links.push(link)
        return {
          send: (payload) => {
            if (!link.closed) link.asked.push(JSON.parse(payload) as Asked)
          },
          close: () => {
            if (link.closed) return
            link.closed = true
            ears.closed({})
          },
        }
      },
    }
  }

  /** The newest link; it is open. */
  async opened(): Promise<ScriptedLink> {
    const before = this.links.length
    if (this.links.at(-1)?.closed !== false) {
      await this.clock.advanceUntil(() => this.links.length > before || this.fresh, 120_000)
    }
    const link = this.links.at(-1) as ScriptedLink
    link.open()
    await this.clock.settle()
    return link
  }

  private get fresh(): boolean {
    return this.links.at(-1)?.closed === false
  }
}
