/**
 * The client, for browsers: `tertulia/client`. On Node `client-node.ts` takes its place.
 *
 * @module tertulia/client
 */

import { type Account, askForToken, type LoginOptions } from './client/account.ts'
import { Chat } from './client/chat.ts'
import type { ChatClient, ConnectOptions, OpenLink } from './client/types.ts'
import { globalWebSocket, openWebSocket } from './client/web-socket.ts'
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
  if (!/^wss?:\/\//i.test(url)) {
    throw new ChatError('invalid_options', 'an address that begins with ws:// or wss:// is needed')
  }
  if (globalWebSocket() === undefined) {
    throw new ChatError('invalid_options', 'there is no WebSocket here')
  }
  return openWebSocket
}

/**
 * Connects to a server, and stays connected: over as many connections as it takes, until `close()`.
 * Nothing has to be awaited: what is asked and said before waits.
 *
 * On Node also by TCP, `tcp://` and `tls://` with a port. Certificates are checked there by the authorities that
 * Node knows and those of `NODE_EXTRA_CA_CERTS`; what else a connection needs (an authority, cookies) an
 * `open` of one's own can have: see {@link webSocketLink}. The program goes on until `close()`.
 *
 * @param url where the server is: `wss://chat.example.org`
 * @throws `invalid_options` for other addresses
 * @example
 * const chat = connect('wss://chat.example.org', { name: 'Ana', store: sessionStorage })
 * const room = await chat.join('geral')
 * room.on('message', ({ from, text }) => console.log(`${from.name}: ${text}`))
 * await room.send('Olá a todos!')
 */
export function connect(url: string, options: ConnectOptions = {}): ChatClient {
  return new Chat(url, options, openerOf(url, options.open))
}

/**
 * Logs in with an account. The token is what `connect` takes. Rejects with `credentials_wrong`,
 * `rate_limited`, `unsupported` (there are no accounts there), `unavailable`, …
 *
 * @example
 * const { token } = await login(url, { name: 'Ana', password })
 * const chat = connect(url, { token })
 */
export async function login(
  url: string,
  account: Account,
  { open, lang }: LoginOptions = {},
): Promise<Login> {
  return askForToken('login', url, account, openerOf(url, open), lang)
}

/**
 * Makes an account, and logs in. Rejects with `name_taken`, `name_invalid`, `password_weak`, and as
 * {@link login}.
 *
 * @example
 * const { token, person } = await register(url, { name: 'Ana', password })
 */
export async function register(
  url: string,
  account: Account,
  { open, lang }: LoginOptions = {},
): Promise<Login> {
  return askForToken('register', url, account, openerOf(url, open), lang)
}
