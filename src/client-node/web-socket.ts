/**
 * Links over WebSocket on Node, by the package `ws`: Node 20 has no global one, and that of Node 22 waits
 * for a server that hangs, and with it the program, and doesn't tell of every connection that failed.
 */

import type { Link, LinkEars, OpenLink } from '../client/types.ts'
import { webSocketLink } from '../client/web-socket.ts'

/** A connection that is closed has so long to get rid of its last bytes, in ms. */
const LINGER_MS = 2000

/** Opens links to `ws:` and `wss:`. The package is loaded first. */
export const openNodeWebSocket: OpenLink = (url: string, ears: LinkEars): Link => {
  let link: Link | null = null
  let socket: { terminate(): void } | undefined
  let isOver = false
  import('ws')
    .then(({ WebSocket }) => {
      if (isOver) return
      const made = new WebSocket(url)
      socket = made
      link = webSocketLink(made, ears)
    })
    // No such package, or an address that it doesn't take.
    .catch((error) => {
      if (!isOver) ears.closed({ reason: `${error}` })
    })
  return {
    send: (payload) => link?.send(payload),
    close() {
      if (isOver) return
      isOver = true
      if (link === null) ears.closed({})
      else link.close()
      // The package would wait half a minute for a server that is gone, and the program with it.
      setTimeout(() => socket?.terminate(), LINGER_MS).unref()
    },
  }
}
