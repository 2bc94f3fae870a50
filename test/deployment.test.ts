/** The set-up for nginx in docs/deployment.md does what it is there for. Runs a real nginx. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { memoryFiles } from '../src/files/memory.ts'
import { type ChatServer, createChatServer } from '../src/index.ts'
import { parseMarkdown } from './project/markdown.ts'
import { overWebSocket, person } from './support/clients.ts'
import { freePort } from './support/services.ts'

/** The program; `null`: there is none. With `TERTULIA_REQUIRE_SERVICES=1` that is an error. */
function nginxProgram(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const found = folders.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path))
  if (found === undefined && process.env.TERTULIA_REQUIRE_SERVICES === '1') {
    throw new Error('there is no nginx, and TERTULIA_REQUIRE_SERVICES=1')
  }
  return found ?? null
}

function blockOf(language: string): string {
  const text = readFileSync(new URL('../docs/deployment.md', import.meta.url), 'utf8')
  const block = parseMarkdown(text).blocks.find(({ info }) => info[0] === language)
  if (block === undefined) throw new Error(`there is no ${language} in docs/deployment.md`)
  return block.code
}

describe.skipIf(nginxProgram() === null)('behind nginx, as the guide has it', () => {
  let folder = ''
  let nginx: ChildProcess
  let chat: ChatServer
  let host = ''
  const addresses: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tertulia-nginx-'))
    mkdirSync(join(folder, 'logs'))
    chat = createChatServer({ files: memoryFiles() })
    chat.on('connect', ({ connection }) => addresses.push(connection.address))
    const { port } = await chat.listen({
      port: 0,
      clientAddress: ({ headers }) =>
        headers['x-forwarded-for']?.toString().split(',').at(-1)?.trim() ?? '',
    })
    const front = await freePort()
    host = `127.0.0.1:${front}`
    const site = blockOf('nginx')
      .replace('server 127.0.0.1:8080;', `server 127.0.0.1:${port};`)
      .replace('listen 80;', `listen ${host};`)
    expect(site).toContain(`server 127.0.0.1:${port};`)
    expect(site).toContain(`listen ${host};`)
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (what) => `${what}_temp_path ${join(folder, what)};`,
    )
    const user = process.getuid?.() === 0 ? 'user root;' : ''
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; ${user} pid ${join(folder, 'pid')}; events {}\nhttp { access_log off;\n${temp.join('\n')}\n${site}\n}`,
    )
    const errors = `error_log ${join(folder, 'error.log')};`
    nginx = spawn(nginxProgram() as string, ['-p', folder, '-c', 'nginx.conf', '-g', errors], {
      stdio: 'ignore',
    })
    await vi.waitFor(async () => {
      const log = join(folder, 'error.log')
      if (nginx.exitCode !== null) throw new Error(existsSync(log) ? readFileSync(log, 'utf8') : '')
      expect((await fetch(`http://${host}/health`)).status).toBe(200)
    }, 10_000)
  })

  afterAll(async () => {
    const ended = new Promise((resolve) => nginx.once('exit', resolve))
    nginx.kill('SIGTERM')
    await ended
    await chat.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('WebSockets come through, with pages of their own origin, and no others', async () => {
    const open = (origin: string) => overWebSocket(`ws://${host}`, { headers: { origin } })
    const alice = await person(open(`http://${host}`), 'Alice')
    await alice.ask('join', { room: 'geral' })
    expect(await alice.ask('send', { room: 'geral', text: 'oi' })).toMatchObject({ seq: 1 })
    await expect(person(open('http://elsewhere.example'), 'Bob')).rejects.toThrow()
    alice.end()
  })

  it('clients are known by the address nginx saw, whatever they say of themselves', async () => {
    addresses.length = 0
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    const carol = await person(overWebSocket(`ws://${host}`, { headers }), 'Carol')
    expect(addresses).toEqual(['127.0.0.1'])
    carol.end()
  })

  it('a stream arrives as it is written, and files go both ways', async () => {
    const json = { 'content-type': 'application/json' }
    const made = await fetch(`http://${host}/v1/session`, {
      method: 'POST',
      headers: json,
      body: '{"name":"Davi"}',
    })
    const { session } = (await made.json()) as { session: string }
    const headers = { ...json, 'tertulia-session': session }
    const post = (path: string, body: string, method = 'POST') =>
      fetch(`http://${host}/v1/${path}`, { method, headers, body })
    expect((await post('rooms/sala/members/me', '{}', 'PUT')).status).toBe(201)
    const leaving = new AbortController()
    const stream = await fetch(`http://${host}/v1/events`, { headers, signal: leaving.signal })
    const reader = (stream.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader()
    expect((await post('rooms/sala/messages', '{"text":"agora"}')).status).toBe(201)
    let heard = ''
    while (!heard.includes('agora')) heard += (await reader.read()).value ?? ''
    leaving.abort()

    const png = Buffer.alloc(2_000_000)
    png.set(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
    const up = await fetch(`http://${host}/v1/rooms/sala/files?name=a.png`, {
      method: 'POST',
      headers: { 'tertulia-session': session },
      body: png,
    })
    expect(up.status).toBe(201)
    const { id } = (await up.json()) as { id: string }
    await post('rooms/sala/messages', JSON.stringify({ text: '', file: id }))
    const down = await fetch(`http://${host}/v1/files/${id}/a.png`, {
      headers: { 'tertulia-session': session },
    })
    expect(Buffer.from(await down.arrayBuffer()).equals(png)).toBe(true)
  })
})
