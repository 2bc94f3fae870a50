/** SDK clients on real sockets, through a proxy that cuts them every few seconds. */

import type { ChatClient, ConnectOptions, OpenLink } from '../../src/client/types.ts'
import { isChatError } from '../../src/errors.ts'
import { checkHistory } from '../../src/testing/history.ts'
import type { RoomLog } from '../../src/testing/history-events.ts'
import { type HistoryRecorder, historyRecorder } from '../../src/testing/history-recorder.ts'
import { type Random, seededRandom } from '../../src/testing/random.ts'
import { CuttingProxy, type ProxyFaults, type ProxyFigures } from './proof-proxy.ts'
import { SdkRecord, tapped } from './proof-record.ts'
import { Talker } from './proof-talker.ts'
import type { WrapOpen } from './proof-wrap.ts'

/** A server that the clients are cut from; it may have another port after a while. */
export interface RealServer {
  readonly ports: () => { readonly web: number; readonly tcp: number } | null
  /** The logs at the end. */
  logs(rooms: readonly string[]): Promise<readonly RoomLog[]>
  /** Logs that are gone. */
  readonly lost?: readonly RoomLog[]
  /** Ends it without warning, and starts it again. */
  restart?(): Promise<void>
  close(): Promise<void>
}

/** What a run is made of. */
export interface RealOptions {
  readonly seed: number
  readonly seconds: number
  readonly rooms: readonly string[]
  readonly server: RealServer
  readonly connect: (url: string, options: ConnectOptions) => ChatClient
  /** The SDK's own way to open links; with it, what goes over the wires is judged, too. */
  readonly open?: OpenLink
  readonly faults?: Partial<ProxyFaults>
  /** Puts something between the SDK and its links (given `open`). */
  readonly wrapOpen?: WrapOpen
  /** Default 6. */
  readonly clients?: number
  /** Time between two acts of one client. Default 10 to 130 ms. */
  readonly paceMs?: readonly [number, number]
  /** Time between two restarts of the server, in ms. Default: never. */
  readonly restartMs?: readonly [number, number]
  /** The server's logs don't survive a restart. */
  readonly forgets?: boolean
}

/** What came of a run. */
export interface RealResult {
  readonly findings: readonly string[]
  readonly figures: {
    readonly said: number
    readonly stored: number
    /** What was refused, by code. */
    readonly codes: Readonly<Record<string, number>>
    readonly entries: number
    readonly shown: number
    /** Connections that the proxies let through, and didn't. */
    readonly connections: number
    readonly refusals: number
    readonly cuts: number
    /** How they were cut, by WebSocket and by TCP. */
    readonly kinds: readonly ProxyFigures['cuts'][]
    /** Times that a client came online again. */
    readonly reconnects: number
    readonly reloads: number
    readonly restarts: number
    readonly resets: number
    /** Tries beyond the first. */
    readonly resent: number
    readonly restMs: number
  }
}

/** Hardly any connection lasts longer than it takes to say a few things. */
const FAULTS: ProxyFaults = {
  lifeMs: [200, 3000],
  delayMs: [0, 25],
  split: 0.3,
  silenceMs: [200, 2500],
  refuseEveryMs: [1500, 5000],
  refuseMs: [100, 1200],
}

/** The longest it may take until everybody has everything, in ms. */
const REST_MS = 60_000

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Runs it, and judges. */
export async function runReal(options: RealOptions): Promise<RealResult> {
  const run = new Run(options)
  try {
    await run.talk()
    await run.rest()
    return await run.judge()
  } finally {
    await run.end()
  }
}

class Run {
  private readonly options: RealOptions
  private readonly random: Random
  private readonly record = new SdkRecord()
  private readonly wires: HistoryRecorder = historyRecorder()
  private readonly talkers: Talker[] = []
  private readonly proxies: readonly [CuttingProxy, CuttingProxy]
  private readonly timers = new Set<NodeJS.Timeout>()
  private restarts = 0
  private restMs = 0
  private calm = false

  constructor(options: RealOptions) {
    this.options = options
    this.random = seededRandom(options.seed)
    const faults = { ...FAULTS, ...options.faults }
    const { server } = options
    const { random } = this
    const proxy = (wire: 'web' | 'tcp'): CuttingProxy =>
      new CuttingProxy(() => server.ports()?.[wire] ?? null, faults, random.fork())
    this.proxies = [proxy('web'), proxy('tcp')]
  }

  async talk(): Promise<void> {
    const { seconds, clients = 6, restartMs, server, paceMs = [10, 130] } = this.options
    const [web, tcp] = this.proxies
    await web.listen()
    await tcp.listen()
    for (let n = 0; n < clients; n++) {
      const url = n % 2 === 0 ? `ws://127.0.0.1:${web.port}` : `tcp://127.0.0.1:${tcp.port}`
      this.talkers.push(this.talker(`p${n}`, url))
    }
    const act = (talker: Talker): void => {
      if (this.calm) return
      talker.act()
      this.after(this.random.int(...paceMs), () => act(talker))
    }
    for (const talker of this.talkers) act(talker)
    const end = performance.now() + seconds * 1000
    while (performance.now() < end) {
      const left = end - performance.now()
      if (restartMs === undefined || server.restart === undefined) await sleep(left)
      else {
        await sleep(Math.min(left, this.random.int(...restartMs)))
        if (performance.now() >= end) break
        this.restarts += 1
        await server.restart()
      }
    }
    this.calm = true
  }

  /** Everything is well from now on: it must all come right. */
  async rest(): Promise<void> {
    const from = performance.now()
    for (const proxy of this.proxies) proxy.calm()
    for (const talker of this.talkers) talker.settle()
    while (!this.isAtRest()) {
      if (performance.now() - from > REST_MS) {
        this.record.problems.push(`not at rest after ${REST_MS} ms`)
        break
      }
      await sleep(50)
    }
    this.restMs = Math.round(performance.now() - from)
    // What were told too much would be told now.
    await sleep(500)
    for (const talker of this.talkers) talker.rest()
    if (this.options.open === undefined) return
    for (const { label } of this.talkers) {
      for (const room of this.options.rooms) this.wires.rest(label, room)
    }
  }

  async judge(): Promise<RealResult> {
    const { rooms, server, forgets = false, open } = this.options
    const { lost = [] } = server
    const logs = [...lost, ...(await server.logs(rooms))]
    const { events, calls } = this.record
    const seen = forgets ? this.record.unnamed(logs) : { events, logs }
    const violations = [...checkHistory(seen)]
    if (open !== undefined) violations.push(...checkHistory({ events: this.wires.events, logs }))
    const cids = new Set(
      logs.flatMap(({ room, entries }) => entries.map(({ cid }) => `${room} ${cid}`)),
    )
    const missing = calls.filter(
      // A change may have been refused since: what it changes was deleted.
      ({ state, kind, room, cid }) =>
        state === 'unknown' && kind === 'message' && !cids.has(`${room} ${cid}`),
    )
    const sum = (what: (proxy: CuttingProxy) => number): number =>
      this.proxies.reduce((all, proxy) => all + what(proxy), 0)
    const count = (type: string): number => events.filter((event) => event.type === type).length
    const connections = this.talkers.reduce((sum, talker) => sum + talker.connections, 0)
    const lives = this.talkers.reduce((sum, talker) => sum + talker.lives, 0)
    const keys = this.wires.events.flatMap((event) =>
      event.type === 'invoke' ? [`${event.client} ${event.room} ${event.cid}`] : [],
    )
    const codes: Record<string, number> = {}
    for (const { state, error } of calls) {
      if (state === 'open' || state === 'stored') continue
      const code = isChatError(error) ? error.code : 'other'
      codes[code] = (codes[code] ?? 0) + 1
    }
    return {
      findings: [
        ...violations.map(({ rule, words, client }) => `${rule}: ${client ?? ''}: ${words}`),
        ...this.record.compare(logs),
        // Whoever is somebody else after a restart can't say again what may be stored already.
        ...(forgets ? [] : missing.map(({ cid, room }) => `${cid} in ${room} was never stored`)),
      ],
      figures: {
        said: calls.length,
        stored: calls.filter(({ state }) => state === 'stored').length,
        codes,
        entries: logs.reduce((sum, { entries }) => sum + entries.length, 0),
        shown: count('saw'),
        connections: sum(({ figures }) => figures.connections),
        refusals: sum(({ figures }) => figures.refused),
        cuts: sum(({ cuts }) => cuts),
        kinds: this.proxies.map(({ figures }) => figures.cuts),
        reconnects: connections - lives,
        reloads: lives - this.talkers.length,
        restarts: this.restarts,
        resets: count('reset'),
        resent: keys.length - new Set(keys).size,
        restMs: this.restMs,
      },
    }
  }

  async end(): Promise<void> {
    this.calm = true
    for (const timer of this.timers) clearTimeout(timer)
    await Promise.all(this.talkers.map((talker) => talker.close()))
    for (const proxy of this.proxies) proxy.close()
    await this.options.server.close()
  }

  private talker(label: string, url: string): Talker {
    const { connect, open, rooms, forgets = false, wrapOpen } = this.options
    const random = this.random.fork()
    const tap = open === undefined ? undefined : tapped(this.wires, label, open)
    const wrapped = tap && (wrapOpen?.(tap, random.fork(), () => this.calm) ?? tap)
    const link = wrapped === undefined ? {} : { open: wrapped }
    return new Talker({
      record: this.record,
      label,
      random,
      rooms,
      // A restored queue may be of another person, where everybody is somebody else.
      reloads: forgets ? 0 : 0.004,
      strolls: 0.005,
      forgets,
      after: (ms, task) => this.after(ms, task),
      connect: (store) =>
        connect(url, { store, random: random.fork(), backoffMs: [30, 1000], ...link }),
    })
  }

  private isAtRest(): boolean {
    if (this.record.calls.some(({ state }) => state === 'open')) return false
    if (!this.talkers.every(({ settled }) => settled)) return false
    return this.options.rooms.every((room) => {
      const [first, ...places] = this.talkers.map((talker) => talker.position(room))
      return places.every((place) => place?.seq === first?.seq && place?.epoch === first?.epoch)
    })
  }

  private after(ms: number, task: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      task()
    }, ms)
    this.timers.add(timer)
  }
}
