/** The table of mutants, as `README.md` has it. */

import { HISTORY_RULES, type HistoryRule } from '../../src/testing/history-rules.ts'
import type { Mutant } from './mutant.ts'
import type { Plan } from './world.ts'

const percent = (share: number): string => `${Math.round(share * 100)} %`

/** A world in words. */
export function inWords(plan: Plan): string {
  const { nodes = 1, drop = 0, fail = 0, slow = 30, kept } = plan
  const words = [
    nodes === 1 ? 'one node' : `${nodes} nodes`,
    drop > 0 ? `the broker loses ${percent(drop)}` : '',
    slow > 30 ? `storage takes up to ${slow * 2} ms` : '',
    fail > 0 ? `storage fails at ${percent(fail)}` : '',
    kept === undefined ? '' : `${kept} entries are kept`,
    plan.restarts ? 'nodes are replaced' : '',
    plan.crashes ? 'nodes are killed' : '',
    plan.temporary ? 'rooms vanish when they are empty' : '',
    plan.deletes ? 'rooms are deleted' : '',
    plan.churn ? 'people come and go' : '',
    plan.whispers ? 'people talk in private' : '',
    plan.edits ? 'people change their minds' : '',
    plan.conflicts ? 'keys are used twice' : '',
    plan.narrow ? 'readers are slow' : '',
    plan.hasty ? 'nodes don’t wait for storage' : '',
  ]
  return words.filter((word) => word !== '').join(', ')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

function table(mutants: readonly Mutant[]): string {
  const rows = mutants.map(
    ({ name, how, plan, rule }) =>
      `| ${cell(name)} | ${cell(how)} | ${inWords(plan)} | \`${rule}\` |`,
  )
  return ['| what is broken | how | world | found by |', '|---|---|---|---|', ...rows].join('\n')
}

/** The whole of `README.md`. */
export function readme(core: readonly Mutant[], storage: readonly Mutant[]): string {
  const rules = Object.entries(HISTORY_RULES).map(([rule, asks]) => {
    const count = [...core, ...storage].filter((mutant) => mutant.rule === (rule as HistoryRule))
    return `| \`${rule}\` | ${asks} | ${count.length} |`
  })
  return `# Mutants

Servers that are broken on purpose, each in one way. They live in simulated worlds: clients that
talk, retry and come back over connections that break, in the ways that \`world.ts\` and \`chaos.ts\`
tell; everything that goes over these connections is recorded, and the history checker
(\`checkHistory\` of \`tertulia/testing\`) has to find what is wrong, by the rule in the last column,
within a few worlds. The server as it is lives through the same worlds and some harder ones, and a plain
storage without flaws too: there nothing may be found.

\`mutants.test.ts\` runs all of them and compares this file; \`npx vitest run test/mutants -u\` writes
it anew.

## In the core

${table(core)}

## In storage

${table(storage)}

## Rules

| rule | asks that | mutants |
|---|---|---|
${rules.join('\n')}
`
}
