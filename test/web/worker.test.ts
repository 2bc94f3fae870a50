/** The service worker in a real browser: what it keeps, when it shows it, and how a new one comes. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Pages } from '../../src/spi/pages.ts'
import { contentOf } from '../../src/web/content.ts'
import { pageFiles } from '../../src/web/files.ts'
import { pageHandler } from '../../src/web/mount.ts'
import { checkedOptions } from '../../src/web/options.ts'
import { pagesOf } from '../../src/web/pages.ts'
import { browserPath, type Opened, useBrowser } from '../support/browser.ts'

/** A page that registers the worker, and says which version it is. */
function pagesWith(version: string): Pages {
  const files = new Map(pageFiles().files)
  const script = `
    document.body.dataset.version = '${version}'
    const policy = trustedTypes.createPolicy('tertulia', { createScriptURL: (url) => url })
    navigator.serviceWorker.register(policy.createScriptURL('worker.js'))`
  files.set('chat.js', contentOf('text/javascript; charset=utf-8', script))
  return pagesOf(checkedOptions({ base: '/chat' }), { ...pageFiles(), files })
}

/** Names of all caches of the origin, and the paths that are in them. */
const CACHES = `(async () => {
  const found = {}
  for (const name of await caches.keys()) {
    const kept = await (await caches.open(name)).keys()
    found[name] = kept.map(({ url }) => url.slice(location.origin.length).replace(/v=.*/, 'v=')).sort()
  }
  return found
})()`

const FILES = ['/chat/', '/chat/chat-style.css?v=', '/chat/chat.js?v=', '/chat/icon.svg?v=']

/** Browsers do that by themselves, some seconds after a page was opened. */
const lookForAnother = (page: Opened['page']): Promise<unknown> =>
  page.evaluate(
    'navigator.serviceWorker.getRegistration().then((all) => all.update()).then(() => 0)',
  )

describe.skipIf(browserPath() === null)('the service worker', () => {
  const browser = useBrowser()
  let pages: Pages
  let state: 'up' | 'down' | 'broken' = 'up'
  let asked: string[] = []
  let url = ''
  let open: Opened[] = []

  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (state === 'down') return void request.socket.destroy()
    if (state === 'broken') return void response.writeHead(502).end('the proxy')
    pageHandler(pages)(request, response, () => {
      response.statusCode = request.url?.includes('/v1/') ? 200 : 404
      response.end('not of the pages')
    })
  })

  beforeEach(async () => {
    pages = pagesWith('one')
    state = 'up'
    asked = []
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  async function visit(path = '/chat/') {
    const opened = await browser.open(url + path)
    open = [...open, opened]
    const { page } = opened
    await page.evaluate('navigator.serviceWorker.ready.then(() => 0)')
    await page.waitForFunction('navigator.serviceWorker.controller !== null')
    return { ...opened, shown: () => page.evaluate('document.body.dataset.version') }
  }

  it('keeps the page and what it needs, and nothing else', async () => {
    const { page, problems } = await visit()
    await page.evaluate('fetch("/v1/rooms").then((response) => response.text())')
    await page.evaluate('fetch("/chat/v1/files/a/b").then((response) => response.text())')
    await page.reload()
    const kept = (await page.evaluate(CACHES)) as Record<string, string[]>
    expect(Object.values(kept)).toEqual([FILES])
    expect(Object.keys(kept)[0]).toContain(`tertulia ${url}/chat/ `)
    expect(problems).toEqual([])
  })

  it('shows the page without a server, and behind a proxy that finds none', async () => {
    const { page, shown } = await visit()
    for (state of ['down', 'broken'] as const) {
      asked = []
      await page.reload()
      expect(await shown()).toBe('one')
      // It was asked for: what the server has goes first.
      expect(asked).toContain('/chat/')
      expect(asked.filter((path) => path.includes('?v='))).toEqual([])
    }
    await page.goto(`${url}/chat/?from=home#sala`)
    expect(await shown()).toBe('one')
  })

  it('leaves alone what is not the page', async () => {
    const { page } = await visit()
    await page.goto(`${url}/chat/admin`)
    expect(await page.title()).toContain('Tertulia')
    state = 'down'
    for (const path of ['/chat/admin', '/chat/v1/health', '/']) {
      await expect(page.goto(url + path)).rejects.toThrow()
    }
  })

  it('gives way to another, whose page is shown at once', async () => {
    const { page, shown } = await visit()
    const before = Object.keys((await page.evaluate(CACHES)) as object)
    pages = pagesWith('two')
    await page.reload()
    expect(await shown()).toBe('two')
    await lookForAnother(page)
    await expect
      .poll(async () => Object.keys((await page.evaluate(CACHES)) as object), { timeout: 10_000 })
      .not.toEqual(expect.arrayContaining(before))
    expect(Object.values((await page.evaluate(CACHES)) as object)).toEqual([FILES])
    state = 'down'
    await page.reload()
    expect(await shown()).toBe('two')
  })

  it('stays the old one while the new one cannot be had whole', async () => {
    const { page, shown } = await visit()
    const whole = pagesWith('two')
    pages = {
      answer: (path, ask) => (path.endsWith('chat-style.css') ? null : whole.answer(path, ask)),
    }
    await page.reload()
    expect(await shown()).toBe('two')
    asked = []
    await lookForAnother(page)
    await expect.poll(() => asked.join(' ')).toContain('chat-style.css')
    await expect
      .poll(() =>
        page.evaluate('navigator.serviceWorker.getRegistration().then((all) => all.installing)'),
      )
      .toBeNull()
    expect(Object.keys((await page.evaluate(CACHES)) as object)).toHaveLength(1)
    state = 'down'
    await page.reload()
    expect(await shown()).toBe('one')
  })
})
