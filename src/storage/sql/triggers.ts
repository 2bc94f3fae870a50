/** What a database does by itself when rows of rooms and entries change: alike in both databases. */

import { recordTriggers } from './records-migration.ts'
import { ERASED, type Names } from './tables.ts'

/** The entries that can be changed, as far as `kind` and `deleted` tell. */
export const CHANGEABLE = "kind in ('message', 'notice') and deleted is null"

/** {@link ERASED} as it stands in an update. */
export const ERASING = Object.entries(ERASED)
  .map(([column, value]) => `${column} = ${value === '' ? "''" : value}`)
  .join(', ')

interface Trigger {
  /** The end of its name. */
  readonly name: string
  readonly on: 'rooms' | 'entries' | 'holders' | 'accounts' | 'files'
  readonly event: string
  readonly when?: string
  /** May use `new` and `old`. */
  readonly body: readonly string[]
}

/** @param t the name of a table as it stands in a statement */
const triggers = (t: (table: keyof Names) => string): readonly Trigger[] => [
  ...recordTriggers(t),
  {
    // Its entries are many: they wait for being swept away.
    name: 'deleted',
    on: 'rooms',
    event: 'delete',
    body: [`insert into ${t('gone')} (room_id) values (old.id)`],
  },
  {
    name: 'cut',
    on: 'rooms',
    event: 'update of first_seq',
    body: (['changes', 'reactions', 'holders', 'entries'] as const).map(
      (table) => `delete from ${t(table)} where room_id = new.id and seq < new.first_seq`,
    ),
  },
  {
    name: 'erased',
    on: 'entries',
    event: 'update of deleted',
    when: "new.deleted = 1 and old.deleted is null and new.kind in ('message', 'notice')",
    body: [
      `update ${t('entries')} set ${ERASING}
        where room_id = new.room_id and seq in (
          select change from ${t('changes')} where room_id = new.room_id and seq = new.seq)`,
      ...(['changes', 'reactions', 'holders'] as const).map(
        (table) => `delete from ${t(table)} where room_id = new.room_id and seq = new.seq`,
      ),
    ],
  },
  {
    name: 'added',
    on: 'holders',
    event: 'insert',
    body: [
      `update ${t('reactions')} set people = people + 1
        where room_id = new.room_id and seq = new.seq and since = new.since`,
    ],
  },
  {
    name: 'deleted',
    on: 'holders',
    event: 'delete',
    body: [
      `update ${t('reactions')} set people = people - 1
        where room_id = old.room_id and seq = old.seq and since = old.since`,
      `delete from ${t('reactions')}
        where room_id = old.room_id and seq = old.seq and since = old.since and people <= 0`,
    ],
  },
]

/** The triggers of SQLite. */
export const sqliteTriggers = (names: Names): readonly string[] =>
  triggers((table) => `"${names[table]}"`).map(({ name, on, event, when, body }) => {
    const condition = when === undefined ? '' : ` when ${when}`
    return `create trigger "${names[on]}_${name}" after ${event} on "${names[on]}"${condition} begin
  ${body.map((statement) => `${statement};`).join('\n  ')}
end`
  })

/**
 * The triggers of Postgres, each with its function. They find rows by an index always: a plan made
 * while the tables were small could be kept for long. A condition stands in the function: as a
 * trigger's own it would be copied, a long text, for every row that is inserted.
 */
export const postgresTriggers = (schema: string, names: Names): readonly string[] =>
  triggers((table) => `"${schema}"."${names[table]}"`).flatMap(
    ({ name, on, event, when, body }) => {
      const run = `"${schema}"."${names[on]}_${name}_1"`
      const statements = body.map((statement) => `${statement};`).join('\n  ')
      return [
        `create function ${run}() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  ${when === undefined ? statements : `if ${when} then\n  ${statements}\n  end if;`}
  return null;
end
$$`,
        `create trigger "${names[on]}_${name}" after ${event} on "${schema}"."${names[on]}"
  for each row execute function ${run}()`,
      ]
    },
  )
