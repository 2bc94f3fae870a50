/** `tertulia doctor`: what it finds, on real files, ports and packages. */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { examine } from '../src/cli/doctor/examine.ts'
import { serveOptions } from '../src/cli/options.ts'
import { sqliteStorage } from '../src/storage/sqlite.ts'
import { chatServerWith } from './support/doctor.ts'
import { start } from './support/server.ts'

// Each process loads all of the sources.
vi.setConfig({ testTimeout: 60_000 })

let folder = ''
const servers: Server[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tertulia-doctor-'))
})

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true, force: true })
})

const ANY_PORTS = ['--port', '0', '--tcp-port', '0']

/** What is found of one thing, as `level: found → todo`. */
async function find(check: string, ...args: string[]): Promise<string[]> {
  const options = serveOptions([...ANY_PORTS, ...args], {})
  return (await examine(options, ['port', 'storage']))
    .filter((finding) => finding.check === check)
    .map(({ level, found, todo }) => `${level}: ${found}${todo === undefined ? '' : ` → ${todo}`}`)
}

/** Runs the command as a process; `at` is where the package is. */
function run(args: readonly string[], { at = '.' } = {}) {
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const child = spawn(process.execPath, [
    '--import',
    tsx,
    join(at, 'src/cli/main.ts'),
    'doctor',
    ...ANY_PORTS,
    ...args,
  ])
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

describe('the command', () => {
  it('tells what it found, a line for each, and ends with 0 when nothing has to be done', async () => {
    const { code, out } = await run(['--storage', `sqlite:${folder}/chat.db`])
    expect(code).toBe(0)
    expect(out).toMatch(/^tertulia doctor \d+\.\d+\.\d+\n/)
    expect(out).toMatch(/^ok +node +Node \d+\.\d+\.\d+ \(/m)
    expect(out).toMatch(/^ok +storage +.*chat\.db will be made$/m)
    expect(out).toMatch(/\n(All is well|It runs; .*)\.\n$/)
    expect(out, 'no colours where nobody sees them').not.toContain('\u001b')
    expect(readdirSync(folder), 'it leaves nothing behind').toEqual([])
  })

  it('ends with 1 when something has to be done, and says what, in Portuguese too', async () => {
    const where = ['--storage', `sqlite:${folder}/nowhere/chat.db`]
    const { code, out } = await run([...where, '--lang', 'pt-BR'])
    expect(code).toBe(1)
    expect(out).toMatch(/^ERRO +folder +.*nowhere não existe\n +→ mkdir -p .*nowhere$/m)
    expect(out).toMatch(/\n1 a corrigir[^\n]*\.\n$/)
    const forPrograms = await run([...where, '--json'])
    expect(forPrograms.code).toBe(1)
    const told = JSON.parse(forPrograms.out) as { ok: boolean; findings: object[] }
    expect(told).toMatchObject({ ok: false, version: expect.stringMatching(/^\d/) })
    expect(told.findings).toContainEqual({
      check: 'folder',
      level: 'fail',
      found: `${folder}/nowhere is not there`,
      todo: `mkdir -p ${folder}/nowhere`,
    })
  })

  it.each([
    [['--storage', 'floppy'], 'one of memory, sqlite:FILE, postgres://… is needed'],
    [['--nonsense'], '--nonsense'],
  ])('ends with 2 when it is called wrongly: %j', async (args, text) => {
    const { code, err } = await run(args)
    expect(code).toBe(2)
    expect(err).toContain(text)
  })

  it('makes visible what a name of a file would do to the terminal', async () => {
    const { out } = await run(['--storage', `sqlite:${folder}/a\u001b[2Jb.db`])
    expect(out).toContain('a␛[2Jb.db will be made')
  })
})

describe('SQLite', () => {
  const hash = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

  /** A file with what was said in it. */
  async function kept(): Promise<string> {
    const file = join(folder, 'chat.db')
    await chatServerWith(sqliteStorage(file), async (chat) => {
      for (let i = 0; i < 50; i++) await chat.room('geral').send('x'.repeat(1000))
    })
    return file
  }

  it('is sound, and nothing in it is changed', async () => {
    const file = await kept()
    const before = hash(file)
    expect(await find('storage', '--storage', `sqlite:${file}`)).toEqual([
      expect.stringMatching(/^ok: .*chat\.db \(\d+ KB, journal wal\) is sound$/),
    ])
    expect(await find('schema', '--storage', `sqlite:${file}`)).toEqual([
      expect.stringMatching(/^ok: version \d+, as this release has it$/),
    ])
    expect(await find('admins', '--storage', `sqlite:${file}`)).toEqual([
      'warn: nobody may do everything yet → npx tertulia admin create NAME',
    ])
    expect(hash(file)).toBe(before)
    expect(readdirSync(folder)).toEqual(['chat.db'])
  })

  it('is looked at while a server writes to it, whose log stays as it is', async () => {
    const file = join(folder, 'chat.db')
    await chatServerWith(sqliteStorage(file), async (chat) => {
      await chat.room('geral').send('hello')
      const before = hash(`${file}-wal`)
      expect(await find('storage', '--storage', `sqlite:${file}`)).toEqual([
        expect.stringMatching(/^ok: .* is sound$/),
      ])
      expect(hash(`${file}-wal`)).toBe(before)
      await chat.room('geral').send('and on')
    })
  })

  it('is damaged', async () => {
    const file = await kept()
    const bytes = readFileSync(file)
    // Pages in the middle; the header, and the list of tables, stay.
    bytes.fill(0xee, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.9))
    writeFileSync(file, bytes)
    expect(await find('storage', '--storage', `sqlite:${file}`)).toEqual([
      expect.stringMatching(/^fail: .*chat\.db is damaged: .* → .*restore the last backup/),
    ])
  })

  it('is something else', async () => {
    const file = join(folder, 'notes.txt')
    writeFileSync(file, 'Dear diary, '.repeat(1000))
    expect(await find('storage', '--storage', `sqlite:${file}`)).toEqual([
      expect.stringMatching(/^fail: .*notes\.txt is no SQLite database → /),
    ])
    expect(await find('storage', '--storage', `sqlite:${folder}`)).toEqual([
      expect.stringMatching(/^fail: .* is no file → /),
    ])
  })

  it('is of a newer release, or held by somebody', async () => {
    const file = await kept()
    const db = new Database(file)
    db.exec('update tertulia_version set version = 99')
    expect(await find('schema', '--storage', `sqlite:${file}`)).toEqual([
      expect.stringMatching(/^fail: version 99, and this release knows up to \d+ → install/),
    ])
    db.pragma('journal_mode = delete')
    db.exec('begin exclusive')
    try {
      expect(await find('storage', '--storage', `sqlite:${file}`)).toEqual([
        expect.stringMatching(/^warn: .* is locked by another process → /),
      ])
    } finally {
      db.close()
    }
  })

  it('is in a folder where nothing may be written', async () => {
    // The superuser may write everywhere but there.
    const closed = process.getuid?.() === 0 ? '/proc' : folder
    if (closed === folder) chmodSync(folder, 0o555)
    const { code, out } = await run(['--storage', `sqlite:${closed}/chat.db`])
    if (closed === folder) chmodSync(folder, 0o755)
    expect(out).toMatch(/^ERROR +folder .* can't be written to: E.*\n +→ .*chown/m)
    expect(out).toMatch(/^ERROR +files .* can't be written to/m)
    expect(code).toBe(1)
  })
})

describe('ports', () => {
  it('are free, asked for twice, or of another machine', async () => {
    const port = await listening(createTcpServer())
    servers.pop()?.close()
    expect(await find('port', '--port', `${port}`)).toEqual([`ok: ${port} is free on 127.0.0.1`])
    expect(await find('port', '--port', `${port}`, '--tcp-port', `${port}`)).toEqual([
      expect.stringMatching(/^fail: \d+ is asked for twice/),
    ])
    // An address for documents (RFC 5737): nobody has it.
    expect(await find('port', '--port', `${port}`, '--host', '192.0.2.1')).toEqual([
      expect.stringMatching(/^fail: 192\.0\.2\.1 can't be listened on \(EADDRNOTAVAIL\)/),
    ])
  })

  it('are taken by another program, however silent', async () => {
    const silent = await listening(createTcpServer())
    const web = await listening(createServer((_request, response) => response.end('{}')))
    const [port, tcpPort] = await Promise.all([
      find('port', '--port', `${web}`),
      find('tcp-port', '--tcp-port', `${silent}`),
    ])
    expect(port).toEqual([
      `fail: ${web} is taken by another program → choose another --port, or end that program`,
    ])
    expect(tcpPort).toEqual([
      expect.stringContaining(`fail: ${silent} is taken by another program`),
    ])
  })

  it('have a Tertulia at them already', async () => {
    const { where } = await start()
    const args = ['--port', `${where.port}`, '--tcp-port', `${where.tcpPort}`]
    expect(await find('port', ...args)).toEqual([
      expect.stringContaining(`warn: a Tertulia answers at ${where.port}`),
    ])
    expect(await find('tcp-port', ...args)).toEqual([
      expect.stringContaining(`warn: a Tertulia answers at ${where.tcpPort}`),
    ])
  })

  it('are open to others without encryption', async () => {
    expect(await find('host', '--host', '0.0.0.0')).toEqual([
      expect.stringContaining('warn: 0.0.0.0 is reached by others'),
    ])
    expect(await find('host')).toEqual([])
    expect(await find('metrics', '--host', '0.0.0.0', '--metrics', 'on')).toEqual([
      expect.stringMatching(/^warn: whoever reaches the port can read the figures/),
    ])
    expect(await find('host', '--host', '0.0.0.0', '--url', 'wss://127.0.0.1:1')).toEqual([])
  })
})

describe('drivers', () => {
  /** A copy of this package with only these packages beside it. */
  function installedWith(...packages: string[]): string {
    const at = join(folder, 'package')
    cpSync('src', join(at, 'src'), { recursive: true })
    cpSync('package.json', join(at, 'package.json'))
    mkdirSync(join(at, 'node_modules'))
    for (const name of packages)
      symlinkSync(join(process.cwd(), 'node_modules', name), join(at, 'node_modules', name))
    return at
  }

  it('are missing: it says what to install, and for what', async () => {
    const at = installedWith('kysely', 'ws')
    const noPages = ['--pages', 'off']
    const [auto, sqlite, postgres] = await Promise.all([
      run(noPages, { at }),
      run([...noPages, '--storage', `sqlite:${folder}/chat.db`], { at }),
      run([...noPages, '--storage', 'postgres://127.0.0.1:1/x'], { at }),
    ])
    expect(auto.out).toMatch(
      /^warning +better-sqlite3 +not installed: .*\n +→ npm install better-sqlite3$/m,
    )
    expect(auto.out).toMatch(/^ok +pg .*npm install pg: messages in Postgres/m)
    expect(auto.out).toMatch(/^ok +storage +memory: messages are gone/m)
    expect(auto.code).toBe(0)
    expect(sqlite.out).toMatch(/^ERROR +better-sqlite3 .*--storage needs it\n +→ npm install/m)
    expect(sqlite.code).toBe(1)
    expect(postgres.out).toMatch(/^ERROR +pg .*--storage needs it\n +→ npm install pg$/m)
    expect(postgres.code).toBe(1)
  })

  it('are too old, or broken', async () => {
    const at = installedWith('kysely', 'ws')
    const fake = (name: string, version: string, code: string): void => {
      const place = join(at, 'node_modules', name)
      mkdirSync(place, { recursive: true })
      writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version }))
      writeFileSync(join(place, 'index.js'), code)
    }
    fake('better-sqlite3', '12.11.0', "throw new Error('was compiled against another Node')")
    fake('pg', '7.0.0', '')
    fake('@node-rs/argon2', '2.0.0', 'process.abort()')
    const { code, out } = await run([], { at })
    expect(out).toMatch(
      /^ERROR +better-sqlite3 .*can't be loaded: Error: was compiled.*\n +→ npm rebuild better-sqlite3$/m,
    )
    expect(out).toMatch(
      /^warning +pg +7\.0\.0 is installed, and \S+ is needed\n +→ npm install "pg@/m,
    )
    expect(out).toMatch(/^ERROR +pages +the pages are not built\n +→ npm run build$/m)
    expect(out).toMatch(/^warning +@node-rs\/argon2 .*can't be loaded/m)
    expect(code).toBe(1)
  })
})
