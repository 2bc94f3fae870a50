/** Whether a Postgres keeps what it says it keeps. */

import { ChatError } from '../../errors.ts'
import { cannotOpen } from './failures.ts'

/** Asks for {@link ServerSettings}. */
export const SETTINGS = `select
  current_setting('server_version_num')::int as version,
  current_setting('server_encoding') as encoding,
  current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  current_setting('default_transaction_isolation') as isolation,
  pg_is_in_recovery() as recovering`

/** What is looked at when a database is opened. */
export interface ServerSettings {
  readonly version: number
  readonly encoding: string
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
  readonly isolation: string
  /** A replica, or a server that is starting: it can't write. */
  readonly recovering: boolean
}

const OLDEST = 120_000

/**
 * Refuses a server with which acknowledged entries could be lost. Returns whether they are durable.
 *
 * @param allowUnsafe use it all the same
 */
export function checkServer(server: ServerSettings, allowUnsafe: boolean): boolean {
  const refuse = (message: string): never => {
    throw new ChatError('invalid_options', `postgresStorage: ${message}`)
  }
  if (server.version < OLDEST) refuse('Postgres 12 or newer is needed')
  if (server.encoding !== 'UTF8') {
    refuse(`the database has the encoding ${server.encoding}; make one with encoding UTF8`)
  }
  if (server.recovering) {
    throw cannotOpen('this Postgres is a replica, or is still starting: it takes no writes')
  }
  if (server.isolation !== 'read committed') {
    // What waited for a lock would fail instead of going on, and would count what was before.
    refuse(
      `these connections have default_transaction_isolation=${server.isolation}; use connections ` +
        "with 'read committed' (`alter role … set default_transaction_isolation = 'read committed'`)",
    )
  }
  // `local`, `remote_write` and `remote_apply` wait for the disk of this server, as `on` does.
  const unsafe = (['fsync', 'full_page_writes', 'synchronous_commit'] as const).filter(
    (name) => server[name] === 'off',
  )
  if (unsafe.length > 0 && !allowUnsafe) {
    refuse(
      `the server runs with ${unsafe.map((name) => `${name}=off`).join(' and ')}: a crash could ` +
        'take what was acknowledged; turn it on, or give the option allowUnsafe: true',
    )
  }
  return unsafe.length === 0
}
