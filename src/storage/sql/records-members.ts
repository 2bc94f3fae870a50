/** Members of rooms, in SQL. */

import { type Expression, type SqlBool, sql } from 'kysely'
import type { Role } from '../../protocol/types.ts'
import type {
  MemberChange,
  MemberFilter,
  MemberRecord,
  MemberStore,
  Membership,
} from '../../spi/records.ts'
import { COUNTED, LOOKED_AT } from '../records-common.ts'
import type { Dialect } from './dialect.ts'
import { fromMoment, type RecordParts, toLimit, toMoment } from './records-parts.ts'
import type { MemberTable } from './records-tables.ts'
import { fromSql, sortKey, toInteger, toSql } from './text.ts'

/** The column that says that a member has what the filter asks for. */
const FILTERS = {
  role: 'role',
  invited: 'invited',
  muted: 'muted_until',
  banned: 'banned_until',
} as const satisfies Record<MemberFilter, keyof MemberTable>

/** Rooms whose entries are counted by one statement. */
const ROOMS = 20

const COLUMNS = [
  ...(['room_id', 'room_key', 'person_key', 'person_id', 'name', 'role', 'invited'] as const),
  ...(['muted_until', 'banned_until', 'read_seq'] as const),
] as const

function recordOf(room: string, row: Omit<MemberTable, 'person_key' | 'room_key'>): MemberRecord {
  const { role, invited, muted_until: muted, banned_until: banned } = row
  return {
    room,
    person: { id: fromSql(row.person_id), name: fromSql(row.name) },
    ...(role === null ? undefined : { role: role as Role }),
    ...(invited === null ? undefined : { invited: true as const }),
    ...(muted === null ? undefined : { mutedUntil: fromMoment(muted) }),
    ...(banned === null ? undefined : { bannedUntil: fromMoment(banned) }),
    read: Number(row.read_seq),
  }
}

/** What a change makes of the columns it speaks of. */
function columnsOf({ role, invited, mutedUntil, bannedUntil, read }: MemberChange) {
  const moment = (at: number | null): number | null => (at === null ? null : toMoment(at))
  return {
    ...(role === undefined ? undefined : { role: role === null ? null : toSql(role) }),
    ...(invited === undefined ? undefined : { invited: invited === null ? null : 1 }),
    ...(mutedUntil === undefined ? undefined : { muted_until: moment(mutedUntil) }),
    ...(bannedUntil === undefined ? undefined : { banned_until: moment(bannedUntil) }),
    ...(read === undefined ? undefined : { read_seq: Math.max(0, toInteger(read)) }),
  }
}

/**
 * Whether the details of the entry `e` mention a person. Details are JSON as `JSON.stringify` writes
 * it: no space between what belongs together, every quote inside of a text escaped. So a text
 * between `[` or `,` and `,` or `]` is an element of a list; and ids of persons are the only lists
 * that details have. The databases' own functions for JSON refuse some texts that JavaScript has.
 */
function mentions({ name }: Dialect, personId: string): Expression<SqlBool> {
  const find = sql.raw(name === 'sqlite' ? 'instr' : 'strpos')
  const id = JSON.stringify(personId)
  const places = [`[${id},`, `[${id}]`, `,${id},`, `,${id}]`]
  const tests = places.map((place) => sql`${find}(e.details, ${place}) > 0`)
  return sql<SqlBool>`(${sql.join(tests, sql` or `)})`
}

/** The members, in a table of which each change is one statement. */
export function sqlMembers({ dialect, run, first }: RecordParts): MemberStore {
  const { db, names, greatest } = dialect
  const { rooms, entries, members } = names

  /** The members of a room that is there. */
  const inRoom = (room: string) =>
    db
      .selectFrom(`${rooms} as r`)
      .innerJoin(`${members} as m`, 'm.room_id', 'r.id')
      .where('r.name', '=', toSql(room))
      .selectAll('m')

  /** Puts a row into a room, if it is there. */
  const insertInto = (room: string, row: Omit<MemberTable, 'room_id' | 'room_key'>) =>
    db
      .insertInto(members)
      .columns(COLUMNS)
      .expression(
        db
          .selectFrom(`${rooms} as r`)
          .where('r.name', '=', toSql(room))
          .select((eb) => [
            'r.id',
            'r.name_key',
            eb.val(row.person_key).as('person_key'),
            eb.val(row.person_id).as('person_id'),
            eb.val(row.name).as('name'),
            eb.val(row.role).as('role'),
            eb.val(row.invited).as('invited'),
            eb.val(row.muted_until).as('muted_until'),
            eb.val(row.banned_until).as('banned_until'),
            eb.val(row.read_seq).as('read_seq'),
          ])
          // The room isn't deleted in between: nobody would sweep the member away.
          .$if(dialect.locks, (select) => select.forKeyShare()),
      )

  /** Messages of others, not deleted, after what the member `m` of the room `r` has read. */
  const unread = db
    .selectFrom(`${entries} as e`)
    .select(sql.lit(1).as('one'))
    .where('e.room_id', '=', sql.ref<number>('r.id'))
    // Not all of those: who has read nothing for years costs no more than another.
    .where('e.seq', '>', sql<number>`r.head - ${sql.lit(LOOKED_AT)}`)
    .where('e.seq', '>', sql.ref<number>('m.read_seq'))
    .where('e.seq', '>=', first)
    .where('e.kind', '=', 'message')
    .where('e.deleted', 'is', null)
    .where('e.from_id', '<>', sql.ref<string>('m.person_id'))
    .limit(sql.lit(COUNTED))

  /** Rooms of a person, with what is unread. */
  function roomsOf(personId: string, after: Uint8Array, limit: number) {
    const mentioning = unread.where('e.details', 'is not', null).where(mentions(dialect, personId))
    return db
      .selectFrom(`${members} as m`)
      .innerJoin(`${rooms} as r`, 'r.id', 'm.room_id')
      .where('m.person_id', '=', toSql(personId))
      .where('m.room_key', '>', after)
      .selectAll('m')
      .select(['r.name as room', 'r.epoch', 'r.head'])
      .select((eb) => [
        eb.selectFrom(unread.as('u')).select(eb.fn.countAll<number>().as('n')).as('unread'),
        eb.selectFrom(mentioning.as('u')).select(eb.fn.countAll<number>().as('n')).as('mentions'),
      ])
      .orderBy('m.room_key')
      .limit(limit)
      .compile()
  }

  return {
    async get(room, personId) {
      const query = inRoom(room).where('m.person_key', '=', sortKey(personId))
      const [row] = await run(query.compile())
      return row === undefined ? null : recordOf(room, row)
    },
    async put(room, person, change) {
      const changed = columnsOf(change)
      const row = {
        person_key: sortKey(person.id),
        person_id: toSql(person.id),
        name: toSql(person.name),
        ...{ role: null, invited: null, muted_until: null, banned_until: null, read_seq: 0 },
        ...changed,
      }
      const { read_seq: read, ...others } = changed
      const query = insertInto(room, row)
        .onConflict((conflict) =>
          conflict.columns(['room_id', 'person_key']).doUpdateSet((eb) => ({
            name: row.name,
            ...others,
            ...(read === undefined
              ? undefined
              : { read_seq: greatest(eb.ref(`${members}.read_seq`), eb.val(read)) }),
          })),
        )
        .returningAll()
      const [put] = await run(query.compile())
      return put === undefined ? null : recordOf(room, put)
    },
    async list(room, filter, after, limit) {
      // By themselves the keys are found in the index of the filter, however few they are.
      let keys = db
        .selectFrom(`${members} as k`)
        .select(['k.room_id', 'k.person_key'])
        .where('k.room_id', '=', (eb) =>
          eb.selectFrom(rooms).select('id').where('name', '=', toSql(room)),
        )
        .where('k.person_key', '>', sortKey(after))
        .orderBy('k.person_key')
        .limit(toLimit(limit))
      if (filter !== undefined) keys = keys.where(`k.${FILTERS[filter]}`, 'is not', null)
      const query = db
        .selectFrom(keys.as('k'))
        .innerJoin(`${members} as m`, (join) =>
          join.onRef('m.room_id', '=', 'k.room_id').onRef('m.person_key', '=', 'k.person_key'),
        )
        .selectAll('m')
        .orderBy('m.person_key')
      return (await run(query.compile())).map((row) => recordOf(room, row))
    },
    async of(personId, after, limit) {
      const found: Membership[] = []
      let from = after
      while (found.length < limit) {
        const wanted = Math.min(ROOMS, toLimit(limit) - found.length)
        const rows = await run(roomsOf(personId, sortKey(from), wanted))
        for (const row of rows) {
          const room = fromSql(row.room)
          found.push({
            member: recordOf(room, row),
            epoch: fromSql(row.epoch),
            head: Number(row.head),
            unread: Number(row.unread),
            mentions: Number(row.mentions),
          })
          from = room
        }
        if (rows.length < wanted) break
      }
      return found
    },
  }
}
