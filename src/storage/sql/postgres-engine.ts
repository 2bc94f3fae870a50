/** The engine of Postgres: opens, checks, migrates, and runs what the store asks. */

import { ChatError, isChatError } from '../../errors.ts'
import type { PackedBatch, Placed } from './batch.ts'
import type { Statement } from './dialect.ts'
import { cannotOpen, codeOf, messageOf, unavailable } from './failures.ts'
import { migrationPlan } from './migrations.ts'
import { checkServer, SETTINGS, type ServerSettings } from './postgres-checks.ts'
import type { PostgresDialect } from './postgres-dialect.ts'
import { Connections, openPool, type PgClient, type PgPool } from './postgres-pool.ts'
import type { Engine } from './store.ts'
import { type MigrationPlan, missingSteps } from './version.ts'

/** What the engine is made of. */
export interface PostgresParts {
  readonly dialect: PostgresDialect
  readonly source: string | PgPool
  /** For a pool of ours. */
  readonly connections: number
  readonly timeoutMs: number
  readonly prepare: boolean
  readonly allowUnsafe: boolean
}

/** A migration may take longer than anything else, in ms. */
const MIGRATION_MS = 600_000

/** The login, the database, a right, the URL: what was given is wrong, and waiting won't help. */
const OPTIONS = new Set(['28P01', '28000', '3D000', '42501', 'ERR_INVALID_URL'])

/** Runs what the store asks, on connections of its own or of the host. */
export class PostgresEngine implements Engine {
  private readonly parts: PostgresParts
  private readonly plan: MigrationPlan
  private pool: PgPool | null = null
  private connections: Connections | null = null

  constructor(parts: PostgresParts) {
    this.parts = parts
    this.plan = migrationPlan(parts.dialect)
  }

  async open(): Promise<{ durable: boolean }> {
    const { source, connections, timeoutMs, prepare, allowUnsafe } = this.parts
    const pool =
      typeof source === 'string' ? await openPool({ url: source, connections, timeoutMs }) : source
    const opened = new Connections(pool, timeoutMs, prepare)
    try {
      const [settings] = await opened.run({ sql: SETTINGS, parameters: [] })
      const durable = checkServer(settings as ServerSettings, allowUnsafe)
      await opened.use((client) => this.migrate(client))
      this.pool = pool
      this.connections = opened
      return { durable }
    } catch (error) {
      await this.letGo(pool, opened).catch(() => {})
      if (isChatError(error)) throw error
      const message = `Postgres cannot be used: ${messageOf(error)}`
      if (!OPTIONS.has(codeOf(error))) throw cannotOpen(message, error)
      throw new ChatError('invalid_options', message, { cause: error })
    }
  }

  async run(statement: Statement): Promise<readonly unknown[]> {
    try {
      return await this.live().run(statement)
    } catch (error) {
      throw isChatError(error) ? error : unavailable(error)
    }
  }

  async append(batch: PackedBatch): Promise<Placed> {
    const { rooms, epochs, starts, ends, kinds, times } = batch
    const { fromIds, fromNames, toIds, toNames, texts, cids, refs, details, kept } = batch
    const [row] = await this.run({
      sql: this.parts.dialect.appendSql,
      parameters: [
        ...[rooms, epochs, starts, ends, kinds, times],
        ...[fromIds, fromNames, toIds, toNames, texts, cids, refs, details, kept],
      ],
    })
    // 64-bit numbers come as texts.
    const placed = row as { seqs: readonly string[]; times: readonly string[] }
    return { seqs: placed.seqs.map(Number), times: placed.times.map(Number) }
  }

  async close(): Promise<void> {
    const { pool, connections } = this
    this.pool = null
    this.connections = null
    if (pool !== null && connections !== null) await this.letGo(pool, connections)
  }

  private async letGo(pool: PgPool, connections: Connections): Promise<void> {
    await connections.idle()
    // Ours is heard on: `end` resolves before the last connection is gone, and that may still fail.
    if (typeof this.parts.source === 'string') await pool.end()
    else connections.leave()
  }

  private live(): Connections {
    if (this.connections === null) throw new Error('the storage is closed')
    return this.connections
  }

  private async migrate(client: PgClient): Promise<void> {
    const { dialect } = this.parts
    const { table } = this.plan
    const where = `"${dialect.schema}"."${table}"`
    const ask = async (text: string, values: readonly unknown[] = []): Promise<unknown> =>
      (await client.query({ text, values, query_timeout: MIGRATION_MS })).rows[0]

    const missing = async (): Promise<readonly string[]> => {
      const there = (await ask('select to_regclass($1) is not null as yes', [where])) as {
        yes: boolean
      }
      const row = there.yes ? await ask(`select version from ${where}`) : null
      const version =
        row === null ? null : Number((row as { version?: unknown } | undefined)?.version ?? 0)
      return missingSteps(
        this.plan,
        version,
        `the schema ${dialect.schema} of the Postgres database`,
        (next) => `update ${where} set version = ${next}`,
      )
    }

    // Most of the time there is nothing to do, and no right to make anything is needed.
    if ((await missing()).length === 0) return
    await ask('begin')
    try {
      await ask(`set local statement_timeout = ${MIGRATION_MS}`)
      await ask(`set local idle_in_transaction_session_timeout = ${MIGRATION_MS}`)
      await ask('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`tertulia ${where}`])
      const schema = await ask('select 1 from pg_namespace where nspname = $1', [dialect.schema])
      if (schema === undefined) await ask(`create schema "${dialect.schema}"`)
      for (const statement of await missing()) await ask(statement)
      await ask('commit')
    } catch (error) {
      await ask('rollback').catch(() => {})
      throw error
    }
  }
}
