/** The pages in an application: for Node's handlers, and for what speaks `fetch`. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PageAnswer, Pages } from '../spi/pages.ts'

/** For Express, connect, Fastify's `onRequest` hook and plain `http`. */
export type PageHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => void,
) => void

const NOT_FOUND: PageAnswer = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': '10' },
  body: Buffer.from('Not found\n'),
}

/** What isn't there goes to `next`, or is answered with 404 where there is none. */
export function pageHandler(pages: Pages): PageHandler {
  return (request, response, next) => {
    // Frameworks take the path off that they are mounted at, and keep the whole one here.
    const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/'
    const { path, query } = split(url)
    const answer = pages.answer(path, {
      method: request.method ?? 'GET',
      query,
      header: (name) => {
        const value = request.headers[name]
        return typeof value === 'string' ? value : value?.join(', ')
      },
    })
    if (answer === null && next !== undefined) return next()
    const { status, headers, body } = answer ?? NOT_FOUND
    if (response.headersSent || response.destroyed) return
    // A body that nobody asked for must not keep the line busy.
    request.resume()
    response.writeHead(status, headers)
    response.end(request.method === 'HEAD' ? undefined : (body ?? undefined))
  }
}

/** The answer; null: there is nothing of the pages at that address. */
export function pageFetch(pages: Pages, request: Request): Response | null {
  const { pathname, searchParams } = new URL(request.url)
  const { method, headers } = request
  const answer = pages.answer(pathname, {
    method,
    query: searchParams,
    header: (name) => headers.get(name) ?? undefined,
  })
  if (answer === null) return null
  const body = answer.body as Uint8Array<ArrayBuffer> | null
  return new Response(body, { status: answer.status, headers: answer.headers })
}

function split(url: string): { readonly path: string; readonly query: URLSearchParams } {
  // A proxy may give the whole address (RFC 9112, 3.2.2).
  const target = url.startsWith('/') ? url : url.replace(/^\w+:\/\/[^/?]*/, '')
  const mark = target.indexOf('?')
  if (mark < 0) return { path: target, query: new URLSearchParams() }
  return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) }
}
