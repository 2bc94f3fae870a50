/**
 * The pages: `tertulia/web`.
 *
 * @module tertulia/web
 */

import type { Pages } from './spi/pages.ts'
import { pageFiles } from './web/files.ts'
import { type PageHandler, pageFetch, pageHandler } from './web/mount.ts'
import { checkedOptions, type WebOptions } from './web/options.ts'
import { pagesOf } from './web/pages.ts'

export type { PageAnswer, PageAsk, Pages } from './spi/pages.ts'
export type { PageHandler } from './web/mount.ts'
export type { PageLang } from './web/negotiate.ts'
export type { WebOptions } from './web/options.ts'

/** Pages that are ready to be served. Made by {@link webPages}. */
export interface WebPages extends Pages {
  /**
   * For Express (`app.use(pages.handler())`), connect, Fastify's `onRequest` hook and plain `http`. What
   * isn't a page goes to `next`, or is answered with 404 where there is none.
   */
  handler(): PageHandler
  /** For Hono, Next and whatever else speaks `fetch`; null: no page is at that address. */
  fetch(request: Request): Response | null
}

/**
 * The chat in the browser: a page for chatting at `base`, one for admins at `admin` below it, and all
 * that belongs to them, the SDK as `client.js` too. For `listen({ pages })`, or for an application that
 * has a server: then the chat's own routes and WebSocket are best at the same path.
 *
 * Errors: `invalid_options`.
 *
 * @example
 * const chat = createChatServer({ accounts: true, guests: true })
 * await chat.listen({ pages: webPages({ chat, title: 'Café' }) })
 *
 * @example
 * app.use(webPages({ base: '/chat', chat }).handler())
 * app.use('/chat', chat.handler())
 * await chat.attach(server, { path: '/chat' })
 */
export function webPages(options: WebOptions = {}): WebPages {
  const pages = pagesOf(checkedOptions(options), pageFiles())
  return {
    ...pages,
    handler: () => pageHandler(pages),
    fetch: (request) => pageFetch(pages, request),
  }
}
