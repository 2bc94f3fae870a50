/** A program that closes its client ends: nothing of the SDK keeps it. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { start } from '../support/server.ts'
import { secured } from './sdk-secured.ts'
import { ANA, LIMITS } from './sdk-support.ts'

/** What a program does that starts, does something, and says when it has closed its client. */
const PROGRAM = `
import { connect } from '${resolve('src/client-node.ts')}'
const acts = {
  // Talks, with timers of every kind running.
  async talk(chat) {
    const room = await chat.join('geral')
    room.typing()
    await room.send('oi')
    await room.markRead()
    void room.send('this is on its way')
  },
  // Nobody answers.
  async wait(chat) {
    chat.join('geral').catch(() => {})
    chat.request('rooms', {}).catch(() => {})
    await new Promise((done) => setTimeout(done, 100))
  },
  async greet(chat) {
    await chat.ready
  },
  async hurry() {},
}
async function main() {
  const [act, url] = process.argv.slice(2)
  const chat = connect(url)
  await acts[act](chat)
  await chat.close()
  const at = Date.now()
  process.on('exit', () => console.log(Date.now() - at))
}
void main()
`

const folder = mkdtempSync(join(tmpdir(), 'sdk-end-'))
const program = join(folder, 'program.cjs')
/** Takes connections, and never says a word. */
let silent: Server
const sockets: Socket[] = []
let silentPort = 0
/** Nobody listens there. */
let deadPort = 0

beforeAll(async () => {
  const stdin = { contents: PROGRAM, resolveDir: resolve('.'), loader: 'ts' as const }
  await build({ stdin, bundle: true, platform: 'node', outfile: program, logLevel: 'error' })
  const listen = (server: Server): Promise<number> =>
    new Promise((done) => {
      server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port))
    })
  silent = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  silentPort = await listen(silent)
  const dead = createServer()
  deadPort = await listen(dead)
  dead.close()
})

afterAll(() => {
  for (const socket of sockets) socket.destroy()
  silent.close()
  rmSync(folder, { recursive: true })
})

/** Runs the program; how long it took to end after it had closed its client, in ms. */
function run(act: string, url: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [program, act, url], {
      timeout: 20_000,
      env: { ...process.env, ...env },
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (text) => {
      out += text
    })
    child.stderr.on('data', (text) => {
      err += text
    })
    child.on('close', (code) => {
      if (code === 0 && /^\d+\n$/.test(out)) done(Number(out))
      else failed(new Error(`it ended with ${code}: ${out}${err}`))
    })
  })
}

it.each(['websocket', 'tcp'])('at once, after a talk over %s', async (transport) => {
  const { where } = await start()
  const url = transport === 'tcp' ? `tcp://127.0.0.1:${where.tcpPort}` : (where.url as string)
  expect(await run('talk', url)).toBeLessThan(1000)
})

it.each(['ws', 'tcp'])('at once, where nobody listens: %s', async (protocol) => {
  expect(await run('wait', `${protocol}://127.0.0.1:${deadPort}`)).toBeLessThan(1000)
})

it.each(['ws', 'tcp'])('soon, where nobody answers: %s', async (protocol) => {
  expect(await run('wait', `${protocol}://127.0.0.1:${silentPort}`)).toBeLessThan(4000)
})

it('soon, where the server hangs after hello', async () => {
  const hanging = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  hanging.on('connection', (socket, { socket: raw }) => {
    socket.once('message', (text) => {
      const { id } = JSON.parse(`${text}`)
      socket.send(JSON.stringify({ re: id, ok: { version: 1, person: ANA, limits: LIMITS } }))
      raw.pause()
    })
  })
  await once(hanging, 'listening')
  const { port } = hanging.address() as { port: number }
  expect(await run('greet', `ws://127.0.0.1:${port}`)).toBeLessThan(4000)
  for (const socket of hanging.clients) socket.terminate()
  hanging.close()
})

it.each(['ws', 'tcp'])('soon, closed before it connected: %s', async (protocol) => {
  expect(await run('hurry', `${protocol}://127.0.0.1:${silentPort}`)).toBeLessThan(1000)
})

it.each(['wss', 'tls'])('and trusts those that the environment names: %s', async (protocol) => {
  const { where } = await start()
  const port = protocol === 'tls' ? where.tcpPort : new URL(where.url as string).port
  const tls = await secured(Number(port))
  const url = `${protocol}://localhost:${tls.port}`
  expect(await run('talk', url, { NODE_EXTRA_CA_CERTS: tls.caFile })).toBeLessThan(1000)
  await tls.close()
})
