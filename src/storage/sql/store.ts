/** A storage on an SQL database, whichever. */

import { ChatError } from '../../errors.ts'
import type { Clock } from '../../spi/clock.ts'
import type { Storage } from '../../spi/storage.ts'
import { type PackedBatch, type Placed, pack } from './batch.ts'
import type { Dialect, Statement } from './dialect.ts'
import { queriesFor, type RoomChange, type RowOf } from './queries.ts'
import { firstKept } from './queries-page.ts'
import { sqlRecords } from './records.ts'
import { pageOf, recordOf, rowOf, settingColumns } from './rows.ts'
import { type Retention, Sweeper } from './sweeper.ts'
import { fromSql, sortKey, toInteger, toSql } from './text.ts'

/** What an adapter does for the store: it knows a driver, and nothing of rooms. */
export interface Engine {
  /** Connects and brings the schema up to date. Resolves to whether what is stored is durable. */
  open(): Promise<{ readonly durable: boolean }>
  /** Runs one statement in a transaction of its own. */
  run(statement: Statement): Promise<readonly unknown[]>
  /** Appends a batch in one transaction. */
  append(batch: PackedBatch): Promise<Placed>
  /** Finishes what is under way and lets go of what `open` took. */
  close(): Promise<void>
}

/** What a store is made of. */
export interface StoreParts {
  readonly engine: Engine
  readonly dialect: Dialect
  /** Batches that may be under way at once with profit. */
  readonly appends: number
  readonly retention: Retention
  readonly clock: Clock
}

/** Rooms deleted, or changed, by one statement: few enough not to hold others up. */
const STEP = 200

/** The storage on top of an engine. Open it as often as you like, and close it as often. */
export function sqlStorage(parts: StoreParts): Storage {
  const { engine, dialect, appends, retention, clock } = parts
  const queries = queriesFor(dialect, retention.entriesPerRoom)
  const supports = { durable: false, appends, changes: true }
  let opening: Promise<void> | null = null
  /** Those who opened it and did not close it yet. */
  let users = 0

  /** The rows of a statement; it may be kysely's, which knows their type. */
  const run = <S extends Statement>(statement: S): Promise<readonly RowOf<S>[]> =>
    engine.run(statement) as Promise<readonly RowOf<S>[]>

  const sweeper = new Sweeper({ run, queries, retention, clock })

  async function get(name: string) {
    const [row] = await run(queries.room(toSql(name)))
    return row === undefined ? null : recordOf(row)
  }

  return {
    name: dialect.name,
    supports,
    records: sqlRecords({ dialect, run, first: firstKept(dialect, retention.entriesPerRoom) }),
    async open() {
      // Several servers of the process may share it: the last one that closes it does.
      opening ??= engine.open().then(({ durable }) => {
        supports.durable = durable
        sweeper.start()
      })
      const mine = opening
      try {
        await mine
        users += 1
      } catch (error) {
        if (opening === mine) opening = null
        throw error
      }
    },
    async close() {
      if (users === 0) return
      users -= 1
      if (users > 0) return
      opening = null
      await sweeper.stop()
      await engine.close()
    },
    async append(batch) {
      if (batch.length === 0) return []
      const { batch: packed, unpack } = pack(batch, retention.entriesPerRoom)
      const results = unpack(await engine.append(packed))
      sweeper.appended()
      return results
    },
    async read(room, range) {
      const bounds = {
        limit: Math.max(0, toInteger(range.limit)),
        ...(range.before !== undefined
          ? { before: toInteger(range.before) }
          : range.at !== undefined
            ? { at: Math.ceil(toInteger(range.at)) }
            : { after: toInteger(range.after ?? 0) }),
      }
      return pageOf(room, await run(queries.read(toSql(room), bounds)))
    },
    async heads(rooms) {
      if (rooms.length === 0) return []
      const rows = await run(queries.heads([...new Set(rooms)].map(toSql)))
      const known = new Map(
        rows.map(({ name, epoch, head }) => [
          fromSql(name),
          { epoch: fromSql(epoch), head: Number(head) },
        ]),
      )
      return rooms.map((room) => known.get(room) ?? null)
    },
    async setting(key, value, replace = false) {
      const name = toSql(key)
      if (replace) {
        await run(queries.replaceSetting(name, toSql(value)))
        return value
      }
      for (const query of [queries.setting(name), queries.insertSetting(name, toSql(value))]) {
        const [row] = await run(query)
        if (row !== undefined) return fromSql(row.value)
      }
      // Somebody else set it in between.
      const [row] = await run(queries.setting(name))
      if (row === undefined) throw new ChatError('unavailable')
      return fromSql(row.value)
    },
    rooms: {
      async create(room, limit) {
        const most = toInteger(limit)
        for (;;) {
          const known = await get(room.room)
          if (known !== null) return { room: known, created: false }
          const made = await run(queries.insertRoom(rowOf(room), most))
          if (made.length > 0) return { room: { ...room, head: 0 }, created: true }
          const [count] = await run(queries.countRooms())
          if (Number(count?.count) >= most) return null
          // Somebody else made it, or one was deleted, in between.
        }
      },
      get,
      async list(after, limit, all = false) {
        const rows = await run(queries.listRooms(sortKey(after), toInteger(limit), all))
        return rows.map(recordOf)
      },
      async count() {
        const [row] = await run(queries.countOpenRooms())
        return Number(row?.count)
      },
      async delete(room) {
        const deleted = await run(queries.deleteRoom(toSql(room)))
        if (deleted.length > 0) sweeper.wake()
        return deleted.length > 0
      },
      async update(room, { permanent, settings }) {
        const change: RoomChange = {
          ...(permanent === undefined ? undefined : { permanent: permanent ? 1 : 0 }),
          ...(settings === undefined
            ? undefined
            : { listed: settings.private === true ? 0 : 1, ...settingColumns(settings) }),
        }
        // Without a change there is no statement for it.
        if (Object.keys(change).length === 0) return get(room)
        const [row] = await run(queries.updateRoom(toSql(room), change))
        if (settings !== undefined) sweeper.wake()
        return row === undefined ? null : recordOf(row)
      },
      async keep(rooms, until) {
        if (rooms.length === 0) return
        await run(queries.keepRooms(rooms.map(toSql), toInteger(until)))
      },
      async expire(now) {
        const names: string[] = []
        try {
          for (;;) {
            const rows = await run(queries.expireRooms(toInteger(now), STEP))
            for (const { name } of rows) names.push(fromSql(name))
            if (rows.length < STEP) break
          }
        } catch (error) {
          // What is gone must be told; the rest is for the next time.
          if (names.length === 0) throw error
        }
        if (names.length > 0) sweeper.wake()
        return names
      },
      async renew(prefix) {
        let count = 0
        for (let after = 0; ; ) {
          const rows = await run(queries.renewRooms(toSql(prefix), after, STEP))
          count += rows.length
          if (rows.length < STEP) return count
          for (const { id } of rows) after = Math.max(after, Number(id))
        }
      },
    },
  }
}
