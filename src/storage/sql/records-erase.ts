/** Erasing a person, in SQL: in steps, each a statement of bounded size. */

import { type SqlBool, sql } from 'kysely'
import type { Person } from '../../protocol/types.ts'
import type { Statement } from './dialect.ts'
import type { RecordParts } from './records-parts.ts'
import { END, type Place, type Stretch, stride, strideOfIds, within } from './records-walk.ts'
import { ERASED } from './tables.ts'
import { toSql } from './text.ts'

/** Rows changed by one statement, where an index finds them. */
const STEP = 500

/**
 * Erases what there is of a person. Every step can be done again: whoever was interrupted calls it
 * once more. Resolves to how many entries were erased.
 */
export async function erasePerson(parts: RecordParts, personId: string): Promise<number> {
  const person = toSql(personId)
  // First of all they are nobody any more, then what they said goes.
  await forgetRows(parts, person)
  await forgetActs(parts, person)
  await forgetInvited(parts, personId)
  let erased = 0
  // From the end: an edit comes before its message, and is counted before it goes with that.
  for (let to: Place | undefined = END; to !== undefined; ) {
    const start: Place | undefined = await stride(parts, to, 'desc')
    const after = start === undefined ? undefined : { room: start.room, seq: start.seq - 1 }
    erased += await eraseEntries(parts, person, { after: after ?? { room: 0, seq: 0 }, to })
    to = after
  }
  return erased
}

/** Account, memberships, reactions; the messages and the name of files. */
async function forgetRows(parts: RecordParts, person: string): Promise<void> {
  const { dialect, run } = parts
  const { db, names } = dialect
  const { rooms, accounts, members, files, usage, holders } = names
  await run(db.deleteFrom(accounts).where('id', '=', person).returning('id').compile())
  const memberships = db
    .selectFrom(members)
    .select(['room_id', 'person_key'])
    .where('person_id', '=', person)
    .limit(STEP)
  // Under the lock of the room, as with every change of reactions.
  const held = db
    .selectFrom(`${holders} as h`)
    .innerJoin(`${rooms} as r`, 'r.id', 'h.room_id')
    .select(['h.person_id', 'h.room_id', 'h.seq', 'h.since'])
    .where('h.person_id', '=', person)
    .orderBy('h.room_id')
    .limit(STEP)
    .$if(dialect.locks, (select) => select.modifyEnd(sql`for update of r`))
  const owned = db
    .selectFrom(files)
    .select('id')
    .where('owner_id', '=', person)
    .where((eb) => eb.or([eb('seq', 'is not', null), eb('owner_name', '<>', '')]))
    .limit(STEP)
  const steps = [
    db
      .deleteFrom(members)
      .where(sql<SqlBool>`(room_id, person_key) in ${memberships}`)
      .returning('room_id')
      .compile(),
    db
      .deleteFrom(holders)
      .where(sql<SqlBool>`(person_id, room_id, seq, since) in ${held}`)
      .returning('room_id')
      .compile(),
    db
      .updateTable(files)
      .set({ seq: null, owner_name: '' })
      .where('id', 'in', owned)
      .returning('id')
      .compile(),
  ]
  for (const step of steps) await repeat(parts, step)
  // Where there are bytes it goes with the last file.
  const unused = db.deleteFrom(usage).where('scope', '=', 1).where('owner_id', '=', person)
  await run(unused.where('bytes', '<=', 0).returning('scope').compile())
}

/** Takes the name out of what was done. */
async function forgetActs(parts: RecordParts, person: string): Promise<void> {
  const { dialect, run } = parts
  const { db, names } = dialect
  for (let after: number | undefined = 0; after !== undefined; ) {
    const end: number | undefined = await strideOfIds(parts, 'audit', after)
    for (const [id, name] of [
      ['by_id', 'by_name'],
      ['to_id', 'to_name'],
    ] as const) {
      await run(
        db
          .updateTable(names.audit)
          .set({ [name]: '' })
          .where('id', '>', after)
          .where('id', '<=', end ?? Number.MAX_SAFE_INTEGER)
          .where(id, '=', person)
          .returning('id')
          .compile(),
      )
    }
    after = end
  }
}

/** Takes the name out of the lists of who may be in a room. */
async function forgetInvited(parts: RecordParts, personId: string): Promise<void> {
  const { dialect, run } = parts
  const { db, names } = dialect
  const find = sql.raw(dialect.name === 'sqlite' ? 'instr' : 'strpos')
  // As JSON writes it, whatever stands before and after.
  const mark = `"id":${JSON.stringify(personId)}`
  for (let after: number | undefined = 0; after !== undefined; ) {
    const end: number | undefined = await strideOfIds(parts, 'rooms', after)
    const found = await run(
      db
        .selectFrom(names.rooms)
        .select(['id', 'only_persons'])
        .where('id', '>', after)
        .where('id', '<=', end ?? Number.MAX_SAFE_INTEGER)
        .where(sql<SqlBool>`${find}(only_persons, ${mark}) > 0`)
        .compile(),
    )
    for (const room of found) {
      const persons = JSON.parse(room.only_persons as string) as readonly Person[]
      const nameless = persons.map((one) => (one.id === personId ? { ...one, name: '' } : one))
      await run(
        db
          .updateTable(names.rooms)
          .set({ only_persons: JSON.stringify(nameless) })
          .where('id', '=', room.id)
          .returning('id')
          .compile(),
      )
    }
    after = end
  }
}

/** Takes the name from a stretch of the entries, and the texts. */
async function eraseEntries(parts: RecordParts, person: string, stretch: Stretch): Promise<number> {
  const { dialect, run } = parts
  const { db, names } = dialect
  const { rooms, entries } = names
  const here = within(stretch)
  const concerned = await run(
    db
      .selectFrom(entries)
      .select('seq')
      .where(here)
      .where((eb) => eb.or([eb('from_id', '=', person), eb('to_id', '=', person)]))
      .limit(1)
      .compile(),
  )
  if (concerned.length === 0) return 0
  for (const [id, name] of [
    ['from_id', 'from_name'],
    ['to_id', 'to_name'],
  ] as const) {
    await run(
      db
        .updateTable(entries)
        .set({ [name]: '' })
        .where(here)
        .where(id, '=', person)
        .where(name, '<>', '')
        .returning('seq')
        .compile(),
    )
  }
  let erased = 0
  // Changes before the rest: with a message its edits go, too. That something was deleted stays.
  for (const kinds of ["e.kind in ('edit', 'react', 'unreact')", "e.kind <> 'delete'"]) {
    const some = db
      .selectFrom(`${entries} as e`)
      .innerJoin(`${rooms} as r`, 'r.id', 'e.room_id')
      .select(['e.room_id', 'e.seq'])
      .where(within(stretch, 'e'))
      .where('e.from_id', '=', person)
      .where('e.deleted', 'is', null)
      .where(sql<SqlBool>`${sql.raw(kinds)}`)
      .orderBy('e.room_id')
      .limit(STEP)
      // Under the lock of the room, as with every change of a log.
      .$if(dialect.locks, (select) => select.modifyEnd(sql`for update of r`))
    erased += await repeat(
      parts,
      db
        .updateTable(entries)
        .set(ERASED)
        .where(sql<SqlBool>`(room_id, seq) in ${some}`)
        .returning('seq')
        .compile(),
    )
  }
  return erased
}

/** Runs a statement until it finds nothing more to do; resolves to how many rows it had. */
async function repeat({ run }: RecordParts, statement: Statement): Promise<number> {
  for (let total = 0; ; ) {
    const { length } = await run(statement)
    if (length === 0) return total
    total += length
  }
}
