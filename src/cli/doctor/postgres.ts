/** The Postgres of `serve`: whether it keeps what it says it keeps, and has room for us. */

import { randomBytes } from 'node:crypto'
import { messageOf } from '../../storage/sql/failures.ts'
import { migrationPlan } from '../../storage/sql/migrations.ts'
import { checkServer, SETTINGS, type ServerSettings } from '../../storage/sql/postgres-checks.ts'
import { postgresDialect } from '../../storage/sql/postgres-dialect.ts'
import { openPool, type PgClient, type PgPool } from '../../storage/sql/postgres-pool.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'
import { adminFindings, schemaFinding } from './sqlite.ts'

/** Less than a check may take, so that it says what it waited for, in ms. */
const STEP_MS = 4000
/** A notification takes a millisecond or two. */
const NOTIFY_MS = 2000
/** Connections of a node: of its storage, and of its broker. */
const STORAGE_CONNECTIONS = 8
const BROKER_CONNECTIONS = 3
/** Clocks that differ by less make no difference, in ms. */
const SKEW_MS = 1000

const MORE = `select
  current_setting('server_version') as version_text,
  current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int as connections,
  (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used`

interface More {
  readonly version_text: string
  readonly connections: number
  readonly used: number
}

type Row = Readonly<Record<string, unknown>>

async function ask(client: PgClient, text: string, values: readonly unknown[] = []): Promise<Row> {
  const { rows } = await client.query({ text, values, query_timeout: STEP_MS })
  return (rows[0] ?? {}) as Row
}

/** Everything about the server at this URL. Changes nothing in it. */
export function lookAtPostgres(url: string): Look {
  return async (given, signal) => {
    const { t } = given
    const listens = given.options.broker === 'auto'
    let pool: PgPool | null = null
    const clients: PgClient[] = []
    // Who waits no more lets go of the connections, whatever they wait for.
    const drop = (): void => {
      for (const client of clients.splice(0)) client.release(true)
    }
    signal.addEventListener('abort', drop)
    try {
      pool = await openPool({ url, connections: 2, timeoutMs: STEP_MS })
      pool.on('error', () => {})
      pool.on('connect', (client) => client.on('error', () => {}))
      const client = await pool.connect()
      clients.push(client)
      return [
        ...(await settings(client, t, listens)),
        ...(await schema(client, given)),
        await clocks(client, t),
        // Else something else links the nodes, or nothing does.
        ...(listens ? [await notifies(client, pool, clients, t)] : []),
      ]
    } catch (error) {
      return [fail('postgres', t.postgresFailed(placeOf(url), messageOf(error)))]
    } finally {
      signal.removeEventListener('abort', drop)
      drop()
      pool?.end().catch(() => {})
    }
  }
}

/** Never the password. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'Postgres'
  const { host, pathname } = new URL(url)
  return host + pathname
}

async function settings(
  client: PgClient,
  t: Ask['t'],
  listens: boolean,
): Promise<readonly Finding[]> {
  const server = (await ask(client, SETTINGS)) as unknown as ServerSettings
  const more = (await ask(client, MORE)) as unknown as More
  const found: Finding[] = []
  if (server.encoding !== 'UTF8') found.push(fail('postgres', t.postgresEncoding(server.encoding)))
  if (server.recovering) found.push(fail('postgres', t.postgresReplica))
  if (server.isolation !== 'read committed') {
    found.push(fail('postgres', t.postgresIsolation(server.isolation)))
  }
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit'] as const) {
    if (server[name] === 'off') found.push(fail('postgres', t.postgresUnsafe(name)))
  }
  // Whatever else a server is refused for when it is opened.
  const refusal = refusalOf(server)
  if (found.length === 0) {
    found.push(
      refusal === null
        ? ok('postgres', t.postgres(more.version_text.split(' ', 1)[0] ?? ''))
        : fail('postgres', { found: refusal }),
    )
  }
  // This one is ours.
  const free = more.connections - more.used + 1
  const node = STORAGE_CONNECTIONS + (listens ? BROKER_CONNECTIONS : 0)
  found.push(
    free >= node
      ? ok('connections', t.postgresRoom(free, more.connections, node))
      : warn('connections', t.postgresFull(free, more.connections, node)),
  )
  return found
}

function refusalOf(server: ServerSettings): string | null {
  try {
    checkServer(server, false)
    return null
  } catch (error) {
    return messageOf(error)
  }
}

async function schema(client: PgClient, { t, options }: Ask): Promise<readonly Finding[]> {
  const dialect = postgresDialect('public', 'tertulia_')
  const { table, versions } = migrationPlan(dialect)
  const { there, able } = await ask(
    client,
    "select to_regclass($1) is not null as there, has_schema_privilege('public', 'create') as able",
    [`public."${table}"`],
  )
  const row = there === true ? await ask(client, `select version from public."${table}"`) : null
  const version = row === null ? null : Number(row.version ?? 0)
  if ((version ?? 0) < versions.length && able === false) {
    return [fail('schema', t.schemaForbidden)]
  }
  const people =
    version === null
      ? {}
      : await ask(
          client,
          `select sum(admin)::int as admins from public."${dialect.names.accounts}"`,
        )
  return [
    schemaFinding(version, versions.length, t),
    ...adminFindings(version, Number(people.admins ?? 0), t, options),
  ]
}

async function clocks(client: PgClient, t: Ask['t']): Promise<Finding> {
  const before = Date.now()
  const { ms } = await ask(client, 'select extract(epoch from clock_timestamp()) * 1000 as ms')
  const after = Date.now()
  const skew = Math.round(Number(ms) - (before + after) / 2)
  // The answer may have been as long on its way.
  return Math.abs(skew) > SKEW_MS + (after - before)
    ? warn('database-clock', t.postgresSkew(skew))
    : ok('database-clock', t.postgresClock(skew))
}

/** Whether nodes hear each other: what one connection notifies, another one gets. */
async function notifies(
  speaker: PgClient,
  pool: PgPool,
  clients: PgClient[],
  t: Ask['t'],
): Promise<Finding> {
  const listener = await pool.connect()
  clients.push(listener)
  const channel = `tertulia_doctor_${randomBytes(6).toString('hex')}`
  const heard = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), NOTIFY_MS)
    const on = listener.on as (event: string, hear: (message: unknown) => void) => unknown
    on.call(listener, 'notification', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
  await ask(listener, `listen ${channel}`)
  await ask(speaker, 'select pg_notify($1, $2)', [channel, 'hello'])
  return (await heard) ? ok('notify', t.notify) : fail('notify', t.notifyLost)
}
