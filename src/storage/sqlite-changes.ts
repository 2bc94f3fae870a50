/** Edits, deletions and reactions in SQLite: what they do to the entry that they concern. */

import type { EntryKind } from '../protocol/types.ts'
import type { Names } from './sql/tables.ts'
import { CHANGEABLE, ERASING } from './sql/triggers.ts'
import type { SqliteDatabase, SqliteStatement } from './sqlite-driver.ts'

/** A change, and where it will stand. */
export interface SqliteChange {
  /** Id of the room's row. */
  readonly room: number
  readonly target: number
  readonly seq: number
  readonly from: string
  readonly text: string
}

/** The statements that apply changes. Triggers do the rest, see `triggers.ts`. */
export class SqliteChanges {
  private readonly edit: SqliteStatement
  private readonly erase: SqliteStatement
  private readonly note: SqliteStatement
  private readonly find: SqliteStatement
  private readonly mark: SqliteStatement
  private readonly since: SqliteStatement
  private readonly begin: SqliteStatement
  private readonly hold: SqliteStatement
  private readonly release: SqliteStatement

  constructor(db: SqliteDatabase, { entries, changes, reactions, holders }: Names) {
    const target = `room_id = ? and seq = ? and ${CHANGEABLE}`
    this.edit = db.prepare(
      `update "${entries}" set original = coalesce(original, text), text = ?, edited = ?
        where ${target}`,
    )
    this.erase = db.prepare(`update "${entries}" set ${ERASING} where ${target}`)
    this.note = db.prepare(`insert into "${changes}" (room_id, seq, change) values (?, ?, ?)`)
    this.find = db.prepare(`select reacted from "${entries}" where ${target}`)
    this.mark = db.prepare(`update "${entries}" set reacted = 1 where room_id = ? and seq = ?`)
    this.since = db.prepare(
      `select since from "${reactions}" where room_id = ? and seq = ? and text = ?`,
    )
    this.begin = db.prepare(
      `insert into "${reactions}" (room_id, seq, since, text) values (?, ?, ?, ?)`,
    )
    this.hold = db.prepare(
      `insert into "${holders}" (room_id, seq, since, react, person_id) values (?, ?, ?, ?, ?)
        on conflict do nothing`,
    )
    this.release = db.prepare(
      `delete from "${holders}" where person_id = ? and room_id = ? and seq = ? and since = ?`,
    )
  }

  /** False: what it concerns is not there, or can't be changed. */
  apply(kind: EntryKind, { room, target, seq, from, text }: SqliteChange): boolean {
    if (kind === 'edit') {
      if (this.edit.run(text, seq, room, target).changes === 0) return false
      this.note.run(room, target, seq)
      return true
    }
    if (kind === 'delete') return this.erase.run(room, target).changes > 0
    const found = this.find.get(room, target) as { reacted: number | null } | undefined
    if (found === undefined) return false
    this.note.run(room, target, seq)
    const known = this.since.get(room, target, text) as { since: number } | undefined
    if (kind === 'unreact') {
      if (known !== undefined) this.release.run(from, room, target, known.since)
      return true
    }
    if (known === undefined) {
      this.begin.run(room, target, seq, text)
      if (found.reacted === null) this.mark.run(room, target)
    }
    this.hold.run(room, target, known?.since ?? seq, seq, from)
    return true
  }
}
