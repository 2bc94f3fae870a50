// Runs the measurements of costs, each in fresh processes on fresh databases.

import { bundled } from '../bundle.ts'
import { Child, LOAD_CORE, SERVER_CORE } from '../children.ts'
import { fixed, markdown } from '../markdown.ts'
import { type Rented, rent } from '../storage/databases.ts'
import type { PlaceKind } from '../storage/places.ts'
import type { Cost, Sizes } from './list.ts'
import type { CostOrder, CostTable, FromCost, ToCost, Visit } from './messages.ts'

const FILL_MS = 900_000
const MEASURE_MS = 300_000

/** What was measured of one storage. */
export interface CostRun {
  readonly cost: string
  readonly place: PlaceKind
  readonly tables: readonly CostTable[]
  /** On disk, of each database that was filled: bytes per entry. */
  readonly bytesPerEntry: readonly number[]
  readonly problems: readonly string[]
}

type CostChild = Child<ToCost, FromCost>

export async function runCost(cost: Cost, place: PlaceKind, sizes: Sizes): Promise<CostRun> {
  const rented: Rented[] = []
  const children: CostChild[] = []
  const run = { cost: cost.name, place }
  const start = (file: string, order: CostOrder | Visit, core: number): CostChild => {
    const child: CostChild = new Child(file, {
      file: bundled(`costs/${file}`),
      args: [JSON.stringify(order)],
      core,
    })
    children.push(child)
    return child
  }
  try {
    const long = cost.name === 'long-room'
    for (let i = 0; i < (long ? 1 : 2); i++) rented.push(await rent(place))
    const order = { sizes, places: rented.map((one) => one.place) }
    const child = start(cost.name, order, SERVER_CORE)
    const tables = [...(await child.hear('filled', FILL_MS)).tables]
    for (const one of rented) await one.settle()
    child.say({ kind: 'go' })
    tables.push(...(await child.hear('measured', MEASURE_MS)).tables)
    if (long) {
      child.say({ kind: 'go' })
      const { visit } = await child.hear('serving', MEASURE_MS)
      const visitor = start('visitor', visit, LOAD_CORE)
      tables.push(...(await visitor.hear('measured', MEASURE_MS)).tables)
    }
    await Promise.all(children.map((one) => one.end()))
    const bytesPerEntry: number[] = []
    for (const one of rented) {
      const entries = await one.count('tertulia_entries')
      bytesPerEntry.push((await one.size()) / entries)
    }
    return { ...run, tables, bytesPerEntry, problems: [] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { ...run, tables: [], bytesPerEntry: [], problems: [`${cost.name}, ${place}: ${why}`] }
  } finally {
    await Promise.all(children.map((one) => one.end()))
    for (const one of rented) await one.remove()
  }
}

/** The tables of one measurement, of all storages. */
export function costReport(cost: Cost, runs: readonly CostRun[]): string {
  const parts = [`### ${cost.name}\n\n${cost.about}; p50 (p99) in ms`]
  for (const { place, tables, bytesPerEntry } of runs) {
    for (const { what, small, large, rows } of tables) {
      const lines = rows.map((row) => [
        row.what,
        `${fixed(row.small.p50, 3)} (${fixed(row.small.p99, 2)})`,
        `${fixed(row.large.p50, 3)} (${fixed(row.large.p99, 2)})`,
        fixed(row.large.p50 / row.small.p50, 2),
      ])
      parts.push(markdown([[`${place}: ${what}`, small, large, '×'], ...lines]))
    }
    const bytes = bytesPerEntry.map((value) => fixed(value, 0)).join(' and ')
    if (bytes) parts.push(`${place}: ${bytes} bytes per entry on disk, indexes included.`)
  }
  return parts.join('\n\n')
}
