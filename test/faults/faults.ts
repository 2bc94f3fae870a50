/** What goes wrong, with every storage: processes and connections. */

import type { Random } from '../../src/testing/random.ts'
import type { ServerNode } from './node.ts'
import type { Direction, TcpProxy } from './proxy.ts'
import { sleep } from './time.ts'

/** Something that is about to go wrong. Everything random about it is decided. */
export interface Fault {
  /** What it happens to: one fault at a time. */
  readonly place: string
  readonly words: string
  /** Goes wrong, and is well again when this resolves. */
  run(): Promise<void>
}

/** A kind of fault. */
export interface FaultKind {
  readonly name: string
  /** How often it comes, compared with the others. */
  readonly weight: number
  make(random: Random): Fault
}

/** What faults happen to. */
export interface Patients {
  readonly nodes: readonly ServerNode[]
  /** By client. */
  readonly proxies: ReadonlyMap<string, TcpProxy>
}

/** Faults of server processes. `durable`: what they know survives them. */
export function processFaults({ nodes }: Patients, durable: boolean): FaultKind[] {
  const onNode = (
    name: string,
    weight: number,
    run: (node: ServerNode, ms: number) => Promise<void>,
    [least, most]: readonly [number, number],
  ): FaultKind => ({
    name,
    weight,
    make(random) {
      const node = random.pick(nodes)
      const ms = random.int(least, most)
      const words = `node ${node.index}, ${ms} ms`
      return { place: `node ${node.index}`, words, run: () => run(node, ms) }
    },
  })

  const stop = onNode(
    'stop',
    2,
    async (node, ms) => {
      node.signal('SIGSTOP')
      await sleep(ms)
      node.signal('SIGCONT')
    },
    [100, 3000],
  )
  if (!durable) return [stop]
  const away = [0, 800] as const
  return [
    stop,
    onNode(
      'kill',
      3,
      async (node, ms) => {
        await node.kill()
        await sleep(ms)
        await node.start()
      },
      away,
    ),
    onNode(
      'drain',
      2,
      async (node, ms) => {
        await node.drain()
        await sleep(ms)
        await node.start()
      },
      away,
    ),
  ]
}

/** Faults of the connections of clients. */
export function connectionFaults({ proxies }: Patients): FaultKind[] {
  const onClient = (
    name: string,
    weight: number,
    plan: (random: Random) => { words: string; run(proxy: TcpProxy): Promise<void> | void },
  ): FaultKind => ({
    name,
    weight,
    make(random) {
      const label = random.pick([...proxies.keys()])
      const { words, run } = plan(random)
      const proxy = proxies.get(label) as TcpProxy
      return {
        place: label,
        words: `${label}${words === '' ? '' : `, ${words}`}`,
        async run() {
          await run(proxy)
          proxy.heal()
        },
      }
    },
  })
  const direction = (random: Random): Direction => random.pick(['up', 'down'])

  return [
    onClient('cut', 2, () => ({ words: '', run: (proxy) => proxy.cut() })),
    onClient('cut at byte', 3, (random) => {
      const way = direction(random)
      const bytes = random.int(1, 3000)
      return {
        words: `${way}, after ${bytes} bytes`,
        async run(proxy) {
          for (const flow of proxy.flows) flow[way].cutAfter = bytes
          await sleep(2000)
        },
      }
    }),
    onClient('delay', 2, (random) => {
      const delayMs = random.int(20, 400)
      const ms = random.int(500, 4000)
      return {
        words: `${delayMs} ms, for ${ms} ms`,
        async run(proxy) {
          proxy.change('up', { delayMs })
          proxy.change('down', { delayMs })
          await sleep(ms)
        },
      }
    }),
    onClient('black hole', 2, (random) => {
      const ms = random.int(300, 6000)
      const cut = random.chance(0.5)
      return {
        words: `${ms} ms${cut ? ', then cut' : ''}`,
        async run(proxy) {
          proxy.change('up', { held: true })
          proxy.change('down', { held: true })
          await sleep(ms)
          if (cut) proxy.cut()
        },
      }
    }),
    onClient('stall', 2, (random) => {
      const way = direction(random)
      const ms = random.int(300, 6000)
      return {
        words: `${way}, ${ms} ms`,
        async run(proxy) {
          proxy.change(way, { held: true })
          await sleep(ms)
        },
      }
    }),
    onClient('half-close', 2, (random) => {
      const way = direction(random)
      return {
        words: way,
        run(proxy) {
          for (const flow of proxy.flows) flow[way].end()
        },
      }
    }),
    onClient('trickle', 1, (random) => {
      const way = direction(random)
      const bytesPerSecond = random.int(50, 2000)
      const ms = random.int(1000, 5000)
      return {
        words: `${way}, ${bytesPerSecond} bytes/s for ${ms} ms`,
        async run(proxy) {
          proxy.change(way, { bytesPerSecond })
          await sleep(ms)
        },
      }
    }),
    onClient('abandon', 1, (random) => {
      const ms = random.int(500, 8000)
      return {
        words: `the server isn't told for ${ms} ms`,
        run(proxy) {
          for (const flow of [...proxy.flows]) flow.abandon(ms)
        },
      }
    }),
  ]
}
