// The bench: every server through every scenario, interleaved, and a table of each scenario.

import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { bundle, removeBundle } from './bundle.ts'
import { canRaiseOpenFiles, endAll, LOAD_CORE, pinned, SERVER_CORE } from './children.ts'
import { fullSizes, quickSizes } from './costs/list.ts'
import { type CostRun, costReport, runCost } from './costs/run.ts'
import { type Options, readOptions, usage } from './options.ts'
import { table } from './report.ts'
import { missingOpenFiles, type Run, runOnce } from './run.ts'
import type { Scenario } from './scenarios.ts'
import type { ServerKind } from './servers.ts'
import { missing, removeDatabases, warning } from './storage/databases.ts'

function header({ rounds, seconds, warmupSeconds }: Options): string {
  const cpu = os.cpus()[0]?.model ?? 'unknown processor'
  const where = pinned
    ? `server pinned to core ${SERVER_CORE}, load generator to core ${LOAD_CORE}`
    : 'NOT pinned (no taskset, or not two cores): figures are noisier'
  return [
    `Node ${process.version}, ${os.availableParallelism()} cores (${cpu}), ${where}.`,
    `${new Date().toISOString()}; ${rounds} round(s) of ${seconds} s after ${warmupSeconds} s of warm-up.`,
    ...[missing('postgres'), warning()].filter((one) => one !== undefined),
  ].join('\n')
}

async function measure(
  scenario: Scenario,
  servers: readonly ServerKind[],
  options: Options,
): Promise<Run[]> {
  const runs: Run[] = []
  for (let round = 1; round <= options.rounds; round++) {
    for (const server of servers) {
      process.stderr.write(`${scenario.name}, round ${round}: ${server.name}\n`)
      const run = await runOnce(scenario, server, round, options)
      for (const problem of run.problems) process.stderr.write(`  PROBLEM: ${problem}\n`)
      runs.push(run)
    }
  }
  return runs
}

interface Measured {
  readonly runs: readonly Run[]
  readonly costs: readonly CostRun[]
  readonly problems: readonly string[]
}

/** Measures and prints everything; the runs, and what was wrong. */
async function bench(options: Options): Promise<Measured> {
  const all: Run[] = []
  const problems: string[] = []
  console.log(`${header(options)}\n`)
  for (const scenario of options.scenarios) {
    const openFiles = missingOpenFiles(scenario)
    if (openFiles && !canRaiseOpenFiles(openFiles)) {
      console.log(
        `### ${scenario.name}\n\nSkipped: it needs ${openFiles} open files (ulimit -n).\n`,
      )
      continue
    }
    const servers = options.servers(scenario).filter((one) => !missing(one.place ?? 'memory'))
    const runs = await measure(scenario, servers, options)
    console.log(`${table(scenario, runs, servers)}\n`)
    for (const run of runs) {
      const where = `${run.scenario}, ${run.server}, round ${run.round}`
      problems.push(...run.problems.map((problem) => `${where}: ${problem}`))
    }
    all.push(...runs)
  }
  const costs: CostRun[] = []
  for (const cost of options.costs) {
    const runs: CostRun[] = []
    for (const place of cost.places.filter((one) => !missing(one))) {
      process.stderr.write(`${cost.name}: ${place}\n`)
      runs.push(await runCost(cost, place, options.quick ? quickSizes : fullSizes))
    }
    console.log(`${costReport(cost, runs)}\n`)
    problems.push(...runs.flatMap((run) => run.problems))
    costs.push(...runs)
  }
  return { runs: all, costs, problems }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (!options) {
    console.log(usage)
    return 0
  }
  bundle()
  const { runs, costs, problems } = await bench(options)
  if (options.json) {
    const about = { node: process.version, date: new Date().toISOString(), pinned }
    writeFileSync(options.json, `${JSON.stringify({ ...about, runs, costs, problems }, null, 2)}\n`)
  }
  if (problems.length === 0) return 0
  console.log(`Not to be relied on:\n\n${problems.map((one) => `- ${one}`).join('\n')}`)
  return 1
}

function cleanUp(): void {
  endAll()
  removeBundle()
}

/** A database needs a moment to stop. */
async function leave(code: number): Promise<void> {
  endAll()
  await removeDatabases().catch((error: unknown) => console.error(error))
  process.exit(code)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(130))
process.on('exit', cleanUp)

main().then(leave, (error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  return leave(2)
})
