/** The proxy of the proof does to connections what it says. */

import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/testing/random.ts'
import { CuttingProxy, type ProxyFaults } from './proof-proxy.ts'

const CALM: ProxyFaults = {
  lifeMs: [1e8, 1e8],
  delayMs: [0, 5],
  split: 0.8,
  silenceMs: [300, 300],
  refuseEveryMs: [1e8, 1e8],
  refuseMs: [1, 1],
}

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A server that says back what it hears, and the proxy before it. */
async function scene(faults: Partial<ProxyFaults>, seed = 1) {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => socket.write(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const proxy = new CuttingProxy(() => port, { ...CALM, ...faults }, seededRandom(seed))
  await proxy.listen()
  ends.push(() => {
    proxy.close()
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { proxy, sockets }
}

/** Connects, and gathers what comes. */
function dial(port: number) {
  const socket = connect({ port, host: '127.0.0.1' })
  const client = { socket, text: '', chunks: 0, how: '', open: true }
  socket.on('data', (bytes) => {
    client.text += bytes.toString('latin1')
    client.chunks += 1
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    client.how = error.code ?? ''
  })
  socket.on('end', () => {
    client.how ||= 'FIN'
  })
  socket.on('close', () => {
    client.open = false
  })
  ends.push(() => socket.destroy())
  return client
}

const until = (done: () => boolean): Promise<void> =>
  expect.poll(done, { timeout: 5000, interval: 5 }).toBe(true) as unknown as Promise<void>

describe('the cutting proxy', () => {
  it('carries everything, late, in pieces, in order', async () => {
    const { proxy } = await scene({})
    const client = dial(proxy.port)
    let text = ''
    for (let n = 0; n < 30; n++) {
      const more = `${n} to be cut up;`
      client.socket.write(more)
      text += more
      await until(() => client.text.length >= text.length)
    }
    expect(client.text).toBe(text)
    // Without the proxy each would come as one.
    expect(client.chunks).toBeGreaterThan(40)
  })

  it('ends connections in every way, and what came is a beginning of what was sent', async () => {
    const { proxy } = await scene({ lifeMs: [10, 60], silenceMs: [50, 100] })
    const text = 'abcdefghij'.repeat(20)
    const clients = Array.from({ length: 60 }, () => dial(proxy.port))
    for (const { socket } of clients) socket.write(text)
    await until(() => clients.every(({ open }) => !open))
    for (const client of clients) expect(text.startsWith(client.text)).toBe(true)
    const seen = new Set(clients.map(({ how }) => how))
    expect([...seen].sort()).toEqual(['ECONNRESET', 'FIN'])
    for (const [kind, count] of Object.entries(proxy.figures.cuts)) {
      expect(count, kind).toBeGreaterThan(0)
    }
    expect(proxy.cuts).toBe(60)
  })

  it('leaves those in silence who are not told, for a while', async () => {
    const scenes = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((seed) =>
        scene({ lifeMs: [20, 20], silenceMs: [300, 300] }, seed),
      ),
    )
    const waits = await Promise.all(
      scenes.map(async ({ proxy }) => {
        const from = performance.now()
        const client = dial(proxy.port)
        await until(() => !client.open)
        const { silent, deaf } = proxy.figures.cuts
        return silent + deaf > 0 ? [performance.now() - from] : []
      }),
    )
    expect(waits.flat().length).toBeGreaterThan(0)
    expect(Math.min(...waits.flat())).toBeGreaterThan(290)
  })

  it('lets nobody in at times, and everybody when all is calm', async () => {
    const { proxy } = await scene({ refuseEveryMs: [1, 1], refuseMs: [1e8, 1e8] })
    await until(() => {
      dial(proxy.port)
      return proxy.figures.refused > 0
    })
    proxy.calm()
    const client = dial(proxy.port)
    client.socket.write('oi')
    await until(() => client.text === 'oi')
    expect(client.open).toBe(true)
  })
})
