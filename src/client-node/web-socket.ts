/** Links over WebSocket on Node: the global one, or that of the package `ws` where there is none. */

import type { Link, LinkEars, OpenLink } from '../client/types.ts'
import { globalWebSocket, webSocketLink } from '../client/web-socket.ts'

/** A connection that is closed has so long to get rid of its last bytes, in ms. */
const LINGER_MS = 2000

/** Opens links to `ws:` and `wss:`. */
export const openNodeWebSocket: OpenLink = (url, ears) => {
  const Socket = globalWebSocket()
  return Socket === undefined ? openLater(url, ears) : webSocketLink(new Socket(url), ears)
}

/** Node 20 has no WebSocket: the package is loaded first. */
function openLater(url: string, ears: LinkEars): Link {
  let link: Link | null = null
  let socket: { terminate(): void } | undefined
  let isOver = false
  import('ws').then(
    ({ WebSocket }) => {
      if (isOver) return
      const made = new WebSocket(url)
      socket = made
      link = webSocketLink(made, ears)
    },
    (error) => {
      if (!isOver) ears.closed({ reason: `${error}` })
    },
  )
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
