/** Pages beside the routes. */

import type { Pages } from '../../spi/pages.ts'
import type { Exchange } from './exchange.ts'

/** Answers with a page; false: there is none at this path, and nothing was answered. */
export async function showPage(pages: Pages, path: string, exchange: Exchange): Promise<boolean> {
  const answer = pages.answer(path, exchange)
  if (answer === null) return false
  const { status, headers, body } = answer
  await exchange.send(status, headers, body === null ? null : whole(body))
  return true
}

async function* whole(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body
}
