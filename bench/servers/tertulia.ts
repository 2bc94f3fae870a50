// Tertulia itself, from the built package; the argument says which of its two doors is measured.

import { host } from './host.ts'

/** Only what the bench uses of the package, so that it type-checks before the package is built. */
interface Tertulia {
  createChatServer(options: object): {
    listen(where: object): Promise<{ readonly port: number; readonly tcpPort: number }>
  }
}

/** Nothing here is to refuse the load generator, which comes from one address and talks a lot. */
const limits = {
  createsPerHour: 1_000_000,
  connections: 100_000,
  connectionsPerAddress: 100_000,
  membersPerRoom: 100_000,
  commandsPerSecond: 1_000_000,
  commandBurst: 1_000_000,
  addressCommandsPerSecond: 10_000_000,
  addressCommandBurst: 10_000_000,
  outboxBytes: 64 * 1024 * 1024,
}

const silence = (): void => {}
const silent = { debug: silence, info: silence, warn: silence, error: silence }

host(async () => {
  // Two folders above both this file and the bundled copy of it that is run.
  const { createChatServer }: Tertulia = await import(
    new URL('../../dist/index.js', import.meta.url).href
  )
  const chat = createChatServer({ limits, logger: silent })
  const where = await chat.listen({ port: 0, tcpPort: 0, host: '127.0.0.1' })
  return process.argv[2] === 'tertulia-tcp' ? where.tcpPort : where.port
})
