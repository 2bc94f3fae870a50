/** The pages as they are served, in a real browser: nothing is forbidden that they need, and all else is. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChatServer, createChatServer } from '../../src/chat.ts'
import { webPages } from '../../src/web.ts'
import { browserPath, type Opened, useBrowser } from '../support/browser.ts'

describe.skipIf(browserPath() === null)('the pages in a browser', () => {
  const browser = useBrowser()
  let chat: ChatServer
  let url = ''
  /** A page that things are tried in that must not work. */
  let attacked: Opened | undefined

  beforeAll(async () => {
    chat = createChatServer({ accounts: true, guests: true })
    const listening = await chat.listen({ port: 0, pages: webPages() })
    url = listening.httpUrl ?? ''
  })
  afterAll(async () => {
    await attacked?.close()
    await chat.close()
  })

  it.each([
    ['/', {}],
    ['/', { locale: 'pt-BR', colorScheme: 'dark' }],
    ['/', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
    ['/admin', {}],
  ] as const)('%s opens without a complaint: %j', async (path, options) => {
    const { page, problems, close } = await browser.open(url + path, options)
    await page.waitForLoadState('networkidle')
    expect(await page.evaluate('document.querySelector("#app").childElementCount')).toBeGreaterThan(
      0,
    )
    const lang = 'locale' in options ? options.locale : 'en'
    expect(await page.evaluate('document.documentElement.lang')).toBe(lang)
    // Drawn by its own sheet.
    expect(await page.evaluate('document.styleSheets.length')).toBeGreaterThan(0)
    expect(problems).toEqual([])
    await close()
  })

  it('the chat page can be installed', async () => {
    const { page, close } = await browser.open(`${url}/`)
    expect(await page.evaluate('navigator.serviceWorker.ready.then(({ scope }) => scope)')).toBe(
      `${url}/`,
    )
    const devtools = await page.context().newCDPSession(page)
    const { errors, data } = await devtools.send('Page.getAppManifest')
    expect(errors).toEqual([])
    expect(JSON.parse(data ?? '')).toMatchObject({ name: 'Tertulia', display: 'standalone' })
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    // A page of a test is in a private window; but for that, it could be.
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito'])
    await close()
  })

  it('reach their own server, by HTTP, WebSocket and the SDK', async () => {
    const { page, problems, close } = await browser.open(`${url}/admin`)
    const status = await page.evaluate(`fetch('/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Ana"}',
    }).then(({ status }) => status)`)
    expect(status).toBe(201)
    const hello = await page.evaluate(`new Promise((resolve, reject) => {
      const socket = new WebSocket(location.origin.replace('http', 'ws'))
      socket.onopen = () => socket.send('{"id":1,"op":"hello","version":1,"name":"Bob"}')
      socket.onmessage = ({ data }) => { socket.close(); resolve(data) }
      socket.onerror = () => reject(new Error('no WebSocket'))
    })`)
    expect(JSON.parse(hello as string)).toMatchObject({ re: 1, ok: { person: { name: 'Bob' } } })
    const name = await page.evaluate(`import('/client.js').then(async ({ connect }) => {
      const chat = connect(location.origin.replace('http', 'ws'), { name: 'Carla' })
      const person = await chat.ready
      await chat.close()
      return person.name
    })`)
    expect(name).toBe('Carla')
    expect(problems).toEqual([])
    await close()
  })

  it('chat under a path of an application, with its routes and its WebSocket there', async () => {
    const pages = webPages({ base: '/chat', accounts: false }).handler()
    const mine = createChatServer({ guests: true })
    const routes = mine.handler({ base: '/chat' })
    const server = createServer((request, response) => {
      pages(request, response, () => routes(request, response, () => response.end()))
    })
    await mine.attach(server, { path: '/chat' })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const { page, problems, close } = await browser.open(`http://${host}/chat`)
    const socket = page.waitForEvent('websocket')
    await page.getByRole('textbox').first().fill('Ana')
    await page.keyboard.press('Enter')
    expect((await socket).url()).toBe(`ws://${host}/chat`)
    await expect.poll(() => mine.stats().people).toBe(1)
    expect(problems).toEqual([])
    await close()
    await mine.close()
    await new Promise((resolve) => server.close(resolve))
  })

  it.each([
    [
      'a script in the page',
      `const s = document.createElement('script'); s.textContent = 'self.ran = 1'; document.body.append(s)`,
    ],
    [
      'a script of elsewhere',
      `const s = document.createElement('script'); s.src = 'https://other.example/x.js'; document.body.append(s)`,
    ],
    [
      'a handler in an attribute',
      `document.body.setAttribute('onclick', 'self.ran = 1'); document.body.click()`,
    ],
    ['eval', `eval('self.ran = 1')`],
    [
      'text as HTML',
      `document.body.innerHTML = '<b>b</b>'; self.ran = document.querySelector('b')`,
    ],
    [
      'a style in an attribute',
      `document.body.setAttribute('style', 'color: rgb(1, 2, 3)'); self.ran = getComputedStyle(document.body).color === 'rgb(1, 2, 3)' ? 1 : undefined`,
    ],
    [
      'a request to elsewhere',
      `await fetch('https://other.example/').then(() => { self.ran = 1 })`,
    ],
    ['a WebSocket to elsewhere', `new WebSocket('wss://other.example/')`],
    [
      'an image of elsewhere',
      `const i = new Image(); i.src = 'https://other.example/x.png'; i.onload = () => { self.ran = 1 }; document.body.append(i)`,
    ],
    [
      'a form',
      `const f = document.createElement('form'); f.action = '/v1/session'; f.method = 'post'; document.body.append(f); f.submit()`,
    ],
    [
      'another base',
      `const b = document.createElement('base'); b.href = 'https://other.example/'; document.head.append(b); self.ran = document.baseURI.includes('other') ? 1 : undefined`,
    ],
    [
      'a frame',
      `const f = document.createElement('iframe'); f.src = '/admin'; document.body.append(f)`,
    ],
  ])('forbid %s', async (_what, code) => {
    attacked ??= await browser.open('about:blank')
    const { page, problems } = attacked
    // Code of the page's own, not of the tools: those may do what the page may not.
    await page.unrouteAll()
    await page.route('https://other.example/**', (route) =>
      route.fulfill({ body: 'self.ran = 1', headers: { 'access-control-allow-origin': '*' } }),
    )
    await page.route('**/attack.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `try { ${code} } catch (error) { self.thrown = String(error) }\nself.done = true`,
      }),
    )
    await page.goto(`${url}/admin`)
    problems.length = 0
    await page.evaluate(`import('/attack.js')`)
    await page.waitForFunction('self.done === true')
    await expect.poll(() => problems.length).toBeGreaterThan(0)
    expect(problems.join('\n')).toMatch(/Content Security Policy|CSP|Trusted/)
    expect(await page.evaluate('self.ran')).toBeUndefined()
    expect(page.url()).toBe(`${url}/admin`)
  })

  it('cannot be shown in a frame of another page', async () => {
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<iframe src="${url}/"></iframe>`)
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const { page, problems, close } = await browser.open(`http://localhost:${port}/`)
    await expect.poll(() => problems.join('\n')).toContain('frame-ancestors')
    expect(page.frames().map((frame) => frame.url())).not.toContain(`${url}/`)
    await close()
    other.closeAllConnections()
    await new Promise((resolve) => other.close(resolve))
  })
})
