/** Runs a `fetch` function on Node. Frameworks bring this along; Deno and Bun are it. */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', headers, url = '/' } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(new URL(url, `http://${headers.host}`), {
    method,
    headers: headers as Record<string, string>,
    signal,
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
  } as RequestInit)
}

/** A server that answers with what the function returns, streams among them. */
export function serve(app: (request: Request, address: string) => Promise<Response>): Server {
  return createServer(async (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.on('close', () => gone.abort())
    try {
      const request = requestOf(incoming, gone.signal)
      const response = await app(request, incoming.socket.remoteAddress ?? '')
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.flushHeaders()
      if (response.body === null) outgoing.end()
      else await pipeline(Readable.fromWeb(response.body as never), outgoing)
    } catch {
      // The client hung up, or the request made no sense.
      outgoing.destroy()
    }
  })
}
