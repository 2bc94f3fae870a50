/** How much is unread, as the server counts it. */

import type { ChatClient } from '../../client/types.ts'
import type { UnreadInfo } from '../../protocol/types.ts'

const PAGES = 10

/** By room. Empty where the server, or its storage, doesn't count. */
export async function askUnread(client: ChatClient): Promise<Map<string, UnreadInfo>> {
  const found = new Map<string, UnreadInfo>()
  let after: string | undefined
  try {
    for (let page = 0; page < PAGES; page += 1) {
      const { rooms, next } = await client.request('unread', after === undefined ? {} : { after })
      for (const info of rooms) found.set(info.room, info)
      if (next === undefined) break
      after = next
    }
  } catch {
    // What is known so far does; it is asked again after the next connection.
  }
  return found
}
