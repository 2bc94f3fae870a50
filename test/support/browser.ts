/** A real browser for tests: Chromium, found on this machine. */

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** On a busy machine a browser takes its time, in ms. */
const LAUNCH_MS = 60_000

/**
 * The program: `TERTULIA_CHROMIUM`, or what is on the PATH. `null`: there is none, skip
 * (`describe.skipIf(browserPath() === null)`). With `TERTULIA_REQUIRE_SERVICES=1` that is an error.
 */
export function browserPath(): string | null {
  const { TERTULIA_CHROMIUM: told, TERTULIA_REQUIRE_SERVICES: required, PATH = '' } = process.env
  if (told !== undefined && told !== '') return told
  const folders = PATH.split(delimiter).filter((folder) => folder !== '')
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(canRun)
  if (found === undefined && required === '1') {
    throw new Error('there is no Chromium, and TERTULIA_REQUIRE_SERVICES=1')
  }
  return found ?? null
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs in pages; as text, since the tests are checked without the types of a browser. */
const TELL_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) => {
  console.error('CSP: ' + event.violatedDirective + ' forbids ' + event.blockedURI)
})`

/** A page, and what went wrong in it. */
export interface Opened {
  readonly page: Page
  /** Errors of the console, exceptions nobody caught, and what the CSP forbade. None is good. */
  readonly problems: string[]
  /** Closes it, with its cookies and stores. */
  close(): Promise<void>
}

/** A browser. */
export interface TestBrowser {
  /**
   * A page as somebody new has it: nothing of other pages is there. `url`: where it goes. What is to
   * run in the page (`page.evaluate`) is given as text, since tests have no types of the DOM.
   *
   * @example
   * const ana = await browser.open(url, { colorScheme: 'dark', locale: 'pt-BR' })
   * await ana.page.getByRole('button', { name: 'Entrar' }).click()
   * expect(ana.problems).toEqual([])
   */
  open(url: string, options?: BrowserContextOptions): Promise<Opened>
  /** The browser itself. */
  readonly browser: Browser
}

/** Starts a browser. Whoever calls this closes `browser`; in tests see {@link useBrowser}. */
export async function launchBrowser(path: string): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: path,
    // Root has no sandbox; containers have a small /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    timeout: LAUNCH_MS,
  })
  return {
    browser,
    async open(url, options = {}) {
      const context = await browser.newContext({ locale: 'en-US', ...options })
      const problems: string[] = []
      await context.addInitScript({ content: TELL_VIOLATIONS })
      const page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${message.text()} ${message.location().url}`)
      })
      page.on('pageerror', (error) => problems.push(`not caught: ${error.stack ?? error.message}`))
      await page.goto(url)
      return { page, problems, close: () => context.close() }
    },
  }
}

/**
 * One browser for the tests of a file, started before the first and closed after the last. Call it in
 * a `describe` that is skipped where there is none; what it gives may be used inside tests.
 *
 * @example
 * describe.skipIf(browserPath() === null)('the page', () => {
 *   const browser = useBrowser()
 *   it('shows', async () => {
 *     const { page, problems } = await browser.open(url)
 *   })
 * })
 */
export function useBrowser(): TestBrowser {
  let running: TestBrowser | null = null
  const get = (): TestBrowser => {
    if (running === null) throw new Error('the browser runs inside of tests only')
    return running
  }
  beforeAll(async () => {
    const path = browserPath()
    if (path === null)
      throw new Error('there is no Chromium: skip this where browserPath() is null')
    running = await launchBrowser(path)
  }, LAUNCH_MS)
  afterAll(async () => {
    await running?.browser.close()
    running = null
  })
  return {
    get browser() {
      return get().browser
    },
    open: (url, options) => get().open(url, options),
  }
}
