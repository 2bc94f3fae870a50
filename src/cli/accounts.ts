/** `tertulia accounts`: the account service on its own, for chat servers elsewhere. */

import type { AddressInfo } from 'node:net'
import { storageAccounts } from '../auth/accounts.ts'
import { createAccountServer } from '../auth/service.ts'
import { lineLogger } from './log.ts'
import type { AccountsOptions } from './options.ts'
import { placeOf } from './place.ts'
import { recordsIn } from './records.ts'

/** Runs the service until it is told to stop. Resolves when it listens. */
export async function serveAccounts(
  { port, host, url, secret, ...options }: AccountsOptions,
  out: { print(line: string): void; version: string },
): Promise<{ close(): Promise<void> }> {
  const logger = lineLogger(options.logLevel, options.logFormat, (line) => {
    process.stderr.write(`${line}\n`)
  })
  const { storage, told } = await placeOf(options.storage)
  const accounts = storageAccounts({
    records: recordsIn(storage),
    logger,
    ...(url === undefined ? undefined : { url }),
  })
  const server = createAccountServer({
    accounts,
    logger,
    ...(secret === undefined ? undefined : { secret }),
  })
  await storage.open()
  const close = async (): Promise<void> => {
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeIdleConnections()
    })
    await accounts.stop()
    await storage.close()
  }
  try {
    await accounts.start()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve)
    })
  } catch (error) {
    await accounts.stop()
    await storage.close()
    throw error
  }
  const place = `${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`
  out.print(`Tertulia ${out.version}: the account service is listening`)
  out.print(`  Address    http://${place}    for: tertulia serve --accounts http://${place}`)
  out.print(`  Storage    ${told}`)
  out.print(
    `  Secret     ${secret === undefined ? 'none: all people of a chat server count as one address' : 'as set'}`,
  )
  out.print('')
  out.print('Ctrl+C stops it in order.')
  return { close }
}
