/** The SQLite file of `serve`. */

import { existsSync, statSync } from 'node:fs'
import { migrationPlan } from '../../storage/sql/migrations.ts'
import { sqliteDialect } from '../../storage/sql/sqlite-dialect.ts'
import { runModule } from './child.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'
import { mayWrite, userName } from './folder.ts'

/**
 * Looks at a file in a process of its own: it can be ended in the middle of a check that takes too long.
 * What is quick comes first. Whatever happens is told in a line of JSON.
 */
const PROBE = `
const [file, table, accounts, readonly] = process.argv.slice(1)
const tell = (what) => process.stdout.write(JSON.stringify(what) + '\\n')
try {
  const { default: Database } = await import('better-sqlite3')
  const db = new Database(file, { fileMustExist: true, readonly: readonly === 'yes', timeout: 1000 })
  const has = (name) => db.prepare('select 1 from sqlite_master where name = ?').get(name)
  const one = (what, name) => has(name) && db.prepare('select ' + what + ' as it from "' + name + '"').get()?.it
  tell({
    version: one('version', table) ?? null,
    admins: one('sum(admin)', accounts) ?? 0,
    journal: db.pragma('journal_mode', { simple: true }),
  })
  tell({ damage: db.pragma('quick_check(1)', { simple: true }) })
  db.close()
} catch (error) {
  tell({ code: error.code ?? '', message: error.message })
}
`

interface Told {
  readonly version?: number | null
  /** People who may do everything. */
  readonly admins?: number
  readonly journal?: string
  readonly damage?: string
  readonly code?: string
  readonly message?: string
}

/** The file itself: readable, sound, and of a release that this one understands. */
export function lookAtSqlite(file: string): Look {
  return async (ask, signal) => {
    const { root, t } = ask
    if (!existsSync(file)) return [ok('storage', t.sqliteNew(file))]
    if (!statSync(file).isFile()) return [fail('storage', t.sqliteNoFile(file))]
    if (!(await mayWrite(file))) return [fail('storage', t.sqliteClosed(file, userName()))]
    const dialect = sqliteDialect('tertulia_')
    const { table, versions } = migrationPlan(dialect)
    // With a log beside it, a server runs or was killed: then a writer, on closing, would carry the log
    // over. Without one, a reader would leave an empty log behind, and a writer does not.
    const logged = existsSync(`${file}-wal`) || existsSync(`${file}-journal`)
    const args = [file, table, dialect.names.accounts, logged ? 'yes' : 'no']
    const { lines, error } = await runModule(PROBE, args, root, signal)
    const told: Told = Object.assign({}, ...lines.map((line) => JSON.parse(line) as Told))
    return sqliteFindings(file, told, { known: versions.length, error }, ask)
  }
}

/** What is to be said about it. */
export function sqliteFindings(
  file: string,
  { version, admins, journal, damage, code, message }: Told,
  { known, error }: { readonly known: number; readonly error: string },
  { t, options }: Ask,
): readonly Finding[] {
  if (code === 'SQLITE_NOTADB') return [fail('storage', t.sqliteOther(file))]
  if (code?.startsWith('SQLITE_CORRUPT')) return [fail('storage', t.sqliteDamaged(file, code))]
  if (code?.startsWith('SQLITE_BUSY')) return [warn('storage', t.sqliteBusy(file))]
  if (message !== undefined) return [fail('storage', t.sqliteUnread(file, message))]
  if (version === undefined) return [fail('storage', t.sqliteUnread(file, error || t.crashed))]
  if (damage !== undefined && damage !== 'ok') {
    // After a line that names the database.
    return [fail('storage', t.sqliteDamaged(file, damage.split('\n').at(-1) ?? damage))]
  }
  const size = statSync(file).size
  const first =
    damage === undefined
      ? warn('storage', t.sqliteLarge(file, size))
      : ok('storage', t.sqlite(file, size, journal ?? ''))
  return [
    first,
    schemaFinding(version, known, t),
    ...adminFindings(version, admins ?? 0, t, options),
  ]
}

/** Whether a database's schema is that of this release. */
export function schemaFinding(version: number | null, known: number, t: Ask['t']): Finding {
  if (version === null) return ok('schema', t.schemaNew)
  if (version > known) return fail('schema', t.schemaNewer(version, known))
  return version < known
    ? warn('schema', t.schemaOlder(version, known))
    : ok('schema', t.schema(version))
}

/** Whether anybody may do everything: nobody is asked for a database that isn't made yet. */
export function adminFindings(
  version: number | null,
  admins: number,
  t: Ask['t'],
  { accounts }: Ask['options'],
): readonly Finding[] {
  if (version === null || accounts !== true) return []
  return [admins > 0 ? ok('admins', t.admins(admins)) : warn('admins', t.adminsNone)]
}
