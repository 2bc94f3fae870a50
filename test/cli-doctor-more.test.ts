/** `tertulia doctor`: Postgres, account services, addresses, the machine. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { storageAccounts } from '../src/auth/accounts.ts'
import { createAccountServer } from '../src/auth/service.ts'
import { looked } from '../src/cli/doctor/examine.ts'
import type { Finding, Look } from '../src/cli/doctor/finding.ts'
import { lasting } from '../src/cli/doctor/folder.ts'
import { isIn, ownPackage } from '../src/cli/doctor/package.ts'
import { lookAtAccounts, lookAtUrl } from '../src/cli/doctor/people.ts'
import { lookAtPostgres } from '../src/cli/doctor/postgres.ts'
import { lines } from '../src/cli/doctor/report.ts'
import { sqliteFindings } from '../src/cli/doctor/sqlite.ts'
import { clock, memory, openFiles, versionOfNode } from '../src/cli/doctor/system.ts'
import { EN } from '../src/cli/doctor/texts-en.ts'
import { PT_BR } from '../src/cli/doctor/texts-pt-br.ts'
import { serveOptions } from '../src/cli/options.ts'
import { recordsIn } from '../src/cli/records.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { postgresStorage } from '../src/storage/postgres.ts'
import { ownDatabase } from './support/database.ts'
import { chatServerWith } from './support/doctor.ts'
import { ask, testPostgres } from './support/postgres.ts'
import { startPostgres } from './support/postgres-server.ts'
import { selfSigned } from './support/transport-host.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const told = ({ check, level, found, todo }: Finding): string =>
  `${level} ${check}: ${found}${todo === undefined ? '' : ` → ${todo}`}`

/** What a check finds for these flags. */
async function look(check: Look, args: readonly string[] = [], env = {}): Promise<string[]> {
  const options = serveOptions(args, env)
  return (await looked(['it', check], { options, ...ownPackage(), t: EN })).map(told)
}

const found = await testPostgres()

describe.skipIf(found === null)('Postgres', () => {
  const url = found ?? ''

  it('is looked at before its first start and after, and nothing is made in it', async () => {
    // Tables are looked for where `serve` makes them.
    const { url: mine, drop } = await ownDatabase(url)
    try {
      const first = await look(lookAtPostgres(mine))
      expect(first).toEqual([
        expect.stringMatching(/^ok postgres: Postgres \d+\S* keeps what it acknowledges$/),
        expect.stringMatching(/^ok connections: \d+ of \d+ are free; a node takes up to 11$/),
        'ok schema: the tables will be made at the first start',
        expect.stringMatching(/^ok database-clock: -?\d+ ms from this machine's$/),
        'ok notify: nodes hear each other (LISTEN, NOTIFY)',
      ])
      const made = 'select count(*)::int as n from pg_class where relnamespace = 2200'
      expect(await ask(mine, made)).toEqual([{ n: 0 }])
      await chatServerWith(postgresStorage(mine), async (chat) => {
        await chat.room('geral').send('hello')
      })
      expect((await look(lookAtPostgres(mine))).slice(2, 4)).toEqual([
        expect.stringMatching(/^ok schema: version \d+, as this release has it$/),
        'warn admins: nobody may do everything yet → npx tertulia admin create NAME',
      ])
      await ask(mine, 'update tertulia_version set version = 99')
      expect(await look(lookAtPostgres(mine))).toContainEqual(
        expect.stringMatching(/^fail schema: version 99, and this release knows up to/),
      )
    } finally {
      await drop()
    }
  })

  it('loses what it acknowledged, or has no room', async () => {
    const server = await startPostgres({
      settings: { fsync: 'off', full_page_writes: 'off', max_connections: '10' },
    })
    try {
      const findings = await look(lookAtPostgres(server.url))
      expect(findings.slice(0, 3)).toEqual([
        expect.stringMatching(/^fail postgres: fsync is off: .* → alter system set fsync = on/),
        expect.stringMatching(/^fail postgres: full_page_writes is off/),
        expect.stringMatching(
          /^warn connections: only \d of \d are free; a node takes up to 11 → /,
        ),
      ])
    } finally {
      await server.remove()
    }
  })

  it('has settings that get in the way, for these connections', async () => {
    const with_ = (options: string): string => {
      const place = new URL(url)
      place.searchParams.set('options', options)
      return place.href
    }
    expect(
      await look(lookAtPostgres(with_('-c default_transaction_isolation=serializable'))),
    ).toContainEqual(expect.stringMatching(/^fail postgres: default_transaction_isolation is seri/))
    expect(await look(lookAtPostgres(with_('-c synchronous_commit=off')))).toContainEqual(
      expect.stringMatching(/^fail postgres: synchronous_commit is off/),
    )
  })

  it('is behind something that loses notifications', async () => {
    const { hostname, port } = new URL(url)
    // Passes on everything but NotificationResponse (PostgreSQL, "Message Formats").
    const proxy = createServer((client) => {
      const server = connect(Number(port), hostname)
      client.pipe(server)
      client.on('error', () => server.destroy())
      server.on('error', () => client.destroy())
      server.on('close', () => client.destroy())
      let rest: Buffer = Buffer.alloc(0)
      server.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk])
        while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
          const size = 1 + rest.readUInt32BE(1)
          if (rest[0] !== 'A'.charCodeAt(0)) client.write(rest.subarray(0, size))
          rest = rest.subarray(size)
        }
      })
    })
    const place = new URL(url)
    place.port = `${await listening(proxy)}`
    expect((await look(lookAtPostgres(place.href))).at(-1)).toMatch(
      /^fail notify: notifications get lost: a pooler .* → .*pool_mode = session/,
    )
  })

  it('can’t be reached, or refuses the login, and nobody learns the password', async () => {
    const port = await listening(createServer())
    servers.pop()?.close()
    const gone = await look(lookAtPostgres(`postgres://ana:s3cret@127.0.0.1:${port}/chat`))
    expect(gone).toEqual([
      expect.stringMatching(/^fail postgres: 127\.0\.0\.1:\d+\/chat: .*ECONNREFUSED.* → /),
    ])
    const place = new URL(url)
    place.pathname = '/nowhere'
    expect(await look(lookAtPostgres(place.href))).toEqual([
      expect.stringMatching(/^fail postgres: .*"nowhere" does not exist/),
    ])
    expect(gone.join()).not.toContain('s3cret')
  })

  it('never answers', async () => {
    const port = await listening(createServer(() => {}))
    expect(await look(lookAtPostgres(`postgres://127.0.0.1:${port}/chat`))).toEqual([
      expect.stringMatching(/^fail postgres: 127\.0\.0\.1:\d+\/chat: .*timeout/),
    ])
  })
})

describe('accounts', () => {
  const SECRET = 'a secret between servers'

  async function service(): Promise<string> {
    const accounts = storageAccounts({ records: recordsIn(memoryStorage()) })
    const server = createAccountServer({ accounts, secret: SECRET })
    return `http://127.0.0.1:${await listening(server)}`
  }

  it('are elsewhere, where the secret is known or not', async () => {
    const at = ['--accounts', await service()]
    const known = { TERTULIA_ACCOUNTS_SECRET: SECRET }
    const wrong = { TERTULIA_ACCOUNTS_SECRET: 'another secret, and a long one' }
    expect(await look(lookAtAccounts, at, known)).toEqual([
      expect.stringMatching(/^ok accounts: the service at http:\S+ knows us$/),
    ])
    for (const env of [wrong, {}]) {
      expect(await look(lookAtAccounts, at, env)).toEqual([
        expect.stringMatching(/^fail accounts: .*doesn't know our secret.* → set the same/),
      ])
    }
  })

  it('are nowhere', async () => {
    const port = await listening(createServer())
    servers.pop()?.close()
    expect(await look(lookAtAccounts, ['--accounts', `http://127.0.0.1:${port}`])).toEqual([
      expect.stringMatching(/^fail accounts: .* doesn't answer: .*ECONNREFUSED/),
    ])
    expect(await look(lookAtAccounts, ['--accounts', 'off', '--guests', 'off'])).toEqual([
      expect.stringMatching(/^fail accounts: nobody can come in/),
    ])
    expect(await look(lookAtAccounts, ['--accounts', 'off'])).toEqual([
      'ok accounts: none: everybody is a guest',
    ])
  })
})

describe('the address that is told', () => {
  it('has a certificate that clients would refuse, or accept', async () => {
    const tls = selfSigned()
    const port = await listening(createTlsServer(tls, (socket) => socket.on('error', () => {})))
    const url = `wss://localhost:${port}`
    expect(await look(lookAtUrl, ['--url', url])).toEqual([
      expect.stringMatching(/^fail url: clients would refuse wss:\S+: .*self-signed/i),
    ])
    const folder = mkdtempSync(join(tmpdir(), 'tertulia-doctor-'))
    try {
      const ca = join(folder, 'ca.pem')
      writeFileSync(ca, tls.cert)
      // Only a process that begins with it takes it.
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', 'src/cli/main.ts', 'doctor', '--port=0', '--tcp-port=0', '--url', url],
        { env: { ...process.env, NODE_EXTRA_CA_CERTS: ca, TERTULIA_STORAGE: 'memory' } },
      )
      let out = ''
      child.stdout.on('data', (chunk) => {
        out += chunk
      })
      await new Promise((resolve) => child.on('close', resolve))
      expect(out).toMatch(/^warning url .*wss:\S+: the certificate ends in 1 day\n +→ renew it$/m)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)

  it('is plain, not there, or none at all', async () => {
    expect(await look(lookAtUrl, [])).toEqual([])
    expect(await look(lookAtUrl, ['--url', 'ws://chat.example.org'])).toEqual([
      expect.stringMatching(/^warn url: .*not encrypted/),
    ])
    expect(await look(lookAtUrl, ['--url', 'ws://localhost:8080'])).toEqual([
      'ok url: ws://localhost:8080 is told with every login',
    ])
    expect(await look(lookAtUrl, ['--url', 'https://chat.example.org'])).toEqual([
      expect.stringMatching(/^fail url: .*no address of a WebSocket/),
    ])
    const port = await listening(createServer())
    servers.pop()?.close()
    expect(await look(lookAtUrl, ['--url', `wss://127.0.0.1:${port}`])).toEqual([
      expect.stringMatching(/^warn url: .*can't be reached from here: .*ECONNREFUSED/),
    ])
  })
})

describe('the machine', () => {
  it('has this Node or that', () => {
    const range = '^20.19 || >=22.12'
    const good = ['20.19.0', '20.20.2', '22.12.0', '23.0.0', '30.1.2']
    const bad = ['18.20.0', '20.18.9', '21.7.0', '22.11.0']
    expect(good.filter((version) => !isIn(version, range))).toEqual([])
    expect(bad.filter((version) => isIn(version, range))).toEqual([])
    expect(versionOfNode('18.0.0', range, EN).level).toBe('fail')
    expect([isIn('0.28.20', '^0.28.18 || ^0.29'), isIn('0.29.1', '^0.28.18 || ^0.29')]).toEqual([
      true,
      true,
    ])
    expect([isIn('0.30.0', '^0.28.18'), isIn('9.0.0', '^8.11')]).toEqual([false, false])
  })

  it.each([
    ['ok open-files: 1,048,576 files may be open, enough', openFiles(1_048_576, EN)],
    ['ok open-files: any number of files may be open', openFiles(Number.POSITIVE_INFINITY, EN)],
    ['warn open-files: 1,024 files may be open: room for about 768', openFiles(1024, EN)],
    ['ok memory: 7.5 GB', memory(8e9, false, 4e9, EN)],
    ['warn memory: only 191 MB, set by the container', memory(2e8, true, 1e8, EN)],
    ['warn memory: the container gives 954 MB', memory(1e9, true, 4e9, EN)],
    ['ok clock: 2026-05-01T00:00:00 UTC', clock(Date.UTC(2026, 4, 1), undefined, EN)],
    ['ok clock', clock(Date.UTC(2026, 4, 1), 'America/Sao_Paulo', EN)],
    ['ok clock', clock(Date.UTC(2026, 4, 1), '<-03>3', EN)],
    [
      'warn clock: 2026-05-01T00:00:00 UTC; there is no',
      clock(Date.UTC(2026, 4, 1), 'Brasilia', EN),
    ],
    ['fail clock: it is not 1970-01-01T00:00:00', clock(0, undefined, EN)],
  ])('%s', (text, finding) => {
    expect(told(finding).slice(0, text.length)).toBe(text)
  })

  it('keeps files on something that lasts, or not', () => {
    expect(lasting(0xef53, true)).toEqual({ kind: 'disk' })
    expect(lasting(0x6969, false)).toEqual({ kind: 'network', name: 'NFS' })
    expect(lasting(0xff534d42 | 0, false)).toEqual({ kind: 'network', name: 'CIFS' })
    expect(lasting(0x01021994, false)).toEqual({ kind: 'memory', name: 'tmpfs' })
    expect([lasting(0x794c7630, true), lasting(0x794c7630, false)]).toEqual([
      { kind: 'container' },
      { kind: 'disk' },
    ])
  })
})

describe('an SQLite file', () => {
  const given = { options: serveOptions([], {}), ...ownPackage(), t: EN }
  const say = (told_: Parameters<typeof sqliteFindings>[1], error = '') =>
    sqliteFindings('package.json', told_, { known: 2, error }, given).map(told)

  it('is too large to be looked through, of an older release, or takes the process down', () => {
    expect(say({ version: 1, journal: 'wal', admins: 1 })).toEqual([
      expect.stringMatching(/^warn storage: .* too large .* → at leisure: sqlite3 package\.json/),
      expect.stringMatching(
        /^warn schema: version 1; the next start brings it to 2 → make a backup/,
      ),
      'ok admins: 1 person may do everything',
    ])
    expect(say({})).toEqual([expect.stringContaining('it ended without a word')])
    expect(say({}, 'Error: oh')).toEqual([expect.stringContaining("can't be opened: Error: oh")])
    expect(say({ version: null, damage: 'ok', journal: 'delete' })).toEqual([
      expect.stringMatching(/^ok storage: .*journal delete\) is sound$/),
      'ok schema: the tables will be made at the first start',
    ])
  })
})

describe('a check', () => {
  const askFor = { options: serveOptions([], {}), ...ownPackage(), t: EN }

  it('that takes too long is stopped and told', async () => {
    let stopped = false
    const never: Look = (_ask, signal) => {
      signal.addEventListener('abort', () => {
        stopped = true
      })
      return new Promise(() => {})
    }
    expect((await looked(['slow', never], askFor, 20)).map(told)).toEqual([
      expect.stringMatching(/^warn slow: it took too long to find out → /),
    ])
    expect(stopped).toBe(true)
  })

  it('that fails is told, too', async () => {
    const broken: Look = async () => {
      throw new Error('oh')
    }
    expect((await looked(['it', broken], askFor)).map(told)).toEqual([
      'fail it: could not be looked at: oh',
    ])
  })

  it('is told with signs and colours on a terminal, with words elsewhere', () => {
    const finding: Finding = { check: 'node', level: 'fail', found: 'a\nb', todo: 'do' }
    expect(lines(finding, 6, true, EN)).toEqual([
      '\u001b[31m✗\u001b[0m node   a ⏎ b',
      '         → do',
    ])
    expect(lines(finding, 6, false, PT_BR)).toEqual(['ERRO  node   a ⏎ b', '             → do'])
  })
})
