/** Links over WebSocket, as browsers have it. */

import type { Link, LinkEars, OpenLink } from './types.ts'

/** What is needed of a WebSocket: the browser's, Node's, and that of the package `ws` fit. */
export interface WebSocketLike {
  send(text: string): void
  close(code?: number): void
  addEventListener(event: 'open' | 'error', listener: () => void): void
  addEventListener(event: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(
    event: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void
}

/** Its constructor. */
export type WebSocketClass = new (url: string) => WebSocketLike

/**
 * A link over a WebSocket that was just made: for an `open` of one's own, where the WebSocket needs more
 * than an address. On Node the package `ws` takes headers (cookies that say who one is, say) and, for a
 * certificate that nobody else vouches for, the authority `ca`. Without code the latter can also be done by
 * the environment, for `wss:` and `tls:`: `NODE_EXTRA_CA_CERTS=ca.pem`.
 *
 * @example
 * import { WebSocket } from 'ws'
 *
 * const ca = await readFile('ca.pem')
 * const chat = connect('wss://chat.internal', {
 *   open: (url, ears) =>
 *     webSocketLink(new WebSocket(url, { ca, headers: { cookie: `session=${id}` } }), ears),
 * })
 */
export function webSocketLink(socket: WebSocketLike, ears: LinkEars): Link {
  let open = false
  let over = false
  const end = (code?: number, reason?: string): void => {
    if (over) return
    over = true
    ears.closed({
      ...(code === undefined ? undefined : { code }),
      ...(reason === undefined ? undefined : { reason }),
    })
  }
  socket.addEventListener('open', () => {
    if (over) return
    open = true
    ears.opened()
  })
  socket.addEventListener('message', ({ data }) => {
    if (!over && typeof data === 'string') ears.payload(data)
  })
  // What an error is about only `close` tells.
  socket.addEventListener('error', () => {})
  socket.addEventListener('close', ({ code, reason }) => {
    end(code, reason)
  })
  return {
    send(payload) {
      if (open && !over) socket.send(payload)
    },
    close() {
      if (over) return
      // The other side may be gone: its answer isn't waited for.
      end()
      socket.close(1000)
    },
  }
}

/** The global WebSocket; undefined where there is none. */
export const globalWebSocket = (): WebSocketClass | undefined =>
  (globalThis as { WebSocket?: WebSocketClass }).WebSocket

/** Opens links with the global WebSocket. */
export const openWebSocket: OpenLink = (url, ears) => {
  const Socket = globalWebSocket() as WebSocketClass
  return webSocketLink(new Socket(url), ears)
}
