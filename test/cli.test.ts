/** The command line: what it takes, what it refuses, what it prints. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { lineLogger } from '../src/cli/log.ts'
import { helpText, serveOptions } from '../src/cli/options.ts'
import { jsonClient, overTcp, overWebSocket, textClient } from './support/clients.ts'

describe('options', () => {
  it('have defaults, and a flag wins over its environment variable', () => {
    expect(serveOptions([], {})).toEqual({
      port: 8080,
      tcpPort: 12345,
      host: '127.0.0.1',
      storage: 'auto',
      broker: 'auto',
      files: 'auto',
      lang: 'en',
      defaultRoom: 'geral',
      accounts: true,
      accountsSecret: undefined,
      guests: true,
      metrics: false,
      pages: true,
      url: undefined,
      origins: [],
      trustProxy: false,
      tls: undefined,
      logLevel: 'info',
      logFormat: 'text',
    })
    const env = { TERTULIA_PORT: '1', TERTULIA_TCP_PORT: '2', TERTULIA_LANG: 'pt-BR' }
    expect(serveOptions(['--port', '0', '--default-room='], env)).toMatchObject({
      port: 0,
      tcpPort: 2,
      lang: 'pt-BR',
      defaultRoom: undefined,
    })
  })

  it.each([
    [['--port', '70000'], /--port 70000.*65535/],
    [['--port', 'x'], /--port x/],
    [['--tcp-port', '-1'], /tcp-port/],
    [['--lang', 'fr'], /--lang fr.*en, pt-BR/],
    [['--log-level', 'loud'], /debug, info, warn, error, silent/],
    [['--pages', 'maybe'], /--pages maybe.*on, off/],
    [['--origins', 'https://a.example/chat'], /--origins https:..a.example.chat.*without a path/],
    [['--trust-proxy', 'yes'], /--trust-proxy yes.*on, off/],
    [['--tls-cert', 'a.pem'], /both are needed/],
    [['--nonsense'], /--nonsense.*--help/],
    [['extra'], /extra.*--help/],
  ])('%j is refused with what would be right', (args, text) => {
    expect(() => serveOptions(args, {})).toThrow(text)
  })

  it('are all in --help, with their variables', () => {
    const help = helpText('1.2.3')
    expect(help).toContain('1.2.3')
    for (const name of [
      'port',
      'tcp-port',
      'host',
      'storage',
      'broker',
      'origins',
      'trust-proxy',
      'tls-cert',
      'tls-key',
      'lang',
      'default-room',
      'accounts',
      'guests',
      'metrics',
      'pages',
      'files',
      'url',
      'log-level',
      'log-format',
    ]) {
      expect(help).toContain(`--${name} `)
      expect(help).toContain(`TERTULIA_${name.toUpperCase().replaceAll('-', '_')}`)
    }
  })
})

describe('the log', () => {
  const now = () => Date.UTC(2026, 0, 2)

  it('is one line per event, whatever is in it, for people or machines', () => {
    const lines: string[] = []
    const nasty = { name: 'a\nb "c"', err: new Error('bad\nthing') }
    lineLogger('info', 'text', (line) => lines.push(line), now).warn(nasty, 'hm')
    lineLogger('info', 'json', (line) => lines.push(line), now).error(nasty, 'hm')
    expect(lines[0]).toMatch(
      /^2026-01-02T00:00:00\.000Z warn {2}hm name="a\\nb \\"c\\"" err="Error: bad/,
    )
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      level: 'error',
      msg: 'hm',
      name: 'a\nb "c"',
    })
    for (const line of lines) expect(line).not.toContain('\n')
  })

  it('says what its level asks for', () => {
    const lines: string[] = []
    const logger = lineLogger('warn', 'text', (line) => lines.push(line), now)
    logger.debug({}, '1')
    logger.info({}, '2')
    logger.warn({}, '3')
    logger.error({}, '4')
    expect(lines.map((line) => line.at(-1))).toEqual(['3', '4'])
  })
})

describe('tertulia', () => {
  const running: ChildProcess[] = []
  afterEach(() => {
    for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  })

  function run(...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args])
    running.push(child)
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
      const url = /ws:\/\/\S+/.exec(output.out)?.[0] as string
      const port = Number(/TCP +\S+ (\d+)/.exec(output.out)?.[1])
      return { url, port }
    }
    return { child, output, exit, listening }
  }

  it('tells its version and how to use it, and refuses what it does not know', async () => {
    const version = run('--version')
    expect(await version.exit).toBe(0)
    expect(version.output.out).toMatch(/^\d+\.\d+\.\d+\n$/)
    const help = run('serve', '--help')
    expect(await help.exit).toBe(0)
    expect(help.output.out).toContain('--storage')
    const wrong = run('dance')
    expect(await wrong.exit).toBe(2)
    expect(wrong.output.err).toMatch(/dance.*--help/)
    const storage = run('serve', '--storage', 'floppy')
    expect(await storage.exit).toBe(2)
    expect(storage.output.err).toBe(
      'tertulia: --storage floppy: one of memory, sqlite:FILE, postgres://… is needed\n',
    )
  })

  it('says which port is taken', async () => {
    const first = run('--port', '0', '--tcp-port', '0', '--storage', 'memory')
    const { port } = await first.listening()
    const second = run('--port', '0', '--tcp-port', `${port}`, '--storage', 'memory')
    expect(await second.exit).toBe(1)
    expect(second.output.err).toContain(`127.0.0.1:${port}: EADDRINUSE`)
  })

  it('shows the pages and says where, unless told not to', async () => {
    const args = ['--port', '0', '--tcp-port', '0', '--storage', 'memory']
    const addresses = (out: string): string[] =>
      [...(/^ +Pages .*$/m.exec(out)?.[0] ?? '').matchAll(/http:\S+/g)].map(([url]) => url)
    const config = async (url: string): Promise<string> =>
      (await (await fetch(url)).text()).replaceAll('&quot;', '"')

    const all = run(...args)
    await all.listening()
    const [chat = '', admin = ''] = addresses(all.output.out)
    expect(await config(chat)).toContain('"accounts":true,"guests":true,"admin":true')
    expect(admin).toBe(`${chat}admin`)
    expect(await config(admin)).toContain('src="admin.js?v=')

    const few = run(...args, '--accounts', 'off')
    await few.listening()
    const [only = '', none] = addresses(few.output.out)
    expect(none).toBeUndefined()
    expect(await config(only)).toContain('"accounts":false,"guests":true,"admin":false')
    expect((await fetch(`${only}admin`)).status).toBe(404)

    const off = run(...args, '--pages', 'off')
    const { url } = await off.listening()
    expect(addresses(off.output.out)).toEqual([])
    expect((await fetch(url.replace('ws', 'http'))).status).toBe(404)
  })

  it('B8 B9: logs JSON lines, tells clients when it stops, and ends with 0', async () => {
    const args = ['--port', '0', '--tcp-port', '0', '--storage', 'memory', '--log-format', 'json']
    const server = run('serve', ...args, '--lang', 'pt-BR')
    const { url, port } = await server.listening()
    const alice = await textClient(overTcp(port), 'Alice')
    await alice.line('Boas-vindas, Alice!')
    const bob = await jsonClient(overWebSocket(url))
    await bob.ask('hello', { version: 1, name: 'Bob' })
    server.child.kill('SIGINT')
    await alice.line(/^\* Até logo/)
    expect(await bob.closed).toBe(3000)
    expect(await server.exit).toBe(0)
    expect(server.output.out).toContain('Closed.')
    const lines = server.output.err.trim().split('\n')
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
    expect(messages).toEqual(expect.arrayContaining(['listening', 'connected', 'joined', 'left']))
  })

  it('A5: keeps what was said in a file, through a kill -9', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tertulia-cli-'))
    try {
      const args = ['--port', '0', '--tcp-port', '0', '--storage', `sqlite:${folder}/chat.db`]
      const first = run(...args)
      const alice = await jsonClient(overTcp((await first.listening()).port))
      const { ticket } = await alice.ask('hello', { version: 1, name: 'Alice' })
      const { epoch } = await alice.ask('join', { room: 'geral' })
      for (const text of ['um', 'dois']) await alice.ask('send', { room: 'geral', text, cid: text })
      first.child.kill('SIGKILL')
      await alice.closed
      const second = run(...args)
      const again = await jsonClient(overTcp((await second.listening()).port))
      await again.ask('hello', { version: 1, ticket })
      const back = await again.ask('join', { room: 'geral', since: { epoch, seq: 1 } })
      expect(back).toMatchObject({ head: 2, entries: [{ seq: 2, text: 'dois' }] })
      expect(back).not.toHaveProperty('reset')
      expect(await again.ask('send', { room: 'geral', text: 'dois', cid: 'dois' })).toMatchObject({
        seq: 2,
        duplicate: true,
      })
      expect(await again.ask('send', { room: 'geral', text: 'três' })).toMatchObject({ seq: 3 })
      second.child.kill('SIGTERM')
      expect(await second.exit).toBe(0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
