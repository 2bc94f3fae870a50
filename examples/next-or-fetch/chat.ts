/** The chat for a host that speaks `fetch`: nothing here knows what kind of server runs it. */

import { type ChatServer, createChatServer } from 'tertulia'

const make = () => {
  const chat = createChatServer({ guests: true })
  return { chat, answer: chat.fetch({ base: '/chat' }) }
}

// A development server loads modules again and again: the chat is to stay one.
const kept = globalThis as {
  ourChat?: { chat: ChatServer; answer: ReturnType<typeof make>['answer'] }
}
kept.ourChat ??= make()

export const { chat, answer } = kept.ourChat
