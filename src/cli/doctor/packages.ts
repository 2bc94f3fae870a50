/** What is installed beside the package, and what is built of it. */

import { webPages } from '../../web.ts'
import { runModule } from './child.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'
import { installed, isIn } from './package.ts'

/** Loads a driver as far as it takes to know that it works here. Default: it is imported. */
const PROBES: Readonly<Record<string, string>> = {
  // Its native part is only loaded by a database.
  'better-sqlite3': "new (await import('better-sqlite3')).default(':memory:').close()",
}

/** The drivers: are they there, of a version that fits, and can they be loaded? */
export const lookAtDrivers: Look = async (ask, signal) => {
  const ranges = Object.entries(ask.manifest.peerDependencies ?? {})
  return Promise.all(ranges.map(([name, range]) => driver(name, range, ask, signal)))
}

async function driver(
  name: string,
  range: string,
  { root, options, t }: Ask,
  signal: AbortSignal,
): Promise<Finding> {
  const needed = isNeeded(name, options)
  const version = installed(name)
  const what = t.driverFor[name as keyof typeof t.driverFor] ?? name
  if (version === null) {
    if (needed) return fail(name, t.driverMissing(name))
    // Messages that are gone in the end are not what most people want.
    const wanted = name === 'better-sqlite3' && options.storage === 'auto'
    return wanted ? warn(name, t.driverWanted(name)) : ok(name, t.driverAbsent(name, what))
  }
  const { code, error } = await runModule(
    PROBES[name] ?? `await import('${name}')`,
    [],
    root,
    signal,
  )
  if (signal.aborted) return warn(name, t.late)
  if (code !== 0) {
    // Where it is installed, `auto` uses it.
    const used = needed || (name === 'better-sqlite3' && options.storage === 'auto')
    return (used ? fail : warn)(name, t.driverBroken(name, version, error || t.crashed))
  }
  return isIn(version, range)
    ? ok(name, t.driver(version, what))
    : warn(name, t.driverVersion(name, version, range))
}

function isNeeded(name: string, { storage, broker }: Ask['options']): boolean {
  switch (name) {
    case 'better-sqlite3':
      return storage.startsWith('sqlite:')
    case 'pg':
      return /^postgres(ql)?:/.test(storage)
    case 'redis':
      return /^rediss?:/.test(broker)
    case '@nats-io/transport-node':
      return /^(nats|tls):/.test(broker)
    default:
      return false
  }
}

/** The pages that `serve` shows. */
export const lookAtPages: Look = async ({ options, t }) => {
  if (!options.pages) return [ok('pages', t.pagesOff)]
  try {
    webPages()
    return [ok('pages', t.pages)]
  } catch {
    return [fail('pages', t.pagesMissing)]
  }
}
