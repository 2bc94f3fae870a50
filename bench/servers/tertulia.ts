// Tertulia itself, from the built package. The first argument says which of its two doors is
// measured, the second where it keeps its messages.

import { chatServer, storageAt } from '../storage/package.ts'
import { placeFromArguments } from '../storage/places.ts'
import { host } from './host.ts'

host(async () => {
  const chat = await chatServer(await storageAt(placeFromArguments()))
  const where = await chat.listen({ port: 0, tcpPort: 0, host: '127.0.0.1' })
  return process.argv[2] === 'tertulia-tcp' ? where.tcpPort : where.port
})
