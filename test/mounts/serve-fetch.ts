/** Serves a `fetch` function on Node, as the adapters of such frameworks do. */

import { createServer, type Server } from 'node:http'
import { Readable } from 'node:stream'

/** What the function is given besides the request: in Hono, `c.env`. */
export interface Bindings {
  readonly address: string
}

export function serveFetch(
  fetch: (request: Request, env: Bindings) => Response | Promise<Response>,
): Server {
  return createServer(async (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.on('close', () => gone.abort())
    const { method = 'GET', headers, url = '/', socket } = incoming
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const request = new Request(`http://${headers.host}${url}`, {
      method,
      headers: headers as Record<string, string>,
      signal: gone.signal,
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
    } as RequestInit)
    const response = await fetch(request, { address: socket.remoteAddress ?? '' })
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    if (response.body === null) return void outgoing.end()
    outgoing.flushHeaders()
    const reader = response.body.getReader()
    outgoing.on('close', () => void reader.cancel().catch(() => {}))
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      outgoing.write(part.value)
    }
    outgoing.end()
  })
}
