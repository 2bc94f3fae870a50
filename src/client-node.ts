/** The client, for Node: `tertulia/client`. In browsers `client.ts` takes its place. */

import { type Account, askForToken, type LoginOptions } from './client/account.ts'
import { Chat } from './client/chat.ts'
import type { ChatClient, ConnectOptions, OpenLink } from './client/types.ts'
import { openTcp } from './client-node/tcp.ts'
import { openNodeWebSocket } from './client-node/web-socket.ts'
import { ChatError } from './errors.ts'
import type { Login } from './protocol/types.ts'

export type { Account, LoginOptions } from './client/account.ts'
export { timeline } from './client/timeline.ts'
export type * from './client/types.ts'
export { type WebSocketLike, webSocketLink } from './client/web-socket.ts'
export { ChatError, CLOSE, type ErrorCode, isChatError } from './errors.ts'
export type * from './protocol/things.ts'
export type { Login, Op, Operations, Push, Results, Stored } from './protocol/types.ts'

/** How connections are made when nothing else is said. Throws `invalid_options`. */
function openerOf(url: string, open: OpenLink | undefined): OpenLink {
  if (open !== undefined) return open
  const { protocol = '', port } = URL.canParse(url) ? new URL(url) : {}
  if (protocol === 'ws:' || protocol === 'wss:') return openNodeWebSocket
  if ((protocol === 'tcp:' || protocol === 'tls:') && port !== '') return openTcp
  throw new ChatError(
    'invalid_options',
    'an address such as wss://chat.example.org or tcp://chat.example.org:12345 is needed',
  )
}

/** As in `client.ts`, whose declarations are published for both. */
export function connect(url: string, options: ConnectOptions = {}): ChatClient {
  return new Chat(url, options, openerOf(url, options.open))
}

/** As in `client.ts`. */
export async function login(
  url: string,
  account: Account,
  { open, lang }: LoginOptions = {},
): Promise<Login> {
  return askForToken('login', url, account, openerOf(url, open), lang)
}

/** As in `client.ts`. */
export async function register(
  url: string,
  account: Account,
  { open, lang }: LoginOptions = {},
): Promise<Login> {
  return askForToken('register', url, account, openerOf(url, open), lang)
}
