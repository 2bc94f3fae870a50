/** A real Postgres for tests, each with a schema of its own. */

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import './postgres-global.ts'

/**
 * The URL of the run's Postgres: `TERTULIA_TEST_POSTGRES`, or a server that is started for the run.
 * `null`: there is none, skip. With `TERTULIA_REQUIRE_SERVICES=1` that is an error.
 *
 * @example
 * const url = await testPostgres()
 * describe.skipIf(url === null)('Postgres', () => { … })
 */
export async function testPostgres(): Promise<string | null> {
  const broker = inject('postgresBroker')
  if (broker === undefined) throw new Error('vitest.config.ts must name postgres-global.ts')
  const response = await fetch(broker)
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  if (answer !== '') return answer
  if (process.env.TERTULIA_REQUIRE_SERVICES === '1') {
    throw new Error('there is no Postgres, and TERTULIA_REQUIRE_SERVICES=1')
  }
  return null
}

/** A schema that nobody else uses; it needn't be made. */
export const freshSchema = (): string => `test_${randomBytes(6).toString('hex')}`

/** Runs statements as the superuser of the tests; gives the rows of the last. */
export async function ask(url: string, ...statements: readonly string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    let rows: unknown[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    return rows
  } finally {
    await client.end()
  }
}

/** Removes a schema with all that is in it. */
export async function dropSchema(url: string, schema: string): Promise<void> {
  await ask(url, `drop schema if exists "${schema}" cascade`)
}
