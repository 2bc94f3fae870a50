/**
 * Living with the page (rows B7, C1, C3, C8):
 *
 * - what is unread is counted, mentions besides, in the list and in the title; a line shows what is new
 * - a reload keeps who one is, the place, the messages, and what one was about to write
 * - two windows of one person know what was read in the other; private conversations outlast a reload
 * - ten seconds without a network: what is said on both sides meanwhile arrives, once and in order
 * - older messages come when one scrolls up, and what one looks at stays where it is, in 2,000 of them
 * - a button leads to the newest, and tells how many there are
 * - on a phone: first the rooms, then one of them, and back; nothing is wider than the screen
 * - in Portuguese, by the browser or by choice, at once; dark by choice, and after a reload too
 * - by the keyboard alone: Ctrl+K, arrows through messages, Esc
 * - signing out, and in again by an account, on a device that knows nothing of one
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { browserPath, useBrowser } from '../support/browser.ts'
import { eventually, inGeral, type Scene, stage, type Visitor, visit } from './chat-scene.ts'

const OFFLINE_MS = 10_000

describe.skipIf(browserPath() === null)('living with the page', () => {
  const browser = useBrowser()
  let scene: Scene
  let ana: Visitor

  beforeAll(async () => {
    scene = await stage({ storage: memoryStorage({ entriesPerRoom: 5000 }) })
    ana = await inGeral(browser, scene.url, 'Ana')
  })
  afterAll(async () => {
    await ana.close()
    await scene.close()
  })

  it('counts what is unread, and shows where it begins', async () => {
    const bob = await scene.chat.participant('Bob')
    await bob.join('geral')
    await ana.page.getByRole('button', { name: 'New room' }).click()
    await ana.page.getByRole('dialog').getByLabel('Name').fill('cozinha')
    await ana.page.getByRole('button', { name: 'Create room' }).click()
    await ana.page.getByRole('heading', { name: 'cozinha' }).waitFor()
    await ana.say('Nobody is here yet')
    for (const text of ['one', 'two', '@Ana three']) await bob.send('geral', text)
    await ana.line(/geral.*3 unread messages, 1 mention of you/).waitFor()
    await eventually(() => ana.page.title()).toBe('(3) #cozinha · Tertulia')
    await ana.line(/geral/).click()
    const line = ana.page.locator('.new-line')
    await line.waitFor()
    expect(
      await ana.page.evaluate('document.querySelector(".new-line").nextElementSibling.innerText'),
    ).toContain('one')
    await eventually(() => ana.page.title()).toBe('#geral · Tertulia')
    await eventually(() => ana.line(/geral/).textContent()).not.toContain('unread')
    await bob.leave('geral')
  })

  it('is as it was after a reload', async () => {
    await ana.say('Remember this')
    await ana.box.fill('half a sentence')
    await ana.page.reload()
    await ana.message('Remember this').waitFor()
    expect(await ana.page.locator('.me-name').textContent()).toBe('Ana')
    expect(await ana.message('Remember this').getAttribute('class')).toContain('own')
    await ana.line(/cozinha/).waitFor()
    expect(await ana.box.inputValue()).toBe('half a sentence')
    await ana.box.fill('')
    expect(ana.page.url()).toBe(`${scene.url}#geral`)
    await ana.line(/cozinha/).click()
    await ana.page.goBack()
    await ana.page.getByRole('heading', { name: 'geral', level: 1 }).waitFor()
  })

  it('is one person in two windows: what is read in one is read in the other', async () => {
    const bob = await scene.chat.participant('Benedito')
    await bob.msg('Ana', 'Between you and me')
    await ana.line(/Benedito.*1 unread message/).waitFor()
    const second = await ana.page.context().newPage()
    await second.goto(scene.url)
    const line = second.getByRole('navigation').getByRole('button', { name: /Benedito/ })
    await line.click()
    await second.getByText('Between you and me').waitFor()
    await eventually(() => ana.line(/Benedito/).textContent()).not.toContain('unread')
    expect(await second.locator('.me-name').textContent()).toBe('Ana')
    await second.close()
    await ana.page.reload()
    await ana.line('Benedito').waitFor()
    expect(await ana.line(/Benedito/).textContent()).not.toContain('unread')
  })

  it(
    'loses the network for ten seconds, and catches up',
    async () => {
      const bob = await scene.chat.participant('Bento')
      await bob.join('geral')
      scene.cut()
      const back = new Promise((resolve) => setTimeout(resolve, OFFLINE_MS))
      await ana.page.getByRole('status').filter({ hasText: 'No connection' }).waitFor()
      await ana.box.fill('said without a network')
      await ana.box.press('Enter')
      await ana.page.getByText('Waiting for the connection').waitFor()
      for (let at = 1; at <= 5; at += 1) await bob.send('geral', `meanwhile ${at}`)
      await back
      scene.mend()
      const now = ana.page.getByRole('button', { name: 'Try now' })
      if (await now.isVisible()) await now.click()
      await eventually(() => ana.page.locator('.message-text').allInnerTexts()).toEqual(
        expect.arrayContaining(['meanwhile 5', 'said without a network']),
      )
      await eventually(() => ana.page.locator('article.pending').count()).toBe(0)
      const texts = await ana.page.locator('.message-text').allInnerTexts()
      expect(texts.slice(-6)).toEqual([
        ...[1, 2, 3, 4, 5].map((at) => `meanwhile ${at}`),
        'said without a network',
      ])
      expect(await ana.page.locator('.banner').isVisible()).toBe(false)
      // The server has it once.
      const page = await bob.history('geral', { limit: 20 })
      expect(page.entries.filter(({ text }) => text === 'said without a network')).toHaveLength(1)
    },
    OFFLINE_MS * 4,
  )

  it('reads on upwards, and keeps the place', async () => {
    const room = scene.chat.room('biblioteca')
    for (let at = 1; at <= 2000; at += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, by) => room.send(`page ${at + by}`)))
    }
    await ana.page.goto(`${scene.url}#biblioteca`)
    await ana.message('page 2000').waitFor()
    const count = (): Promise<number> => ana.page.locator('article').count()
    expect(await count()).toBeLessThan(200)
    // Where a line is after older ones came above it: no further than the scrolling itself took it.
    const moved = await ana.page.evaluate(`(async () => {
      const scroller = document.querySelector('.scroller')
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      let worst = 0
      for (let turn = 0; turn < 10; turn += 1) {
        const rows = [...document.querySelectorAll('article')]
        scroller.scrollTop = Math.max(0, scroller.scrollTop - 1500)
        await frame()
        const edge = scroller.getBoundingClientRect().top
        const seen = [...document.querySelectorAll('article')].find((row) => row.getBoundingClientRect().bottom > edge + 50)
        const before = seen.getBoundingClientRect().top
        for (let wait = 0; wait < 8; wait += 1) await frame()
        const now = document.querySelector('[data-seq="' + seen.dataset.seq + '"]')
        worst = Math.max(worst, Math.abs(now.getBoundingClientRect().top - before))
      }
      return worst
    })()`)
    expect(moved).toBeLessThan(3)
    expect(await count()).toBeGreaterThan(120)

    // Showing who is here, or not, keeps it too.
    const top = 'Math.round(document.querySelector(".scroller").scrollTop)'
    const before = await ana.page.evaluate(top)
    await ana.page.getByRole('button', { name: /^Who is here/ }).click()
    await ana.page.getByRole('complementary').waitFor({ state: 'detached' })
    expect(await ana.page.evaluate(top)).toBe(before)
    await ana.page.getByRole('button', { name: /^Who is here/ }).click()

    // Something new comes meanwhile: the place stays, a button counts.
    await room.send('the latest')
    const down = ana.page.getByRole('button', { name: 'To the newest message, 1 unread' })
    await down.waitFor()
    await down.click()
    await eventually(() => ana.message('the latest').isVisible()).toBe(true)
    await eventually(() => ana.page.locator('.to-end').isVisible()).toBe(false)

    // All of it: then one more message is drawn within a few frames.
    await ana.page.evaluate(`(async () => {
      for (let turn = 0; turn < 600 && document.querySelector('.start-line') === null; turn += 1) {
        document.querySelector('.scroller').scrollTop = 0
        await new Promise((resolve) => requestAnimationFrame(resolve))
      }
    })()`)
    expect(await count()).toBeGreaterThan(1990)
    await ana.page.evaluate('document.querySelector(".scroller").scrollTop = 1e9')
    const took = ana.page.evaluate(`new Promise((resolve) => {
      const log = document.querySelector('.log')
      new MutationObserver(() => {
        const begun = performance.now()
        requestAnimationFrame(() => resolve(performance.now() - begun))
      }).observe(log, { childList: true })
    })`)
    await room.send('one more')
    expect(await took).toBeLessThan(1000)
    const kept = await ana.page.evaluate('document.querySelector("article").isConnected')
    expect(kept).toBe(true)
  }, 40_000)

  it('fits a phone', async () => {
    const phone = await inGeralOnPhone()
    const { page } = phone
    const wider = 'document.documentElement.scrollWidth > innerWidth'
    expect(await page.evaluate(wider)).toBe(false)
    await phone.line(/geral/).click()
    await page.getByRole('log').waitFor()
    expect(await page.getByRole('navigation').isVisible()).toBe(false)
    await phone.say('From a phone, with averyveryverylongwordthatdoesnotfit'.repeat(3))
    expect(await page.evaluate(wider)).toBe(false)
    for (const name of ['Send', 'Attach a file', 'Back to the rooms']) {
      const box = await page.getByRole('button', { name }).boundingBox()
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44)
    }
    await page.getByRole('button', { name: /Who is here/ }).click()
    await page.getByRole('complementary').getByRole('button', { name: 'Caio' }).waitFor()
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Back to the rooms' }).click()
    await phone.line(/geral/).waitFor()
    expect(phone.problems).toEqual([])
    await phone.close()

    async function inGeralOnPhone(): Promise<Visitor> {
      const visitor = await visit(browser, scene.url, {
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
      })
      await visitor.page.getByRole('radio', { name: 'Guest' }).check()
      await visitor.page.getByLabel('Name').fill('Caio')
      await visitor.page.getByRole('button', { name: 'Come in' }).click()
      await visitor.line(/geral/).waitFor()
      return visitor
    }
  })

  it('speaks Portuguese, by the browser or by choice, and is dark by choice', async () => {
    const { page } = ana
    await ana.line(/geral/).click()
    await ana.box.fill('half a thought')
    await page.getByRole('button', { name: 'Preferences' }).click()
    await page.getByRole('menuitem', { name: 'Language' }).click()
    await page.getByRole('menuitemradio', { name: 'Português' }).click()
    await page.getByText('Suas salas').waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('pt-BR')
    expect(await ana.box.inputValue()).toBe('half a thought')
    await page.getByRole('button', { name: 'Preferências' }).click()
    await page.getByRole('menuitem', { name: 'Aparência' }).click()
    await page.getByRole('menuitemradio', { name: 'Escura' }).click()
    const ground = 'getComputedStyle(document.body).backgroundColor'
    expect(await page.evaluate(ground)).toBe('rgb(29, 24, 20)')
    await page.reload()
    await page.getByText('Suas salas').waitFor()
    expect(await page.evaluate(ground)).toBe('rgb(29, 24, 20)')
    await page.getByRole('button', { name: 'Preferências' }).click()
    await page.getByRole('menuitem', { name: 'Idioma' }).click()
    await page.getByRole('menuitemradio', { name: 'English' }).click()

    const brazil = await visit(browser, scene.url, { locale: 'pt-BR' })
    await brazil.page.getByRole('radio', { name: 'Criar conta' }).check()
    await brazil.page.getByRole('button', { name: 'Criar conta' }).click()
    expect(await brazil.page.getByRole('alert').textContent()).toBe('Falta um nome.')
    await brazil.close()
  })

  it('can be used by the keyboard alone', async () => {
    const { page } = ana
    await ana.line(/geral/).click()
    await ana.box.fill('')
    await ana.say('first')
    await ana.say('second')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').pressSequentially('cozi')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'cozinha', level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.goBack()
    await ana.message('second').waitFor()
    // From where one writes, back to the newest message, one up, and its menu.
    await ana.box.focus()
    const focused = 'document.activeElement.innerText'
    for (let tab = 0; tab < 6; tab += 1) {
      await page.keyboard.press('Shift+Tab')
      if (await page.evaluate('document.activeElement.matches("article")')) break
    }
    expect(await page.evaluate(focused)).toContain('second')
    await page.keyboard.press('ArrowUp')
    expect(await page.evaluate(focused)).toContain('first')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Edit' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.evaluate(focused)).toContain('first')
    await page.keyboard.press('r')
    await page.getByText('Reply to Ana').waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
    await page.keyboard.press('Escape')
    await page.getByText('Reply to Ana').waitFor({ state: 'hidden' })
  })

  it('lets one out, and in again', async () => {
    await scene.chat.admin.account({
      account: 'Dora',
      create: true,
      password: 'uma xícara de café',
    })
    const dora = await visit(browser, scene.url)
    const { page } = dora
    const logIn = async (password: string): Promise<void> => {
      await page.getByRole('radio', { name: 'Log in' }).check()
      await page.getByLabel('Name').fill('Dora')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Log in' }).click()
    }
    await logIn('uma xícara de chá')
    await eventually(() => page.getByRole('alert').textContent()).toContain('password is wrong')
    await logIn('uma xícara de café')
    await page.getByRole('log').waitFor()
    await page.getByRole('button', { name: 'Preferences' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Log in' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Log in' }).waitFor()
    await dora.close()
  })
})
