/**
 * The SDK through a proxy that cuts everybody every few seconds. `TERTULIA_CUT_SECONDS=120` for a long run,
 * `TERTULIA_CUT_SEED` for the same faults again.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChatServer } from '../../src/chat.ts'
import type { OpenLink } from '../../src/client/types.ts'
import { openTcp } from '../../src/client-node/tcp.ts'
import { openNodeWebSocket } from '../../src/client-node/web-socket.ts'
import { connect } from '../../src/client-node.ts'
import type { Limits } from '../../src/limits.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { readLog } from '../../src/testing/history-recorder.ts'
import { freshSeed } from '../../src/testing/random.ts'
import { bundleServer, removeBundle } from '../faults/bundle.ts'
import { ServerNode } from '../faults/node.ts'
import { MUTANTS } from './proof-mutants.ts'
import { type RealOptions, type RealServer, runReal } from './proof-real.ts'

const SECONDS = Number(process.env.TERTULIA_CUT_SECONDS ?? 8)
/** The others are shorter, unless long ones are asked for. */
const SHORTER = SECONDS > 8 ? SECONDS : 5
const SEED = Number(process.env.TERTULIA_CUT_SEED ?? freshSeed())
const ROOMS = ['sala', 'jogos']
const TIMEOUT_MS = SECONDS * 1000 + 90_000
/** Long runs have silences that only the clients can notice. */
const LONG = SECONDS > 30 ? { silenceMs: [200, 15_000] as const } : {}

const LIMITS: Partial<Limits> = {
  // Everybody comes from the same address here.
  addressCommandsPerSecond: 100_000,
  addressCommandBurst: 100_000,
  connectionsPerAddress: 10_000,
  commandsPerSecond: 1000,
  commandBurst: 1000,
  createsPerHour: 1_000_000,
  // Small, so that those who come back are served page by page.
  recentEntries: 16,
  historyPage: 25,
  // Shorter than the silences.
  pingMs: 2000,
  pongMs: 2000,
}

/** A server in this process, whose memory is gone when it starts again. */
async function memoryServer(): Promise<RealServer> {
  let storage = memoryStorage({ entriesPerRoom: 1_000_000 })
  let ports: { web: number; tcp: number } | null = null
  const lost: Awaited<ReturnType<typeof readLog>>[] = []
  const start = async () => {
    const chat = createChatServer({ storage, limits: LIMITS, defaultRoom: false, guests: true })
    for (const room of ROOMS) await chat.room(room).create({ permanent: true })
    const { port = 0, tcpPort = 0 } = await chat.listen({ port: 0, tcpPort: 0 })
    ports = { web: port, tcp: tcpPort }
    return chat
  }
  const logs = (rooms: readonly string[]) =>
    Promise.all(rooms.map((room) => readLog(storage, room)))
  let chat = await start()
  return {
    ports: () => ports,
    logs,
    lost,
    async restart() {
      ports = null
      await chat.close()
      lost.push(...(await logs(ROOMS)))
      storage = memoryStorage({ entriesPerRoom: 1_000_000 })
      chat = await start()
    },
    close: () => chat.close(),
  }
}

/** As the SDK does without `open`; so that it can be listened to. */
const open: OpenLink = (url, ears) =>
  url.startsWith('tcp:') ? openTcp(url, ears) : openNodeWebSocket(url, ears)

async function expectNothing(options: Omit<RealOptions, 'seed' | 'rooms' | 'connect' | 'open'>) {
  const run: RealOptions = { ...options, seed: SEED, rooms: ROOMS, connect, open }
  const { findings, figures } = await runReal(run)
  const text = `seed ${SEED}: ${JSON.stringify(figures)}`
  if (process.env.TERTULIA_CUT_SECONDS !== undefined) console.log(text)
  expect(findings.slice(0, 20), text).toEqual([])
  return figures
}

describe.sequential('nothing is lost, doubled or misordered', { timeout: TIMEOUT_MS }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-proof-'))
  let file = ''
  beforeAll(() => {
    file = bundleServer()
  })
  afterAll(() => {
    removeBundle()
    rmSync(folder, { recursive: true, force: true })
  })

  it('when connections are cut every few seconds', async () => {
    const server = await memoryServer()
    const figures = await expectNothing({ server, seconds: SECONDS, faults: LONG })
    expect(figures.stored).toBeGreaterThan(SECONDS * 20)
    expect(figures.cuts).toBeGreaterThan(SECONDS)
    expect(figures.reconnects).toBeGreaterThan(SECONDS / 2)
  })

  it('which is found out where the SDK takes another key for each retry', async () => {
    const mutant = MUTANTS.find(({ name }) => name === 'takes another key for each retry')
    const { findings } = await runReal({
      ...{ seed: SEED, seconds: 5, rooms: ROOMS, connect, open },
      server: await memoryServer(),
      faults: { lifeMs: [100, 800] },
      ...(mutant?.wrapOpen === undefined ? {} : { wrapOpen: mutant.wrapOpen }),
    })
    expect(findings.filter((words) => words.startsWith('said:'))).not.toEqual([])
  })

  it('when the server is killed, too, and has an SQLite database', async () => {
    const settings = {
      where: `sqlite:${join(folder, 'chat.db')}`,
      keep: 0,
      rooms: ROOMS,
      nodes: 1,
      broken: null,
    }
    const problems: string[] = []
    const node = new ServerNode(1, file, settings, (words) => problems.push(words))
    await node.start()
    const server: RealServer = {
      ports: () => node.ports,
      logs: (rooms) => node.logs(rooms),
      async restart() {
        await node.kill()
        await node.start()
      },
      close: () => node.drain(),
    }
    const figures = await expectNothing({
      server,
      seconds: SHORTER,
      faults: LONG,
      restartMs: [1000, 3000],
    })
    expect(problems).toEqual([])
    expect(figures.restarts).toBeGreaterThan(SHORTER / 10)
    expect(figures.stored).toBeGreaterThan(SHORTER * 5)
  })

  it('when the server is replaced, and forgets: that is told', async () => {
    const figures = await expectNothing({
      server: await memoryServer(),
      seconds: SHORTER,
      faults: LONG,
      restartMs: [1000, 2500],
      forgets: true,
    })
    expect(figures.restarts).toBeGreaterThan(0)
    // Each restart is told to several clients, in two rooms.
    expect(figures.resets).toBeGreaterThan(figures.restarts * 2)
  })
})
