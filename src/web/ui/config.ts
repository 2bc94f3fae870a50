/** What the server tells a page about itself, in `data-config` of `<html>`. */

import type { PageConfig, PageSettings } from '../page-settings.ts'

/** The same; the language stays open where the server leaves it to the browser. */
export type Config = Omit<PageConfig, 'lang'> & Pick<PageSettings, 'lang'>

/** Reads it. What is missing or can't be read gets its default: the chat is where the page is. */
export function pageConfig(): Config {
  const told = readSettings()
  const base = new URL('.', location.href).href
  // The WebSocket's path has no slash at its end: `attach` takes exactly one path.
  const chat = new URL(told.chatUrl ?? base.replace(/\/$/, ''), base)
  chat.protocol = chat.protocol.replace(/^http/, 'ws')
  const http = new URL(told.httpUrl ?? chat.href, base)
  http.protocol = http.protocol.replace(/^ws/, 'http')
  return {
    title: told.title ?? 'Tertulia',
    ...(told.lang !== undefined && { lang: told.lang }),
    ...(told.room !== undefined && { room: told.room }),
    accounts: told.accounts !== false,
    guests: told.guests !== false,
    admin: told.admin === true,
    chatUrl: chat.href,
    httpUrl: http.href.replace(/\/$/, ''),
    base,
  }
}

function readSettings(): Partial<PageSettings> {
  try {
    const value: unknown = JSON.parse(document.documentElement.dataset.config ?? '')
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // A page that was served by somebody else's hand.
    return {}
  }
}
