/** The application: a function from `Request` to `Response`, as in Hono, Next, Deno, Bun and others. */

import { readFile } from 'node:fs/promises'
import { answer } from './chat.ts'

/** @param address where the request comes from: limits are kept by it */
export async function app(request: Request, address: string): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname.startsWith('/chat/')) return answer(request, { address })
  if (pathname !== '/') return new Response('Not found\n', { status: 404 })
  const page = await readFile(new URL('page.html', import.meta.url), 'utf8')
  return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}
