/** A server with an admin and some people, and the page for admins in a browser. */

import type { BrowserContextOptions, Page } from 'playwright-core'
import { type ChatServerOptions, createChatServer } from '../../src/chat.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { webPages } from '../../src/web.ts'
import { accountsIn } from '../support/accounts.ts'
import type { Opened, TestBrowser } from '../support/browser.ts'
import { type JsonClient, jsonClient, overWebSocket, person } from '../support/clients.ts'
import { ROOMY } from '../support/server.ts'

export const password = 'correct horse battery'

/** Starts it; `close` ends it with its clients. Rita is an admin, Ana has an account. */
export async function scene(options: ChatServerOptions = {}) {
  const storage = memoryStorage()
  // Many windows and programs come from one address here.
  const limits = {
    ...ROOMY,
    commandBurst: 10_000,
    addressCommandsPerSecond: 100_000,
    ...options.limits,
  }
  const accounts = accountsIn(storage, { limits: { registersPerHour: 1000 } })
  const chat = createChatServer({ storage, accounts, guests: true, ...options, limits })
  const { url = '', httpUrl = '' } = await chat.listen({ port: 0, pages: webPages() })
  for (const [account, admin] of [
    ['Rita', true],
    ['Ana', false],
  ] as const) {
    await chat.admin.account({ account, create: true, password, admin })
  }
  return {
    chat,
    admin: `${httpUrl}/admin`,
    /** A guest. */
    guest: (name: string): Promise<JsonClient> => person(overWebSocket(url), name),
    /** Somebody with an account. */
    async member(name: string): Promise<JsonClient> {
      const client = await jsonClient(overWebSocket(url))
      const { token } = await client.ask('login', { name, password })
      await client.ask('hello', { version: 1, token })
      return client
    },
    close: () => chat.close(),
  }
}

export type Scene = Awaited<ReturnType<typeof scene>>

/** Fills in the form of the gate. */
export async function signIn(page: Page, name: string, secret = password): Promise<void> {
  await page.locator('input[name=username]').fill(name)
  await page.locator('input[name=password]').fill(secret)
  await page.keyboard.press('Enter')
}

/** The page, with Rita in it. */
export async function asAdmin(
  browser: TestBrowser,
  { admin }: Scene,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const opened = await browser.open(admin, { reducedMotion: 'reduce', ...options })
  await signIn(opened.page, 'Rita')
  await opened.page.locator('.shell').waitFor()
  return opened
}

/** Goes to a section. */
export async function go(page: Page, ...parts: readonly string[]): Promise<void> {
  const hash = `#${parts.map(encodeURIComponent).join('/')}`
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
}
