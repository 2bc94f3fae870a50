/** Files, in SQL: whose they are and where, and how much space they take. */

import type { FileRecord, FileRecords } from '../../spi/records.ts'
import { type RecordParts, toLimit, toMoment } from './records-parts.ts'
import type { FileTable } from './records-tables.ts'
import { fromSql, toInteger, toSql } from './text.ts'

/** Files that one statement looks at, or deletes. */
const STEP = 500

const fileOf = (row: FileTable): FileRecord => ({
  id: fromSql(row.id),
  name: fromSql(row.name),
  type: fromSql(row.type),
  size: Number(row.size),
  room: fromSql(row.room),
  owner: { id: fromSql(row.owner_id), name: fromSql(row.owner_name) },
  createdAt: Number(row.created_at),
  ...(row.seq === null ? undefined : { seq: Number(row.seq) }),
})

const rowOf = (file: FileRecord): Omit<FileTable, 'room_id'> => ({
  id: toSql(file.id),
  room: toSql(file.room),
  owner_id: toSql(file.owner.id),
  owner_name: toSql(file.owner.name),
  name: toSql(file.name),
  type: toSql(file.type),
  size: toInteger(file.size),
  created_at: toInteger(file.createdAt),
  seq: file.seq === undefined ? null : toInteger(file.seq),
})

/**
 * The files. Of one whose room was deleted only its bytes count, until `delete`: `get` and `list`
 * don't give it, not even to a later room of the same name.
 */
export function sqlFiles({ dialect, run, first }: RecordParts): FileRecords {
  const { db, names, oneOf } = dialect
  const { rooms, entries, files, usage } = names

  /** The rows that say how much there is; both must be there when a file is added. */
  const scopes = (owner: string) => [
    { scope: 0, owner_id: '', bytes: 0 },
    { scope: 1, owner_id: owner, bytes: 0 },
  ]

  const ensureUsage = (owner: string) =>
    db
      .insertInto(usage)
      .values(scopes(owner))
      .onConflict((conflict) => conflict.doNothing())
      .returning('scope')
      .compile()

  const usageOf = (owner: string) =>
    db
      .selectFrom(`${usage} as a`)
      .innerJoin(`${usage} as o`, (join) => join.on('o.scope', '=', 1).on('o.owner_id', '=', owner))
      .where('a.scope', '=', 0)
      .select(['a.bytes as all', 'o.bytes as owner'])
      .compile()

  /** Adds it if there is space: gives a row then. The lock makes others wait, and count it. */
  const insert = (row: Omit<FileTable, 'room_id'>, most: { all: number; owner: number }) =>
    db
      .insertInto(files)
      .columns([
        ...(['id', 'room', 'room_id', 'owner_id', 'owner_name', 'name'] as const),
        ...(['type', 'size', 'created_at', 'seq'] as const),
      ])
      .expression(
        db
          .selectFrom(`${usage} as a`)
          .innerJoin(`${usage} as o`, (join) =>
            join.on('o.scope', '=', 1).on('o.owner_id', '=', row.owner_id),
          )
          .where('a.scope', '=', 0)
          .where('a.bytes', '<=', most.all - row.size)
          .where('o.bytes', '<=', most.owner - row.size)
          .select((eb) => [
            eb.val(row.id).as('id'),
            eb.val(row.room).as('room'),
            eb.selectFrom(rooms).select('id').where('name', '=', row.room).as('room_id'),
            eb.val(row.owner_id).as('owner_id'),
            eb.val(row.owner_name).as('owner_name'),
            eb.val(row.name).as('name'),
            eb.val(row.type).as('type'),
            eb.val(row.size).as('size'),
            eb.val(row.created_at).as('created_at'),
            eb.val(row.seq).as('seq'),
          ])
          .$if(dialect.locks, (select) => select.forUpdate()),
      )
      .returning('id')
      .compile()

  /** Files whose room is there. */
  const inRooms = db
    .selectFrom(`${files} as f`)
    .innerJoin(`${rooms} as r`, 'r.id', 'f.room_id')
    .selectAll('f')

  /** The ids of the next files, and whether each is an orphan. */
  const look = (after: string, before: number) =>
    db
      .selectFrom(`${files} as f`)
      .leftJoin(`${rooms} as r`, 'r.id', 'f.room_id')
      .leftJoin(`${entries} as e`, (join) =>
        join.onRef('e.room_id', '=', 'f.room_id').onRef('e.seq', '=', 'f.seq'),
      )
      .where('f.id', '>', after)
      .select('f.id')
      .select((eb) =>
        eb
          .case()
          .when('r.id', 'is', null)
          .then(1)
          .when('f.seq', 'is', null)
          .then(eb.case().when('f.created_at', '<', before).then(1).else(0).end())
          .when(eb.or([eb('e.seq', 'is', null), eb('e.deleted', '=', 1), eb('f.seq', '<', first)]))
          .then(1)
          .else(0)
          .end()
          .as('orphan'),
      )
      .orderBy('f.id')
      .limit(STEP)
      .compile()

  return {
    async add(file, most) {
      const row = rowOf(file)
      const bounds = { all: toMoment(most.all), owner: toMoment(most.owner) }
      for (;;) {
        await run(ensureUsage(row.owner_id))
        if ((await run(insert(row, bounds))).length > 0) return true
        const [used] = await run(usageOf(row.owner_id))
        if (used === undefined) continue
        if (Number(used.all) + row.size > bounds.all) return false
        if (Number(used.owner) + row.size > bounds.owner) return false
        // In between a file of theirs was deleted.
      }
    },
    async get(id) {
      const [row] = await run(inRooms.where('f.id', '=', toSql(id)).compile())
      return row === undefined ? null : fileOf(row)
    },
    async attach(id, seq) {
      const query = db
        .updateTable(files)
        .set({ seq: toInteger(seq) })
        .where('id', '=', toSql(id))
        .where('seq', 'is', null)
        .where('room_id', 'in', db.selectFrom(rooms).select('id'))
        .returning('id')
      return (await run(query.compile())).length > 0
    },
    async delete(ids) {
      for (let i = 0; i < ids.length; i += STEP) {
        const some = ids.slice(i, i + STEP).map(toSql)
        const query = db.deleteFrom(files).where((eb) => oneOf(eb.ref('id'), some))
        await run(query.returning('id').compile())
      }
    },
    async list(room, before, limit) {
      const rows = await run(
        inRooms
          .where('r.name', '=', toSql(room))
          .where('f.created_at', '<', toMoment(before))
          .orderBy('f.created_at', 'desc')
          .orderBy('f.id', 'desc')
          .limit(toLimit(limit))
          .compile(),
      )
      return rows.map(fileOf)
    },
    async orphans(before, limit) {
      const found: string[] = []
      // All of them, but never many by one statement.
      for (let after = ''; found.length < limit; ) {
        const rows = await run(look(after, toMoment(before)))
        for (const row of rows) {
          if (Number(row.orphan) === 1 && found.length < limit) found.push(fromSql(row.id))
          after = row.id
        }
        if (rows.length < STEP) break
      }
      return found
    },
  }
}
