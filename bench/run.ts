// One run: one scenario against one server, both freshly started, on a fresh database.

import { bundled } from './bundle.ts'
import { Child, LOAD_CORE, SERVER_CORE } from './children.ts'
import type { DialectName } from './load/dialects.ts'
import type { FromLoad, FromServer, LoadResult, ToLoad, ToServer } from './messages.ts'
import type { Options } from './options.ts'
import { openFilesLimit, residentBytes } from './proc.ts'
import { connectionsOf, type Scenario } from './scenarios.ts'
import type { ServerKind } from './servers.ts'
import { type Rented, rent } from './storage/databases.ts'

const START_MS = 10_000
const GATHER_MS = 120_000
/** On top of the time that is measured: the outstanding messages have to arrive. */
const DRAIN_MS = 90_000
/** Files a process has open besides its connections, generously. */
const OTHER_FILES = 200

export interface Run {
  readonly scenario: string
  readonly server: string
  readonly round: number
  /** The figures; undefined when the run failed, or measured memory only. */
  readonly load?: LoadResult
  readonly bytesPerConnection?: number
  /** What a message takes on disk, indexes included. */
  readonly bytesPerMessage?: number
  /** Why the run failed, or what was wrong in it. */
  readonly problems: readonly string[]
}

type Outcome = Pick<Run, 'load' | 'bytesPerConnection' | 'problems'>

type ServerChild = Child<ToServer, FromServer>

/** The open files a scenario needs beyond what is allowed; undefined when all is well. */
export function missingOpenFiles(scenario: Scenario): number | undefined {
  const needed = connectionsOf(scenario) + OTHER_FILES
  return needed > openFilesLimit() ? needed : undefined
}

export async function runOnce(
  scenario: Scenario,
  server: ServerKind,
  round: number,
  options: Options,
): Promise<Run> {
  const what = { scenario: scenario.name, server: server.name, round }
  let rented: Rented | undefined
  try {
    rented = await rent(server.place ?? 'memory')
    const outcome = await onPlace(scenario, server, rented, options)
    const sent = outcome.load?.sent
    if (!server.table || sent === undefined) return { ...what, ...outcome }
    // The server was killed: what was sent must be in the table all the same.
    const stored = await rented.count(server.table)
    const lost = stored === sent ? [] : [`${stored} messages are stored of ${sent}`]
    const bytesPerMessage = (await rented.size()) / stored
    return { ...what, ...outcome, bytesPerMessage, problems: [...outcome.problems, ...lost] }
  } catch (error) {
    return { ...what, problems: [error instanceof Error ? error.message : String(error)] }
  } finally {
    await rented?.remove()
  }
}

async function onPlace(
  scenario: Scenario,
  server: ServerKind,
  rented: Rented,
  options: Options,
): Promise<Outcome> {
  const openFiles = missingOpenFiles(scenario)
  const serverChild: ServerChild = new Child(server.name, {
    file: bundled(server.file),
    args: [server.name, JSON.stringify(rented.place)],
    nodeArgs: ['--expose-gc'],
    core: SERVER_CORE,
    openFiles,
  })
  try {
    const { dialect } = server
    if (!dialect) return await commitsOnly(serverChild, options)
    return await underLoad(scenario, dialect, serverChild, rented.pid, options)
  } finally {
    await serverChild.end()
  }
}

async function commitsOnly(child: ServerChild, options: Options): Promise<Outcome> {
  const measureMs = options.seconds * 1000
  const warmupMs = options.warmupSeconds * 1000
  child.say({ kind: 'commit', warmupMs, measureMs })
  const { result } = await child.hear('committed', START_MS + warmupMs + measureMs)
  return { load: result, problems: result.problems }
}

async function underLoad(
  scenario: Scenario,
  dialect: DialectName,
  serverChild: ServerChild,
  databasePid: number,
  options: Options,
): Promise<Outcome> {
  const openFiles = missingOpenFiles(scenario)
  const loadChild = new Child<ToLoad, FromLoad>('load generator', {
    file: bundled('load/main'),
    core: LOAD_CORE,
    openFiles,
  })
  try {
    const { port } = await serverChild.hear('listening', START_MS)
    const before = scenario.pace.kind === 'idle' ? await resident(serverChild) : 0
    const measureMs = options.seconds * 1000
    const warmupMs = options.warmupSeconds * 1000
    loadChild.say({
      kind: 'order',
      scenario,
      dialect,
      port,
      serverPid: serverChild.pid,
      databasePid,
      warmupMs,
      measureMs,
    })
    await loadChild.hear('ready', GATHER_MS)
    if (scenario.pace.kind === 'idle') {
      const after = await resident(serverChild)
      const bytesPerConnection = (after - before) / connectionsOf(scenario)
      return { bytesPerConnection, problems: [] }
    }
    loadChild.say({ kind: 'go' })
    const { result } = await loadChild.hear('result', warmupMs + measureMs + DRAIN_MS)
    return { load: result, problems: result.problems }
  } finally {
    await loadChild.end()
  }
}

async function resident(server: ServerChild): Promise<number> {
  server.say({ kind: 'collect-garbage' })
  await server.hear('collected', START_MS)
  return residentBytes(server.pid)
}
