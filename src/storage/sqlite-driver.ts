/** The driver of SQLite, better-sqlite3: what is used of it, and how a file is opened. */

import { ChatError } from '../errors.ts'
import { cannotOpen, codeOf, driverMissing, messageOf } from './sql/failures.ts'

/** What is used of better-sqlite3's `Statement`. */
export interface SqliteStatement {
  /** It gives rows. */
  readonly reader: boolean
  run(...parameters: unknown[]): { readonly changes: number }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
}

/** What is used of better-sqlite3's `Database`: an instance that the host brings fits as it is. */
export interface SqliteDatabase {
  readonly name: string
  readonly memory: boolean
  readonly inTransaction: boolean
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  pragma(source: string, options?: { simple?: boolean }): unknown
  close(): unknown
}

/** How a file of ours is opened. */
export interface SqliteFile {
  readonly path: string
  readonly synchronous: 'full' | 'normal'
  /** How long to wait for another process that writes, in ms. */
  readonly busyMs: number
}

type Open = new (path: string, options: { timeout: number }) => SqliteDatabase

/**
 * Pages in the write-ahead log before they are carried over to the file (some 16 MiB). The default,
 * 1,000, makes nearly every batch of a busy server wait for that.
 */
const CHECKPOINT_PAGES = 4000
/** Memory for pages, in KiB. */
const CACHE_KIB = 16 * 1024

/** Opens a file, or makes it. */
export async function openSqliteFile(file: SqliteFile): Promise<SqliteDatabase> {
  let Database: Open
  try {
    Database = (await import('better-sqlite3')).default as unknown as Open
  } catch (error) {
    throw driverMissing('sqliteStorage', 'better-sqlite3', error)
  }
  let db: SqliteDatabase | undefined
  try {
    db = new Database(file.path, { timeout: file.busyMs })
    // Readers don't wait for the writer, and a commit is one write and one sync.
    db.pragma('journal_mode = WAL')
    db.pragma(`synchronous = ${file.synchronous}`)
    // On macOS a plain fsync leaves the data in the drive's cache. Elsewhere this is nothing.
    db.pragma('fullfsync = 1')
    db.pragma('checkpoint_fullfsync = 1')
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    db.pragma(`cache_size = ${-CACHE_KIB}`)
    return db
  } catch (error) {
    db?.close()
    if (codeOf(error) === 'ERR_DLOPEN_FAILED' || /bindings file/.test(messageOf(error))) {
      throw new ChatError(
        'invalid_options',
        'better-sqlite3 is installed, but not for this Node: npm rebuild better-sqlite3',
        { cause: error },
      )
    }
    throw cannotOpen(`SQLite cannot open ${file.path}: ${messageOf(error)}`, error)
  }
}

/** A database that is gone when it is closed. */
const isPassing = (db: SqliteDatabase): boolean => db.memory || db.name === ''

/** What is committed survives a power cut, by the settings of this connection. */
export function isDurable(db: SqliteDatabase): boolean {
  // 2: full, 3: extra.
  return !isPassing(db) && (db.pragma('synchronous', { simple: true }) as number) >= 2
}

/**
 * Looks at an instance that the host brought, and changes nothing: refuses settings with
 * which what is acknowledged could be lost, unless that is wanted.
 */
export function checkInstance(db: SqliteDatabase, synchronous: 'full' | 'normal'): void {
  if (isPassing(db)) return
  const journal = String(db.pragma('journal_mode', { simple: true })).toLowerCase()
  if (journal === 'off' || journal === 'memory') {
    throw new ChatError(
      'invalid_options',
      `the Database has journal_mode=${journal}: a crash in the middle of a commit spoils the file; ` +
        "set db.pragma('journal_mode = WAL')",
    )
  }
  if (synchronous === 'full' && !isDurable(db)) {
    throw new ChatError(
      'invalid_options',
      'the Database has a synchronous below FULL (better-sqlite3 sets NORMAL in WAL mode): a power ' +
        "cut could take what was acknowledged; set db.pragma('synchronous = FULL'), or give " +
        "sqliteStorage the option synchronous: 'normal' to accept that",
    )
  }
}
