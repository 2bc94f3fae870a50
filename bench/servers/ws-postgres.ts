// The baseline with Postgres, as it is written with some care: one INSERT per message, awaited, then
// the broadcast. Messages of one room go one after the other, since those of a pool overtake each
// other; other rooms don't wait for them.

import { placeFromArguments } from '../storage/places.ts'
import { postgresTable } from '../storage/tables.ts'
import { hostLoop } from './loop.ts'

hostLoop(async () => {
  const { insert } = await postgresTable(placeFromArguments('postgres'))
  const last = new Map<string, Promise<void>>()
  return (message, broadcast) => {
    const before = last.get(message.room) ?? Promise.resolve()
    const store = async (): Promise<void> => {
      await before
      broadcast(message, await insert(message))
    }
    last.set(message.room, store())
  }
})
