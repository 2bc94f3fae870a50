/** What was done, in SQL. */

import type { AuditStore } from '../../spi/records.ts'
import { type RecordParts, toLimit } from './records-parts.ts'
import { fromSql, toInteger, toSql } from './text.ts'

/** Records forgotten by one statement. */
const STEP = 1000
/** The trail is cut after this many new records, or when a sixteenth of it is new. */
const CUT_EVERY = 256

/** The trail, in the order of its ids. */
export function sqlAudit({ dialect, run }: RecordParts): AuditStore {
  const { db, names } = dialect
  const { audit } = names

  /** Forgets the oldest of those that are beyond the newest `keep`. */
  const cut = (keep: number) =>
    db
      .deleteFrom(audit)
      .where('id', 'in', (eb) =>
        eb
          .selectFrom(audit)
          .select('id')
          .where('id', '<=', (inner) =>
            inner.selectFrom(audit).select('id').orderBy('id', 'desc').limit(1).offset(keep),
          )
          .orderBy('id')
          .limit(STEP),
      )
      .returning('id')
      .compile()

  return {
    async add({ ts, act, by, room, to, note }, keep) {
      const row = {
        ts: toInteger(ts),
        act: toSql(act),
        by_id: toSql(by.id),
        by_name: toSql(by.name),
        room: room === undefined ? null : toSql(room),
        to_id: to === undefined ? null : toSql(to.id),
        to_name: to === undefined ? null : toSql(to.name),
        note: note === undefined ? null : toSql(note),
      }
      const [added] = await run(db.insertInto(audit).values(row).returning('id').compile())
      const most = toLimit(keep)
      const every = Math.min(Math.ceil((most + 1) / 16), CUT_EVERY)
      if (Number(added?.id) % every === 0) await run(cut(most))
    },
    async list(before, limit) {
      let query = db.selectFrom(audit).selectAll().orderBy('id', 'desc').limit(toLimit(limit))
      if (before !== undefined) query = query.where('id', '<', toInteger(before))
      return (await run(query.compile())).map((row) => {
        const { room, to_id: toId, to_name: toName, note } = row
        return {
          id: Number(row.id),
          ts: Number(row.ts),
          act: fromSql(row.act),
          by: { id: fromSql(row.by_id), name: fromSql(row.by_name) },
          ...(room === null ? undefined : { room: fromSql(room) }),
          ...(toId === null
            ? undefined
            : { to: { id: fromSql(toId), name: fromSql(toName ?? '') } }),
          ...(note === null ? undefined : { note: fromSql(note) }),
        }
      })
    },
  }
}
