// The command line.

import { parseArgs } from 'node:util'
import { quickScenarios, type Scenario, scenarios, withWindow } from './scenarios.ts'
import { type ServerKind, serverKinds } from './servers.ts'

export interface Options {
  readonly seconds: number
  readonly warmupSeconds: number
  readonly rounds: number
  readonly scenarios: readonly Scenario[]
  readonly servers: readonly ServerKind[]
  readonly json: string | undefined
}

export const usage = `usage: tsx bench/main.ts [options]
  --seconds N          measured seconds per scenario, server and round (5)
  --rounds N           rounds; the medians are reported (3)
  --only a,b           scenarios: ${scenarios.map((one) => one.name).join(', ')}
  --servers a,b        servers: ${serverKinds.map((one) => one.name).join(', ')}
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
  const usualScenarios = quick ? quickScenarios : scenarios.map((one) => one.name)
  const chosen = pick('scenario', scenarios, values.only?.split(',') ?? usualScenarios)
  const usualServers = serverKinds.filter((one) => one.usual).map((one) => one.name)
  const window = Math.ceil(positive('--window', values.window, 1))
  return {
    seconds: positive('--seconds', values.seconds, quick ? 1 : 5),
    warmupSeconds: quick ? 0.5 : 2,
    rounds: Math.ceil(positive('--rounds', values.rounds, quick ? 1 : 3)),
    scenarios: values.window === undefined ? chosen : chosen.map((one) => withWindow(one, window)),
    servers: pick('server', serverKinds, values.servers?.split(',') ?? usualServers),
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
  names: readonly string[],
): T[] {
  return names.map((name) => {
    const found = all.find((one) => one.name === name)
    if (found) return found
    throw new Error(`no ${what} '${name}' (there are: ${all.map((one) => one.name).join(', ')})`)
  })
}
