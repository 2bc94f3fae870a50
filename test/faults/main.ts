/** `npm run faults`: see `options.ts`, or give `--help`. */

import { createWriteStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { bundleServer, removeBundle } from './bundle.ts'
import { type RunOptions, readOptions, USAGE } from './options.ts'
import { table } from './report.ts'
import { faultRun, type Outcome } from './run.ts'

/** Violations and problems that are shown, of each. */
const SHOWN = 20
/** What a run may take beyond its seconds. */
const EXTRA_MS = 240_000

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    say(USAGE)
    return 0
  }
  const options = readOptions(args)
  const { storage, seconds, seed, clients, nodes, rate, broken } = options
  say(
    `faults: --storage ${storage} --seconds ${seconds} --seed ${seed} --clients ${clients} ` +
      `--nodes ${nodes} --rate ${rate}${broken === null ? '' : ` --break ${broken}`}`,
  )
  // Children hear that we are gone and end by themselves.
  setTimeout(
    () => {
      say('the run takes too long and is given up')
      process.exit(3)
    },
    seconds * 1000 + EXTRA_MS,
  ).unref()
  const outcome = await faultRun(options, bundleServer(), say)
  const { report, violations, problems } = outcome
  say('')
  for (const line of table(report)) say(line)
  const { lost, doubled } = report.counts
  const bad = violations.length + problems.length + lost + doubled > 0
  if (violations.length > 0) say('\nViolations')
  for (const { rule, words, room, client, at } of violations.slice(0, SHOWN)) {
    say(`  ${rule}: ${[room, client, at].filter((one) => one !== undefined).join(' ')}: ${words}`)
  }
  if (problems.length > 0) say('\nProblems')
  for (const words of problems.slice(0, SHOWN)) say(`  ${words}`)
  if (bad || options.record) say(`\nThe record: ${await write(options, outcome)}`)
  say(bad ? `\nFAILED with seed ${seed}` : `\nNothing was found with seed ${seed}`)
  return bad ? 1 : 0
}

/** Writes everything, one JSON object per line. */
async function write({ storage, seed }: RunOptions, outcome: Outcome): Promise<string> {
  const file = join(tmpdir(), `tertulia-faults-${storage}-${seed}-${process.pid}.jsonl`)
  const out = createWriteStream(file)
  const lines = (type: string, list: readonly object[]): void => {
    for (const one of list) out.write(`${JSON.stringify({ record: type, ...one })}\n`)
  }
  lines('violation', outcome.violations)
  lines(
    'problem',
    outcome.problems.map((words) => ({ words })),
  )
  lines('fault', outcome.faults)
  lines('event', outcome.events)
  lines('log', outcome.logs)
  out.end()
  await finished(out)
  return file
}

process.on('exit', removeBundle)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(2)
  },
)
