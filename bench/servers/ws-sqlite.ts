// The baseline with a memory, as it is usually written: one INSERT per message, then the broadcast.

import { placeFromArguments } from '../storage/places.ts'
import { sqliteTable } from '../storage/tables.ts'
import { hostLoop } from './loop.ts'

hostLoop(async () => {
  const insert = sqliteTable(placeFromArguments('sqlite'))
  return (message, broadcast) => broadcast(message, insert(message))
})
