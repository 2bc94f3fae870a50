/**
 * How the page for admins can be used, and by whom, in a real browser.
 *
 * - axe finds nothing serious in any section, light and dark, wide and phone, nor in dialogs
 * - nothing is wider than the window of a phone
 * - what people wrote is text, never HTML; nothing is forbidden by the policy, nothing fails in silence
 * - everything is in Portuguese for whom that is; tables are ordered and turned by keys
 */

import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, useBrowser } from '../support/browser.ts'
import type { JsonClient } from '../support/clients.ts'
import { asAdmin, go, type Scene, scene } from './admin-scene.ts'

const { source } = createRequire(import.meta.url)('axe-core') as { readonly source: string }

const WIDE = { viewport: { width: 1280, height: 800 } }
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
/** Words are longer there, and the window is smaller. */
const SMALL = { ...PHONE, viewport: { width: 360, height: 640 }, locale: 'pt-BR' }

/** Faults that keep somebody from using a page, each with the elements that have it. */
async function faults(page: Page): Promise<readonly string[]> {
  await page.evaluate(source)
  const { violations } = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] })',
  )) as AxeResults
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

describe.skipIf(browserPath() === null)('the page for admins', () => {
  const browser = useBrowser()
  const evil = '<img src=x onerror=alert(1)>'
  let server: Scene
  let ana: JsonClient
  let anaId = ''

  beforeAll(async () => {
    // Lists come in many pages.
    server = await scene({ name: evil, limits: { listPage: 7 } })
    ana = await server.member('Ana')
    await ana.ask('create', { room: 'livros', settings: { topic: evil, password: 'abre-te!' } })
    await ana.ask('join', { room: 'livros' })
    const gil = await server.guest('Gil')
    await gil.ask('join', { room: 'geral' })
    await gil.ask('send', { room: 'geral', text: 'oi' })
    await ana.ask('ban', { room: 'livros', person: 'Gil', reason: evil })
    const { accounts } = await server.chat.admin.accounts({ name: 'Ana' })
    anaId = accounts[0]?.id ?? ''
  })
  afterAll(() => server.close())

  const places = (): readonly (readonly [path: readonly string[], ready: string])[] => [
    [['overview'], '.figure-value:not(:empty)'],
    [['rooms'], 'tbody tr'],
    [['rooms', 'livros'], '.facts'],
    [['people'], 'tbody tr'],
    [['people', 'accounts'], 'tbody tr'],
    [['people', 'of', anaId, 'Ana'], '.account .facts'],
    [['moderation', 'livros', 'Gil'], '.trail-line'],
    [['limits'], '.limits'],
    [['audit'], 'tbody tr'],
  ]

  it.each([
    ['light', 'wide', WIDE, 1],
    ['dark', 'small phone, Portuguese', SMALL, 1],
    // Colours don't depend on the size, nor sizes on the colours: a look at some is enough.
    ['dark', 'wide', WIDE, 4],
    ['light', 'phone', PHONE, 4],
  ] as const)(
    'can be used by everybody: %s, %s',
    async (colorScheme, _size, size, step) => {
      const { page, problems, close } = await asAdmin(browser, server, { colorScheme, ...size })
      const found: string[] = []
      for (const [path, ready] of places().filter((_, i) => i % step === 0)) {
        await go(page, ...path)
        await page.locator(`.section ${ready}`).first().waitFor()
        for (const fault of await faults(page)) found.push(`${path.join('/')} ${fault}`)
        const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        if (wider !== 0) found.push(`${path.join('/')} is wider than the window by ${wider}`)
      }
      await go(page, 'rooms', 'livros')
      await page.locator('.danger-card .button').click()
      found.push(...(await faults(page)))
      expect(found).toEqual([])
      expect(problems).toEqual([])
      await close()
      // Looking at everything takes its time on a busy machine.
    },
    60_000,
  )

  it('can be used by everybody before one is in, too', async () => {
    for (const options of [{ colorScheme: 'dark' }, { colorScheme: 'light', ...PHONE }] as const) {
      const { page, close } = await browser.open(server.admin, options)
      await page.getByRole('heading', { name: 'Who goes there?' }).waitFor()
      expect(await faults(page)).toEqual([])
      await close()
    }
  })

  it('shows what people wrote as text', async () => {
    const { page, problems, close } = await asAdmin(browser, server)
    await page.getByText(`How ${evil} is doing right now.`).waitFor()
    await go(page, 'rooms')
    await page.locator('.row-more', { hasText: evil }).waitFor()
    await go(page, 'audit')
    await page.getByRole('cell', { name: evil }).first().waitFor()
    expect(await page.locator('img').count()).toBe(0)
    expect(problems).toEqual([])
    await close()
  })

  it('speaks Portuguese', async () => {
    const { page, close } = await asAdmin(browser, server, { locale: 'pt-BR' })
    const names = ['Resumo', 'Salas', 'Pessoas', 'Moderação', 'Limites', 'Registro']
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(names)
    await go(page, 'limits')
    await page.getByRole('button', { name: 'Mudar messageChars' }).click()
    await page.getByRole('textbox', { name: 'Valor' }).fill('-1')
    await page.getByRole('button', { name: 'Salvar' }).click()
    await page.getByText('É preciso um número inteiro a partir de 1.').waitFor()
    // Errors of the server, too.
    await page.keyboard.press('Escape')
    await go(page, 'moderation', 'livros', 'ninguém')
    await page.getByRole('button', { name: 'Retirar' }).click()
    await page.getByText('Não há ninguém com esse nome aqui. (person_not_found)').waitFor()
    await close()
  })

  it('is used by keys alone', async () => {
    for (let i = 0; i < 60; i++) {
      await ana.ask('create', { room: `sala-${String(i).padStart(2, '0')}` })
    }
    const { page, close } = await asAdmin(browser, server)
    await page.keyboard.press('Tab')
    await page.getByRole('navigation').getByRole('link', { name: 'Rooms' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('1–25 of 62').waitFor()
    const name = page.getByRole('columnheader', { name: 'Name' })
    expect(await name.getAttribute('aria-sort')).toBe('none')
    await name.getByRole('button').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    expect(await name.getAttribute('aria-sort')).toBe('descending')
    expect(await page.locator('tbody tr').first().textContent()).toContain('#sala-59')
    await page.getByRole('button', { name: 'Next page' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('26–50 of 62').waitFor()
    // A dialog keeps the focus, Esc gives it back.
    await go(page, 'limits')
    const edit = page.getByRole('button', { name: 'Change rooms', exact: true })
    await edit.focus()
    await page.keyboard.press('Enter')
    const inside = `document.querySelector('dialog').contains(document.activeElement)`
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate(inside)).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Change rooms')
    await close()
  })
})
