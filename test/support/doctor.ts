/** A chat server for what a doctor looks at. */

import { type ChatServer, createChatServer } from '../../src/chat.ts'
import type { Storage } from '../../src/spi/storage.ts'

/** Runs a server on this storage while `work` is done, and closes it. */
export async function chatServerWith(
  storage: Storage,
  work: (chat: ChatServer) => Promise<void>,
): Promise<void> {
  const chat = createChatServer({ storage })
  try {
    await work(chat)
  } finally {
    await chat.close()
  }
}
