// The command line.

import { parseArgs } from 'node:util'
import { type Cost, costs } from './costs/list.ts'
import { quickScenarios, type Scenario, scenarios, withWindow } from './scenarios.ts'
import { type ServerKind, serverKinds, serversFor } from './servers.ts'

export interface Options {
  readonly seconds: number
  readonly warmupSeconds: number
  readonly rounds: number
  readonly scenarios: readonly Scenario[]
  /** The servers that a scenario compares. */
  readonly servers: (scenario: Scenario) => readonly ServerKind[]
  readonly costs: readonly Cost[]
  readonly quick: boolean
  readonly json: string | undefined
}

const groups = ['delivery', 'storage'] as const
const names = (all: readonly { readonly name: string }[]): string =>
  all.map((one) => one.name).join(', ')

export const usage = `usage: tsx bench/main.ts [options]
  --seconds N          measured seconds per scenario, server and round (5)
  --rounds N           rounds; the medians are reported (3)
  --only a,b           groups (${groups.join(', ')}), or scenarios: ${names(scenarios)},
                       ${names(costs)}
  --servers a,b        servers: ${names(serverKinds)}
  --window N           messages outstanding per sender, in the scenarios that pipeline
  --quick              one short round of the small scenarios
  --json FILE          write every run's figures to FILE too`

export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      window: { type: 'string' },
      only: { type: 'string' },
      servers: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick } = values
  const wanted = values.only?.split(',') ?? [...groups]
  const all = [...scenarios, ...costs]
  const chosen = wanted.flatMap((name) =>
    (groups as readonly string[]).includes(name)
      ? all.filter(
          (one) =>
            one.group === name && (!quick || !('pace' in one) || quickScenarios.includes(one.name)),
        )
      : pick('scenario', all, [name]),
  )
  const paced = chosen.filter((one) => 'pace' in one)
  const servers = values.servers && pick('server', serverKinds, values.servers.split(','))
  const window = Math.ceil(positive('--window', values.window, 1))
  return {
    seconds: positive('--seconds', values.seconds, quick ? 1 : 5),
    warmupSeconds: quick ? 0.5 : 2,
    rounds: Math.ceil(positive('--rounds', values.rounds, quick ? 1 : 3)),
    scenarios: values.window === undefined ? paced : paced.map((one) => withWindow(one, window)),
    servers: (scenario) => servers || serversFor(scenario),
    costs: chosen.filter((one) => 'places' in one),
    quick,
    json: values.json,
  }
}

function positive(flag: string, value: string | undefined, usual: number): number {
  if (value === undefined) return usual
  const number = Number(value)
  if (!(number > 0)) throw new Error(`${flag} wants a number above zero, not '${value}'`)
  return number
}

function pick<T extends { readonly name: string }>(
  what: string,
  all: readonly T[],
  wanted: readonly string[],
): T[] {
  return wanted.map((name) => {
    const found = all.find((one) => one.name === name)
    if (found) return found
    throw new Error(`no ${what} '${name}' (there are: ${names(all)})`)
  })
}
