/**
 * The page for everybody, and against some (rows B7, C1):
 *
 * - axe finds nothing serious: outside, inside, with a dialog and a menu; light and dark, wide and phone
 * - HTML in names, rooms, topics, messages, reasons, names of files and notices is text
 * - characters that turn the direction of reading round, or can't be seen, are shown or kept inside
 * - addresses that aren't of the web are no links
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, useBrowser } from '../support/browser.ts'
import { eventually, inGeral, PICTURE, type Scene, stage, visit } from './chat-scene.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe finds serious or critical on a page, as lines. */
async function faults(page: Page): Promise<string[]> {
  // What moves in is half transparent for a moment.
  await page.evaluate(
    'Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))',
  )
  await page.evaluate(`${AXE};0`)
  const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((one) => `${id}: ${one.html}\n${one.failureSummary}`))
}

const WIDE = { viewport: { width: 1280, height: 800 } }
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

describe.skipIf(browserPath() === null)('the page is', () => {
  const browser = useBrowser()
  let scene: Scene
  beforeAll(async () => {
    scene = await stage()
    await scene.chat.room('geral').send('The kitchen is closed on Mondays: https://example.org/')
    const bob = await scene.chat.participant('Bob Ramos')
    await bob.join('geral')
    const { seq } = await bob.send('geral', 'Pity!')
    await bob.react('geral', seq, '😢')
    await bob.send('geral', 'Or is it?', { ref: seq })
    await bob.delete('geral', (await bob.send('geral', 'mistake')).seq)
    await bob.ask('create', { room: 'receitas', settings: { topic: 'What we eat' } })
  })
  afterAll(() => scene.close())

  it.each([
    ['light, wide', { ...WIDE, colorScheme: 'light' }],
    ['dark, wide', { ...WIDE, colorScheme: 'dark' }],
    ['light, on a phone', { ...PHONE, colorScheme: 'light' }],
    ['dark, on a phone', { ...PHONE, colorScheme: 'dark' }],
  ] as const)('without serious faults: %s', async (name, options) => {
    // Nothing moves while it is looked at; axe is no script of this page.
    const ana = await visit(browser, scene.url, {
      ...options,
      bypassCSP: true,
      reducedMotion: 'reduce',
    })
    const { page } = ana
    expect(await faults(page)).toEqual([])
    await page.getByRole('radio', { name: 'Guest' }).check()
    await page.getByLabel('Name').fill(`Ana ${name.replace(/\W/g, '')}`)
    await page.getByRole('button', { name: 'Come in' }).click()
    await ana.line(/receitas/).waitFor()
    if ('isMobile' in options) {
      expect(await faults(page)).toEqual([])
      await ana.line(/geral/).click()
    }
    await ana.box.fill('@"Bob Ramos" it is!')
    await ana.box.press('Enter')
    await ana.message('it is!').getByText('@Bob Ramos').waitFor()
    expect(await faults(page)).toEqual([])
    await ana.message('Or is it?').hover()
    await ana.message('Or is it?').getByRole('button', { name: 'More' }).click()
    await page.getByRole('menu').waitFor()
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('listbox', { name: 'Rooms' }).waitFor()
    expect(await faults(page)).toEqual([])
    expect(ana.problems).toEqual([])
    await ana.close()
  })

  it('deaf to HTML', async () => {
    const html = '<img src=x onerror="document.title=\'pwned\'"><b>bold</b>'
    const ana = await inGeral(browser, scene.url, 'Ana')
    const mallory = await scene.chat.participant('Mallory')
    await mallory.ask('create', { room: 'html', settings: { topic: html } })
    await mallory.join('html')
    await mallory.send('html', html)
    await scene.chat.room('html').send(html)
    await ana.page.getByRole('searchbox').fill('html')
    await ana.line(/html/).click()
    await ana.page.getByRole('heading', { name: 'html' }).waitFor()
    await eventually(() => ana.page.locator('.message-text').allInnerTexts()).toEqual([html, html])
    expect(await ana.page.locator('.room-topic').textContent()).toBe(html)
    await ana.page
      .locator('input[type=file]')
      .setInputFiles([{ name: '<b>x</b>.png', mimeType: 'image/png', buffer: PICTURE }])
    await ana.box.press('Enter')
    await ana.page.locator('.picture').waitFor()
    await mallory.ask('kick', { room: 'html', person: 'Ana', reason: html })
    await eventually(() => ana.page.locator('.reason').textContent()).toBe(html)
    expect(await ana.page.locator('#app b, #app img[src="x"]').count()).toBe(0)
    expect(await ana.page.title()).not.toContain('pwned')
    expect(ana.problems).toEqual([])
    await ana.close()
  })

  it('not to be turned round, and makes no links but those of the web', async () => {
    const ana = await inGeral(browser, scene.url, 'Eva')
    const mallory = await scene.chat.participant('Mallory2')
    await mallory.join('geral')
    await mallory.send('geral', 'abc\u202Efdp.exe')
    await mallory.send(
      'geral',
      'javascript:alert(1) data:text/html,x http://[ https://ok.example/.',
    )
    await ana.message('ok.example').waitFor()
    expect(await ana.message('abc').locator('.message-text').innerText()).toBe('abc<U+202E>fdp.exe')
    const links = ana.message('ok.example').getByRole('link')
    expect(await links.count()).toBe(1)
    expect(await links.getAttribute('href')).toBe('https://ok.example/')
    await ana.close()
  })
})
