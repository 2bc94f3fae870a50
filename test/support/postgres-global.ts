/**
 * Set-up of a whole run of the tests: one Postgres for all of them, started when the first asks.
 * A line in `vitest.config.ts` names this file.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, postgresFolder, startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers GET with the URL of the run's Postgres, or with nothing when there is none. */
    readonly postgresBroker: string
  }
}

/** Called by vitest before the first test; what it returns, after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<PostgresServer> | null = null
  const find = async (): Promise<string> => {
    const given = process.env.TERTULIA_TEST_POSTGRES
    if (given !== undefined && given !== '') return given
    if (postgresFolder() === null) return ''
    server ??= startPostgres()
    return (await server).url
  }
  const broker = createServer((_request, response) => {
    find().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve))
  const { port } = broker.address() as AddressInfo
  project.provide('postgresBroker', `http://127.0.0.1:${port}/`)
  return async () => {
    broker.close()
    broker.closeAllConnections()
    await (await server)?.remove()
  }
}
