/** What is kept of one person, in SQL. */

import { sql } from 'kysely'
import type { PersonData } from '../../spi/records.ts'
import { entryColumns, reactionsOf } from './queries-page.ts'
import { erasePerson } from './records-erase.ts'
import { type RecordParts, toLimit } from './records-parts.ts'
import { END, readPlace, type Stretch, stride, within, writePlace } from './records-walk.ts'
import { entryFrom } from './rows.ts'
import { fromSql, toSql } from './text.ts'

/**
 * Data of one person. There is no index of entries by author, since every message would pay for it:
 * both walk through all entries, in stretches of bounded length.
 */
export function sqlPeople(parts: RecordParts): PersonData {
  const { dialect, run, first } = parts
  const { db, names } = dialect
  const { rooms, entries } = names

  /** The person's entries in a stretch. */
  const said = (person: string, stretch: Stretch, limit: number) =>
    db
      .selectFrom(`${entries} as e`)
      .innerJoin(`${rooms} as r`, 'r.id', 'e.room_id')
      .where(within(stretch, 'e'))
      .where('e.from_id', '=', person)
      .where('e.seq', '>=', first)
      .select(['e.room_id', 'r.name as room', ...entryColumns])
      .select(sql<string | null>`${reactionsOf(dialect)}`.as('reactions'))
      .orderBy('e.room_id')
      .orderBy('e.seq')
      .limit(limit)
      .compile()

  return {
    async export(personId, next, limit) {
      const after = readPlace(next)
      const end = await stride(parts, after, 'asc')
      const most = Math.max(1, toLimit(limit))
      const rows = await run(said(toSql(personId), { after, to: end ?? END }, most))
      const found = rows.map((row) => entryFrom(fromSql(row.room), row))
      const last = rows.length < most ? undefined : rows.at(-1)
      const place = last && { room: Number(last.room_id), seq: Number(last.seq) }
      const goesOn = place ?? end
      return {
        entries: found,
        ...(goesOn === undefined ? undefined : { next: writePlace(goesOn) }),
      }
    },
    erase: (personId) => erasePerson(parts, personId),
  }
}
