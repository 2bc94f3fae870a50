/** What a fault run is asked to do. */

import { parseArgs } from 'node:util'
import { freshSeed } from '../../src/testing/random.ts'
import { BREAKAGES, type Breakage } from './broken.ts'

export const STORAGES = ['memory', 'sqlite', 'postgres'] as const
export type StorageName = (typeof STORAGES)[number]

/** Options of a run; see {@link USAGE}. */
export interface RunOptions {
  readonly storage: StorageName
  /** How long faults happen, in s; starting, coming to rest and judging take more. */
  readonly seconds: number
  readonly seed: number
  readonly clients: number
  readonly nodes: number
  /** Messages per second, of all clients together. */
  readonly rate: number
  /** Entries kept per room; 0 = all. */
  readonly keep: number
  /** Put SQLite on a small file system that can be filled, where mounting is allowed. */
  readonly small: boolean
  /** A server broken on purpose, to see that it is caught. */
  readonly broken: Breakage | null
  /** Names of the only kinds of faults wanted; empty = all. */
  readonly only: readonly string[]
  /** Write the record also when nothing was found. */
  readonly record: boolean
  /** Tell each fault as it happens. */
  readonly verbose: boolean
}

export const USAGE = `npm run faults -- [options]

  --storage NAME   ${STORAGES.join(' | ')}; default sqlite
  --seconds N      how long faults happen; default 20
  --seed S         repeats the decisions of a run; default: a fresh one, printed
  --clients N      default 10
  --nodes N        server processes; default 1
  --rate N         messages per second, all clients together; default 40
  --keep N         entries kept per room; default 0: all
  --only A,B       only these kinds of faults
  --disk real      SQLite on the real disk, not on a small one that can be filled
  --break NAME     a server broken on purpose: ${BREAKAGES.join(' | ')}
  --record         write the record also when nothing was found
  --verbose        tell each fault as it happens
`

/** Reads the command line. Throws an `Error` for people. */
export function readOptions(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      storage: { type: 'string', default: 'sqlite' },
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string' },
      clients: { type: 'string', default: '10' },
      nodes: { type: 'string', default: '1' },
      rate: { type: 'string', default: '40' },
      keep: { type: 'string', default: '0' },
      only: { type: 'string', default: '' },
      disk: { type: 'string', default: 'small' },
      break: { type: 'string' },
      record: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  })
  const number = (name: string, text: string, min: number, max: number): number => {
    const value = Number(text)
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value
    throw new Error(`--${name}: a whole number from ${min} to ${max}`)
  }
  const storage = oneOf('storage', STORAGES, values.storage)
  const nodes = number('nodes', values.nodes, 1, 8)
  if (storage === 'memory' && nodes > 1) throw new Error('--nodes: memory has one')
  return {
    storage,
    nodes,
    seconds: number('seconds', values.seconds, 1, 86_400),
    seed: number('seed', values.seed ?? String(freshSeed()), 0, 0xffff_ffff),
    clients: number('clients', values.clients, 2, 200),
    rate: number('rate', values.rate, 1, 2000),
    keep: number('keep', values.keep, 0, 1_000_000),
    small: oneOf('disk', ['small', 'real'] as const, values.disk) === 'small',
    broken: values.break === undefined ? null : oneOf('break', BREAKAGES, values.break),
    only: values.only === '' ? [] : values.only.split(','),
    record: values.record,
    verbose: values.verbose,
  }
}

function oneOf<T extends string>(name: string, list: readonly T[], value: string): T {
  const found = list.find((one) => one === value)
  if (found === undefined) throw new Error(`--${name}: one of ${list.join(', ')}`)
  return found
}
