// One run: one scenario against one server, both freshly started.

import { bundled } from './bundle.ts'
import { Child, LOAD_CORE, SERVER_CORE } from './children.ts'
import type { FromLoad, FromServer, LoadResult, ToLoad, ToServer } from './messages.ts'
import type { Options } from './options.ts'
import { openFilesLimit, residentBytes } from './proc.ts'
import { connectionsOf, type Scenario } from './scenarios.ts'
import type { ServerKind } from './servers.ts'

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
  /** Why the run failed, or what was wrong in it. */
  readonly problems: readonly string[]
}

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
  const openFiles = missingOpenFiles(scenario)
  const serverChild = new Child<ToServer, FromServer>(server.name, {
    file: bundled(server.file),
    args: [server.name],
    nodeArgs: ['--expose-gc'],
    core: SERVER_CORE,
    openFiles,
  })
  const loadChild = new Child<ToLoad, FromLoad>('load generator', {
    file: bundled('load'),
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
      dialect: server.dialect,
      port,
      serverPid: serverChild.pid,
      warmupMs,
      measureMs,
    })
    await loadChild.hear('ready', GATHER_MS)
    if (scenario.pace.kind === 'idle') {
      const after = await resident(serverChild)
      const bytesPerConnection = (after - before) / connectionsOf(scenario)
      return { ...what, bytesPerConnection, problems: [] }
    }
    loadChild.say({ kind: 'go' })
    const { result } = await loadChild.hear('result', warmupMs + measureMs + DRAIN_MS)
    return { ...what, load: result, problems: result.problems }
  } catch (error) {
    return { ...what, problems: [error instanceof Error ? error.message : String(error)] }
  } finally {
    await Promise.all([loadChild.end(), serverChild.end()])
  }
}

async function resident(server: Child<ToServer, FromServer>): Promise<number> {
  server.say({ kind: 'collect-garbage' })
  await server.hear('collected', START_MS)
  return residentBytes(server.pid)
}
