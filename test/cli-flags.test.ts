/** What stands between `tertulia serve` and others: TLS, proxies, pages from elsewhere, other nodes. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { placeOf } from '../src/cli/place.ts'
import { overTcp, overWebSocket, person, texts } from './support/clients.ts'
import { ask, testPostgres } from './support/postgres.ts'
import { type Service, serviceProgram, startService } from './support/services.ts'
import { selfSigned } from './support/transport-host.ts'

const running: ChildProcess[] = []
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null) continue
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
})

/** Runs `serve` on free ports; resolves to where it listens. */
async function serve(...args: readonly string[]) {
  const ports = ['--port', '0', '--tcp-port', '0', '--files', 'memory']
  const child = spawn(process.execPath, [
    ...['--import', 'tsx', 'src/cli/main.ts', 'serve', ...ports, '--log-format', 'json', ...args],
  ])
  running.push(child)
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    output.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.err += chunk
  })
  const told = () => expect.poll(() => output.out + output.err, { timeout: 15_000 })
  await told().toMatch(/Ctrl\+C|tertulia: /)
  const url = /wss?:\/\/\S+/.exec(output.out)?.[0] as string
  return { url, port: Number(/TCP +\S+ (\d+)/.exec(output.out)?.[1]), output }
}

describe('tertulia serve', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tertulia-flags-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('encrypts all ports with a certificate, and says what is wrong with it', async () => {
    const { key, cert } = selfSigned()
    const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
    writeFileSync(files.key, key)
    writeFileSync(files.cert, cert)
    const tls = ['--tls-cert', files.cert, '--tls-key', files.key, '--storage', 'memory']
    const { url } = await serve(...tls)
    expect(url).toMatch(/^wss:/)
    const alice = await person(overWebSocket(url, { ca: cert }), 'Alice')
    expect(await alice.ask('join', { room: 'geral' })).toMatchObject({ room: 'geral' })
    const { output } = await serve('--tls-cert', '/nowhere', '--tls-key', files.key)
    expect(output.err).toMatch(/TLS: .*\/nowhere/)
  })

  it('lets pages of other origins in that are named, and its own; no others', async () => {
    const { url } = await serve('--storage', 'memory', '--origins', 'https://a.example,http://b')
    const own = url.replace('ws:', 'http:')
    for (const origin of ['https://a.example', 'http://b', own]) {
      const somebody = await person(overWebSocket(url, { headers: { origin } }))
      expect(await somebody.ask('ping')).toHaveProperty('ts')
      const page = await fetch(`${own}/v1/openapi.json`, { headers: { origin } })
      expect(page.headers.get('access-control-allow-origin')).toBe(origin)
    }
    const other = overWebSocket(url, { headers: { origin: 'https://c.example' } })
    await expect(person(other)).rejects.toThrow()
  })

  it.each(['on', 'off'] as const)('behind a proxy: --trust-proxy %s', async (trust) => {
    const { url, output } = await serve('--storage', 'memory', '--trust-proxy', trust)
    const headers = { 'x-forwarded-for': '192.0.2.1, 203.0.113.9' }
    await person(overWebSocket(url, { headers }), 'Alice')
    const address = trust === 'on' ? '203.0.113.9' : '127.0.0.1'
    await expect.poll(() => output.err).toContain(`"address":"${address}"`)
    expect(output.err).not.toContain('192.0.2.1')
  })
})

describe('--broker', () => {
  it('is refused where nodes share nothing, and where it is no broker', async () => {
    await expect(placeOf('memory', 'redis://127.0.0.1')).rejects.toThrow(/--storage postgres/)
    await expect(placeOf('postgres://127.0.0.1/x', 'amqp://secret@host')).rejects.toThrow(
      /--broker amqp: one of auto, off, redis:..…, nats:..…/,
    )
    expect(await placeOf('postgres://127.0.0.1/x', 'off')).not.toHaveProperty('broker')
    expect((await placeOf('postgres://127.0.0.1/x')).broker?.name).toBe('postgres')
  })
})

const postgres = await testPostgres()

describe.each(['redis', 'nats'] as const)('two nodes of serve, linked by %s', (kind) => {
  const isThere = serviceProgram(kind) !== null && postgres !== null
  let service: Service
  beforeAll(async () => {
    if (isThere) service = await startService(kind)
  })
  afterAll(() => service?.remove())

  it.skipIf(!isThere)('are one server', async () => {
    const database = new URL(postgres as string)
    database.pathname = `/flags_${kind}`
    await ask(
      postgres as string,
      `drop database if exists flags_${kind} with (force)`,
      `create database flags_${kind}`,
    )
    const args = ['--storage', `${database}`, '--broker', service.url]
    const [one, two] = [await serve(...args), await serve(...args)]
    expect(one.output.out).toContain(`nodes linked by ${kind}`)
    const room = 'sala'
    const alice = await person(overWebSocket(one.url), 'Alice')
    const bob = await person(overTcp(two.port), 'Bob')
    await alice.ask('join', { room })
    await bob.ask('join', { room })
    const began = performance.now()
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      await alice.ask('send', { room, text })
      await bob.push('message', (push) => push.text === text)
    }
    // Looks into storage alone would take a second each.
    expect(performance.now() - began).toBeLessThan(2500)
    expect(texts(bob, room)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})
