/** Plain HTTP beside the WebSocket: a health endpoint for monitors. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** What the health endpoint reports. */
export interface Health {
  readonly status: 'starting' | 'ok' | 'closing'
}

/**
 * Answers `GET /health` (and `HEAD`): 200 with the figures as JSON while the server is well,
 * 503 while it starts or closes. Everything else is 404; other methods on the path are 405.
 */
export function healthHandler(
  health: () => Health,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    // Nothing here reads a body; a client that sends one anyway doesn't get to keep the line busy.
    request.resume()
    const path = (request.url ?? '/').split('?', 1)[0]
    const send = (status: number, body: object, headers: Record<string, string> = {}): void => {
      const text = JSON.stringify(body)
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...headers,
      })
      response.end(request.method === 'HEAD' ? undefined : text)
    }
    if (path !== '/health') return send(404, { error: 'not found' })
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(405, { error: 'method not allowed' }, { allow: 'GET, HEAD' })
    }
    const now = health()
    send(now.status === 'ok' ? 200 : 503, now)
  }
}
