/** A chat server with its page, people in browsers, and a cable between them that can be cut. */

import { connect, createServer, type Socket } from 'node:net'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { type ChatServer, type ChatServerOptions, createChatServer } from '../../src/chat.ts'
import { memoryFiles } from '../../src/files.ts'
import { webPages } from '../../src/web.ts'
import type { Opened, TestBrowser } from '../support/browser.ts'
import { ROOMY } from '../support/server.ts'

/** A picture of one red point. */
export const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

/** What waits in a page waits at most so long, in ms: passwords are hashed, and the machine is shared. */
const PATIENCE = 15_000

/** A server and the address of its page. */
export interface Scene {
  readonly chat: ChatServer
  /** The page, by a cable of its own. */
  readonly url: string
  /** Cuts the cable: what is open breaks, and nothing new gets through until `mend`. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

/** Starts a server with accounts, guests and files. */
export async function stage(options: ChatServerOptions = {}): Promise<Scene> {
  const chat = createChatServer({
    accounts: true,
    guests: true,
    files: memoryFiles(),
    ...options,
    limits: { ...ROOMY, ...options.limits },
  })
  const { port = 0 } = await chat.listen({ port: 0, pages: webPages() })
  const sockets = new Set<Socket>()
  let whole = true
  const cable = createServer((near) => {
    if (!whole) {
      near.destroy()
      return
    }
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => cable.listen(0, '127.0.0.1', resolve))
  const address = cable.address()
  const own = typeof address === 'object' ? address?.port : undefined
  const cut = (): void => {
    whole = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    chat,
    url: `http://127.0.0.1:${own}/`,
    cut,
    mend() {
      whole = true
    },
    async close() {
      await chat.close()
      cut()
      await new Promise((resolve) => cable.close(resolve))
    },
  }
}

/** Somebody's page, and what one does in it. Texts are English unless said otherwise. */
export interface Visitor extends Opened {
  readonly page: Page
  /** Writes something in the room that is shown, and waits until it is stored or refused. */
  say(text: string): Promise<void>
  /** The place where one writes. */
  readonly box: Locator
  /** The newest message with this text. */
  message(text: string): Locator
  /** Opens the menu of a message and chooses a line. */
  choose(text: string, item: string): Promise<void>
  /** The button of a room, or of somebody, in the list at the side. */
  line(name: string | RegExp): Locator
}

/** Opens the page for somebody. */
export async function visit(
  browser: TestBrowser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const opened = await browser.open(url, options)
  const { page } = opened
  page.setDefaultTimeout(PATIENCE)
  const box = page.locator('.composer textarea')
  const message = (text: string): Locator =>
    page.locator('article').filter({ hasText: text }).last()
  return {
    ...opened,
    box,
    message,
    async say(text) {
      await box.fill(text)
      await box.press('Enter')
      await message(text).waitFor()
      await page.locator('article.pending').first().waitFor({ state: 'detached' })
    },
    async choose(text, item) {
      await message(text).hover()
      await message(text).getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem', { name: item, exact: true }).click()
    },
    line: (name) => page.getByRole('navigation').getByRole('button', { name }),
  }
}

/** Comes in as a guest. */
export async function asGuest(visitor: Visitor, name: string): Promise<void> {
  const { page } = visitor
  await page.getByRole('radio', { name: 'Guest' }).check()
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Come in' }).click()
  await page.locator('.sidebar').waitFor()
}

/** The same, in the room where people start. */
export async function inGeral(
  browser: TestBrowser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const visitor = await visit(browser, url, options)
  await asGuest(visitor, name)
  await visitor.page.getByRole('log').waitFor()
  return visitor
}

/** Waits until something is so. */
export const eventually = <T>(read: () => Promise<T>) =>
  expect.poll(read, { timeout: PATIENCE, interval: 50 })
