/** What is done to an SQLite database, one thing at a time: every call blocks until it is done. */

import { isChatError } from '../errors.ts'
import { CONFLICT, NO_ROOM, type PackedBatch, type Placed } from './sql/batch.ts'
import type { Statement } from './sql/dialect.ts'
import { cannotOpen, messageOf } from './sql/failures.ts'
import { type MigrationPlan, missingSteps } from './sql/version.ts'
import type { SqliteDatabase, SqliteStatement } from './sqlite-driver.ts'

/** What the core must know of the schema. */
export interface SqliteLayout {
  readonly rooms: string
  readonly entries: string
  readonly plan: MigrationPlan
}

interface RoomRow {
  readonly id: number
  readonly epoch: string
  readonly head: number
}

interface KnownRow {
  readonly seq: number
  readonly ts: number
  readonly kind: string
  readonly text: string
}

/**
 * Makes a core of a database that was just opened, and brings the schema up to date. When that
 * fails the error says what to do; the database is still open.
 */
export function startCore(db: SqliteDatabase, layout: SqliteLayout): SqliteCore {
  try {
    const core = new SqliteCore(db, layout)
    core.migrate()
    return core
  } catch (error) {
    if (isChatError(error)) throw error
    throw cannotOpen(`SQLite cannot use ${db.name}: ${messageOf(error)}`, error)
  }
}

/** One open database. Runs in a thread of its own, or in the host's for an instance it brought. */
export class SqliteCore {
  private readonly db: SqliteDatabase
  private readonly layout: SqliteLayout
  /** By text; there are about twenty. */
  private readonly statements = new Map<string, SqliteStatement>()

  constructor(db: SqliteDatabase, layout: SqliteLayout) {
    this.db = db
    this.layout = layout
  }

  /** Brings the schema up to date. Two processes may try at once. */
  migrate(): void {
    if (this.missing().length === 0) return
    this.transaction(() => {
      for (const statement of this.missing()) this.db.exec(statement)
    })
  }

  private missing(): readonly string[] {
    const { plan } = this.layout
    const there = this.db
      .prepare("select 1 from sqlite_master where type = 'table' and name = ?")
      .get(plan.table)
    const row =
      there === undefined ? null : this.db.prepare(`select version from "${plan.table}"`).get()
    const version = row === null ? null : ((row as { version: number } | undefined)?.version ?? 0)
    return missingSteps(
      plan,
      version,
      `the SQLite database ${this.db.name}`,
      (next) => `update "${plan.table}" set version = ${next}`,
    )
  }

  /** Runs one statement. By itself it is a transaction, and takes the lock before it reads. */
  run({ sql, parameters }: Statement): readonly unknown[] {
    this.alone()
    const statement = this.prepare(sql)
    if (statement.reader) return statement.all(...parameters)
    statement.run(...parameters)
    return []
  }

  append(batch: PackedBatch): Placed {
    return this.transaction(() => this.appendAll(batch))
  }

  private appendAll(batch: PackedBatch): Placed {
    const { rooms, entries } = this.layout
    const room = this.prepare(`select id, epoch, head from "${rooms}" where name = ?`)
    const advance = this.prepare(`update "${rooms}" set head = ? where id = ?`)
    const insert = this.prepare(
      `insert into "${entries}"
        (room_id, seq, ts, kind, from_id, from_name, to_id, to_name, text, cid)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    )
    const known = this.prepare(
      `select seq, ts, kind, text from "${entries}" where room_id = ? and from_id = ? and cid = ?`,
    )
    const { kinds, fromIds, fromNames, toIds, toNames, texts, cids } = batch
    const seqs = new Array<number>(texts.length).fill(0)
    const times = new Array<number>(texts.length).fill(NO_ROOM)
    for (let group = 0; group < batch.rooms.length; group++) {
      const spot = room.get(batch.rooms[group]) as RoomRow | undefined
      if (spot === undefined || spot.epoch !== batch.epochs[group]) continue
      let head = spot.head
      const end = batch.ends[group] as number
      for (let i = batch.starts[group] as number; i < end; i++) {
        const ts = batch.times[i] as number
        const one = [spot.id, head + 1, ts, kinds[i], fromIds[i], fromNames[i], toIds[i]]
        if (insert.run(...one, toNames[i], texts[i], cids[i]).changes > 0) {
          head += 1
          seqs[i] = head
          times[i] = ts
          continue
        }
        const first = known.get(spot.id, fromIds[i], cids[i]) as KnownRow | undefined
        if (first === undefined) throw new Error(`entry ${head + 1} is there already`)
        if (first.kind === kinds[i] && first.text === texts[i]) {
          seqs[i] = -first.seq
          times[i] = first.ts
        } else {
          times[i] = CONFLICT
        }
      }
      if (head > spot.head) advance.run(head, spot.id)
    }
    return { seqs, times }
  }

  private transaction<T>(work: () => T): T {
    this.alone()
    // The lock is taken at the start: taking it later fails when another process wrote in between.
    this.prepare('begin immediate').run()
    try {
      const result = work()
      this.prepare('commit').run()
      return result
    } catch (error) {
      // Some failures have rolled back already.
      if (this.db.inTransaction) this.prepare('rollback').run()
      throw error
    }
  }

  /** Inside a transaction of the host, what is acknowledged could still be rolled back. */
  private alone(): void {
    if (this.db.inTransaction) throw new Error('the Database is in the middle of a transaction')
  }

  private prepare(sql: string): SqliteStatement {
    let statement = this.statements.get(sql)
    if (statement === undefined) {
      statement = this.db.prepare(sql)
      this.statements.set(sql, statement)
    }
    return statement
  }
}
