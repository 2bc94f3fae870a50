/** Accounts at the command line: `serve`, `accounts`, `admin`. */

import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { ReadStream } from 'node:tty'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountsOptions, adminOptions, serveOptions } from '../src/cli/options.ts'
import { askPassword } from '../src/cli/prompt.ts'
import { byToken } from './support/accounts.ts'
import { jsonClient, overTcp, overWebSocket, person, textClient } from './support/clients.ts'

const PASSWORD = 'correct horse battery'

describe('options', () => {
  it('of serve say who may come in', () => {
    expect(serveOptions([], {})).toMatchObject({
      accounts: true,
      guests: true,
      url: undefined,
      accountsSecret: undefined,
    })
    const env = { TERTULIA_ACCOUNTS_SECRET: 'x'.repeat(16), TERTULIA_GUESTS: 'off' }
    const args = ['--accounts', 'https://accounts.example.org', '--url', 'wss://chat.example.org']
    expect(serveOptions(args, env)).toMatchObject({
      accounts: 'https://accounts.example.org',
      guests: false,
      url: 'wss://chat.example.org',
      accountsSecret: 'x'.repeat(16),
    })
    expect(serveOptions(['--accounts', 'off'], {}).accounts).toBe(false)
  })

  it('of accounts are fewer, and its port is another', () => {
    expect(accountsOptions([], {})).toEqual({
      port: 8090,
      host: '127.0.0.1',
      storage: 'auto',
      url: undefined,
      secret: undefined,
      logLevel: 'info',
      logFormat: 'text',
    })
    expect(accountsOptions(['--port', '1'], {}).port).toBe(1)
    expect(() => accountsOptions(['--tcp-port', '1'], {})).toThrow(/tcp-port.*--help/)
  })

  it('of admin name what is to be done to whom', () => {
    expect(adminOptions(['create', 'Ana Maria', '--storage', 'sqlite:x'], {})).toEqual({
      act: 'create',
      name: 'Ana Maria',
      storage: 'sqlite:x',
    })
    expect(adminOptions(['restored', '--storage', 'sqlite:x'], {})).toEqual({
      act: 'restored',
      name: '',
      storage: 'sqlite:x',
    })
  })

  it.each([
    [() => serveOptions(['--accounts', 'maybe'], {}), /--accounts maybe: one of on, off, http/],
    [() => serveOptions(['--guests', 'few'], {}), /--guests few: one of on, off/],
    [() => serveOptions(['--url', 'somewhere'], {}), /--url somewhere: an address such as/],
    [() => adminOptions([], {}), /a name is needed/],
    [() => adminOptions(['create'], {}), /a name is needed/],
    [() => adminOptions(['crown', 'Ana'], {}), /admin crown: one of create, grant, revoke/],
    [() => adminOptions(['create', 'Ana', 'Maria'], {}), /Maria: too much/],
    [() => adminOptions(['restored', 'Ana'], {}), /Ana: too much/],
  ])('%s is refused with what would be right', (read, text) => {
    expect(read).toThrow(text)
  })
})

describe('the password of an admin', () => {
  const typed = (...texts: string[]) => {
    const input = new PassThrough() as unknown as ReadStream & PassThrough
    const modes: boolean[] = []
    Object.assign(input, { isTTY: true, setRawMode: (on: boolean) => modes.push(on) })
    for (const text of texts) input.write(text)
    return { input, modes }
  }

  it('is read from the environment, or the first line of a pipe', async () => {
    const pipe = new PassThrough()
    pipe.write('from the ')
    pipe.end('pipe\r\nmore\n')
    expect(await askPassword({}, pipe as unknown as ReadStream)).toBe('from the pipe')
    expect(await askPassword({ TERTULIA_ADMIN_PASSWORD: 'from there' })).toBe('from there')
    const empty = new PassThrough()
    empty.end('\n')
    await expect(askPassword({}, empty as unknown as ReadStream)).rejects.toThrow(/no password/)
  })

  it('is asked for twice at a terminal, without being shown', async () => {
    const { input, modes } = typed('sénhb', '\u007fa')
    const asked = askPassword({}, input)
    input.write('\r')
    await expect.poll(() => modes).toEqual([true, false, true])
    input.write('sénha\n')
    expect(await asked).toBe('sénha')
    expect(modes).toEqual([true, false, true, false])
  })

  it('has to be the same twice, and Ctrl+C ends it', async () => {
    const { input, modes } = typed('one\r')
    const asked = askPassword({}, input)
    await expect.poll(() => modes).toEqual([true, false, true])
    input.write('two\r')
    await expect(asked).rejects.toThrow(/two different/)
    await expect(askPassword({}, typed('on\u0003').input)).rejects.toThrow(/no password/)
  })
})

describe('tertulia', () => {
  const running: ChildProcess[] = []
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tertulia-cli-'))
  })
  afterEach(() => {
    for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  function run(args: readonly string[], env: Record<string, string> = {}, input = '') {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
      env: { ...process.env, ...env },
    })
    running.push(child)
    child.stdin.end(input)
    const output = { out: '', err: '' }
    child.stdout.on('data', (chunk) => {
      output.out += chunk
    })
    child.stderr.on('data', (chunk) => {
      output.err += chunk
    })
    const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
    const listening = async () => {
      await expect.poll(() => output.out, { timeout: 15_000 }).toContain('Ctrl+C')
      return {
        url: /ws:\/\/\S+/.exec(output.out)?.[0] as string,
        http: /http:\/\/[^\s/]+/.exec(output.out)?.[0] as string,
        port: Number(/TCP +\S+ (\d+)/.exec(output.out)?.[1]),
      }
    }
    return { child, output, exit, listening }
  }

  const post = async (url: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await response.json()) as Record<string, string>
  }
  const ports = ['--port', '0', '--tcp-port', '0']

  it('admin create makes the first admin, and the server knows them', async () => {
    const storage = ['--storage', `sqlite:${folder}/chat.db`]
    const made = run(['admin', 'create', 'Chefe', ...storage], {}, `${PASSWORD}\n`)
    expect(await made.exit).toBe(0)
    expect(made.output.out).toBe(`Chefe may do everything now (SQLite in ${folder}/chat.db)\n`)
    const again = run(['admin', 'create', 'chefe', ...storage], {
      TERTULIA_ADMIN_PASSWORD: PASSWORD,
    })
    const weak = run(['admin', 'create', 'Outra', ...storage], {}, 'short\n')
    expect(await again.exit).toBe(1)
    expect(again.output.err).toMatch(/^tertulia: .*has this name/)
    expect(await weak.exit).toBe(1)
    expect(weak.output.err).toMatch(/password is too short/)

    const server = run([...ports, ...storage])
    const { http, url, port } = await server.listening()
    expect(server.output.out).toContain('accounts, and anybody as a guest')
    const login = await post(`${http}/login`, { username: 'Chefe', password: PASSWORD })
    expect(login).toMatchObject({ url })
    expect(await post(`${http}/validate_token`, { token: login.token })).toMatchObject({
      admin: true,
    })
    const guest = await textClient(overTcp(port), 'Ana')
    await guest.line('Welcome, Ana!')
    const ana = await person(overTcp(port), 'Bia')
    await ana.ask('join', { room: 'sala' })
    const chefe = await byToken(overWebSocket(url), login.token as string)
    await chefe.ask('close', { room: 'sala' })
    await ana.push('closed')

    // What is done beside the server is heard there within a second or so.
    const revoked = run(['admin', 'revoke', 'Chefe', ...storage])
    expect(await revoked.exit).toBe(0)
    expect(await chefe.closed).toBe(3505)
    expect(server.output.err + server.output.out).not.toContain(PASSWORD)
    expect(server.output.err + server.output.out).not.toContain(login.token)
  }, 60_000)

  it('admin restored gives the rooms of a backup epochs that no client knows', async () => {
    const file = `${folder}/restored.db`
    const storage = ['--storage', `sqlite:${file}`]
    const log = async () => {
      const server = run([...ports, ...storage])
      const { port } = await server.listening()
      const ana = await person(overTcp(port), 'Ana')
      const joined = await ana.ask('join', { room: 'sala', recent: 10 })
      return { server, ana, joined }
    }
    const first = await log()
    await first.ana.ask('send', { room: 'sala', text: 'in the backup' })
    const copy = new Database(file)
    await copy.backup(`${folder}/backup.db`)
    copy.close()
    const { seq } = await first.ana.ask('send', { room: 'sala', text: 'lost' })
    first.server.child.kill('SIGTERM')
    await first.server.exit
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
    copyFileSync(`${folder}/backup.db`, file)

    const renewed = run(['admin', 'restored', ...storage])
    expect(await renewed.exit).toBe(0)
    expect(renewed.output.out).toMatch(/^2 rooms have a new epoch: .*restored\.db\)\n$/)
    const second = await log()
    expect(second.joined.epoch).not.toBe(first.joined.epoch)
    await second.ana.ask('send', { room: 'sala', text: 'another history' })
    await second.ana.ask('leave', { room: 'sala' })
    const since = { epoch: first.joined.epoch, seq }
    const { reset, entries } = await second.ana.ask('join', { room: 'sala', since })
    expect(reset).toBe(true)
    expect((entries as { text: string }[]).map(({ text }) => text)).toEqual([
      'in the backup',
      'another history',
    ])
    const memory = run(['admin', 'restored', '--storage', 'memory'])
    expect(await memory.exit).toBe(2)
    expect(memory.output.err).toContain('nothing in it that could have been restored')
  }, 60_000)

  it('admin says what is missing', async () => {
    const memory = run(['admin', 'create', 'Chefe', '--storage', 'memory'], {}, `${PASSWORD}\n`)
    const nobody = run(['admin', 'grant', 'Ana', '--storage', `sqlite:${folder}/chat.db`])
    expect(await memory.exit).toBe(2)
    expect(memory.output.err).toContain('--storage memory: an account made here would be gone')
    expect(await nobody.exit).toBe(1)
    expect(nobody.output.err).toContain('there is no account Ana')
  }, 30_000)

  it('E7: accounts serves chat servers that have no accounts of their own', async () => {
    const secret = { TERTULIA_ACCOUNTS_SECRET: 'a secret between servers' }
    const storage = ['--storage', `sqlite:${folder}/accounts.db`]
    const service = run(['accounts', '--port', '0', ...storage, '--url', 'ws://chat.test'], secret)
    const { http: accounts } = await service.listening()
    expect(service.output.out).toContain(`tertulia serve --accounts ${accounts}`)
    const chat = run(
      [...ports, '--storage', 'memory', '--accounts', accounts, '--guests', 'off'],
      secret,
    )
    const { url, http } = await chat.listening()
    expect(chat.output.out).toContain(`accounts of ${accounts} only`)
    const made = await post(`${accounts}/register`, { username: 'Ana', password: PASSWORD })
    expect(made.url).toBe('ws://chat.test')
    const ana = await byToken(overWebSocket(url), made.token as string)
    await expect(person(overWebSocket(url), 'Bia')).rejects.toMatchObject({ code: 'unauthorized' })
    const login = await post(`${http}/login`, { username: 'Ana', password: PASSWORD })
    const other = await jsonClient(overWebSocket(url))
    await other.ask('hello', { version: 1, token: login.token })
    await post(`${accounts}/v1/logout`, { token: made.token })
    expect(await ana.closed).toBe(3505)
    await other.ask('ping')
    service.child.kill('SIGINT')
    expect(await service.exit).toBe(0)
    expect(service.output.out).toContain('Closed.')
    chat.child.kill('SIGTERM')
    expect(await chat.exit).toBe(0)
  }, 60_000)
})
