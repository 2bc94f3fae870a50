/** What a doctor looks at, and how long. */

import { resolve } from 'node:path'
import { messageOf } from '../../storage/sql/failures.ts'
import type { ServeOptions } from '../options.ts'
import { placeOf } from '../place.ts'
import { lookAtBroker } from './broker.ts'
import { lookAtTls } from './certificate.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'
import { lookAtFolders } from './folder.ts'
import { installed, ownPackage } from './package.ts'
import { lookAtDrivers, lookAtPages } from './packages.ts'
import { lookAtAccounts, lookAtUrl } from './people.ts'
import { lookAtPorts } from './ports.ts'
import { lookAtPostgres } from './postgres.ts'
import { lookAtSqlite } from './sqlite.ts'
import { lookAtClock, lookAtFiles, lookAtMemory, lookAtNode } from './system.ts'
import { EN } from './texts-en.ts'
import { PT_BR } from './texts-pt-br.ts'

/** Time for each check, in ms; they run side by side. */
const CHECK_MS = 5000
/** For what a check that was stopped can still say, in ms. */
const LAST_WORDS_MS = 200

/** A check, and the name under which it is told that it failed or took too long. */
type Named = readonly [check: string, look: Look]

/** What is looked at, in the order of the report. */
function looks({ storage }: ServeOptions): readonly Named[] {
  const place =
    storage === 'auto'
      ? installed('better-sqlite3') === null
        ? 'memory'
        : 'sqlite:tertulia.db'
      : storage
  // As sqliteStorage has it: these are databases in memory.
  const named = place.startsWith('sqlite:') ? place.slice('sqlite:'.length) : null
  const file = named === null || named === ':memory:' ? null : resolve(named)
  const kept: Look =
    file !== null
      ? lookAtSqlite(file)
      : /^postgres/.test(place)
        ? lookAtPostgres(place)
        : async ({ t }) => [ok('storage', t.memoryStorage)]
  return [
    ['node', lookAtNode],
    ['drivers', lookAtDrivers],
    ['pages', lookAtPages],
    ['port', lookAtPorts],
    ['storage', kept],
    ['broker', lookAtBroker],
    ['folder', lookAtFolders(file, place !== 'memory')],
    ['accounts', lookAtAccounts],
    ['tls', lookAtTls],
    ['url', lookAtUrl],
    ['open-files', lookAtFiles],
    ['memory', lookAtMemory],
    ['clock', lookAtClock],
  ]
}

/** Runs a check; it gives a finding whatever happens. */
export async function looked(
  [check, look]: Named,
  ask: Ask,
  ms: number = CHECK_MS,
): Promise<readonly Finding[]> {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => {
      stop.abort()
      // Who can still say something when stopped says more.
      setTimeout(() => resolve([warn(check, ask.t.late)]), LAST_WORDS_MS)
    }, ms)
  })
  try {
    return await Promise.race([look(ask, stop.signal), late])
  } catch (error) {
    return [fail(check, ask.t.broken(messageOf(error)))]
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Looks at everything that `serve` with these options would need. Databases are not changed.
 *
 * @param only these checks
 * @throws ChatError `invalid_options`
 */
export async function examine(
  options: ServeOptions,
  only?: readonly string[],
): Promise<readonly Finding[]> {
  // Refuses what `serve` refuses; opens nothing.
  await placeOf(options.storage, options.broker)
  const ask: Ask = { options, ...ownPackage(), t: options.lang === 'pt-BR' ? PT_BR : EN }
  const wanted = looks(options).filter(([check]) => only?.includes(check) ?? true)
  return (await Promise.all(wanted.map((look) => looked(look, ask)))).flat()
}
