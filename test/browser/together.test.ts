/**
 * Everything together: a server as it is installed (a process, SQLite in a file), two people in pages of
 * their own and one at a terminal, in one room (rows B7, C1, C2, C3, C5, E6):
 *
 * - they sign up by the page and log in at the terminal, by the same account
 * - a room with a password: asked for, a wrong one refused, the right one, from page and terminal
 * - all see what each says, edits, reacts with, deletes; a picture is a picture
 * - the owner mutes and puts out
 * - one loses the network for ten seconds: nothing is missing, nothing double, what they said comes once
 * - a reload; a phone
 * - `kill -9` of the server, and its start: everything is there, and the pages come back by themselves
 */

import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, useBrowser } from '../support/browser.ts'
import { hasPty, KEY } from '../support/pty.ts'
import { eventually, type Visitor, visit } from './chat-scene.ts'
import {
  type Cable,
  cableTo,
  complaints,
  logInAtTerminal,
  PASSWORD,
  picturesOfFailures,
  png,
  portOf,
  type Served,
  serve,
  shown,
  signUp,
} from './together-serve.ts'

const OFFLINE_MS = 10_000

describe.skipIf(browserPath() === null || !hasPty)('all together', () => {
  const browser = useBrowser()
  let served: Served
  let cable: Cable
  let ana: Visitor
  let bia: Visitor
  let phone: Visitor | undefined
  picturesOfFailures(() => ({ ana, bia, phone }))

  beforeAll(async () => {
    served = await serve()
    cable = await cableTo(portOf(served.url))
    // Bia's network is the one that fails.
    ana = await visit(browser, served.url)
    bia = await visit(browser, cable.url)
  }, 60_000)
  afterAll(async () => {
    await Promise.all([ana, bia, phone].map((one) => one?.close()))
    await cable?.close()
    await served?.remove()
  })

  /** Opens a room that asks for its password. */
  async function enter({ page, line }: Visitor, ...passwords: readonly string[]): Promise<void> {
    await line(/clube/).click()
    const ask = page.getByRole('dialog')
    for (const password of passwords) {
      await ask.getByLabel('Password of the room').fill(password)
      await ask.getByRole('button', { name: 'Enter' }).click()
      if (password !== 'veredas') {
        await eventually(() => ask.getByRole('alert').textContent()).toContain('not the password')
      }
    }
    await page.getByRole('heading', { name: 'clube', level: 1 }).waitFor()
  }

  it('B7 C1 C2 C4 E6: two pages and a terminal in one room', async () => {
    await Promise.all([signUp(ana, 'Ana'), signUp(bia, 'Bia')])
    const caioAtPage = await visit(browser, served.url)
    await signUp(caioAtPage, 'Caio')
    await caioAtPage.close()

    await ana.page.getByRole('button', { name: 'New room' }).click()
    const form = ana.page.getByRole('dialog')
    await form.getByLabel('Name').fill('clube')
    await form.getByLabel('Password', { exact: true }).fill('veredas')
    await form.getByRole('button', { name: 'Create room' }).click()
    await ana.page.getByRole('heading', { name: 'clube', level: 1 }).waitFor()
    // The list tells of it by itself.
    await enter(bia, 'grande sertão', 'veredas')

    const caio = await logInAtTerminal(served, 'Caio')
    caio.type(`/join clube${KEY.enter}`)
    await caio.at('Password of #clube: ')
    caio.type(`veredas${KEY.enter}`)
    await caio.at('#clube Caio> ')
    const people = ana.page.getByRole('complementary', { name: 'Who is here' })
    await people.getByRole('button', { name: 'Caio' }).waitFor()

    // Each is heard by both others.
    await ana.say('Olá a todos!')
    await bia.message('Olá a todos!').waitFor()
    await caio.sees('[#clube] Ana: Olá a todos!')
    await bia.say('Oi, quem mais vem?')
    await ana.message('Oi, quem mais vem?').waitFor()
    await caio.sees('[#clube] Bia: Oi, quem mais vem?')
    caio.type(`Só nós três, acho 🙂${KEY.enter}`)
    for (const one of [ana, bia]) await one.message('Só nós três, acho 🙂').waitFor()

    // Bia edits, and reacts; the terminal edits, too.
    await bia.choose('Oi, quem mais vem?', 'Edit')
    await bia.box.fill('Oi, quem mais vem hoje?')
    await bia.box.press('Enter')
    await ana.message('Oi, quem mais vem hoje?').getByText('(edited)').waitFor()
    await caio.sees('[#clube] * Bia edited: Oi, quem mais vem hoje?')
    await bia.message('Só nós três').hover()
    await bia.message('Só nós três').getByRole('button', { name: 'React' }).click()
    await bia.page.getByRole('button', { name: '🎉' }).click()
    await caio.sees('[#clube] * Bia reacted with 🎉')
    await eventually(() =>
      ana.message('Só nós três').locator('.reaction').getAttribute('aria-label'),
    ).toBe('🎉 1. Bia')
    caio.type(`/edit Só nós três, e está bom${KEY.enter}`)
    for (const one of [ana, bia]) {
      await one.message('Só nós três, e está bom').getByText('(edited)').waitFor()
    }

    // A picture from Ana is one for Bia, and has a name at the terminal.
    await ana.page
      .locator('input[type=file]')
      .setInputFiles([{ name: 'ponte.png', mimeType: 'image/png', buffer: png(120, 90) }])
    await ana.say('A ponte')
    await bia.message('A ponte').locator('.picture img').waitFor()
    await eventually(() =>
      bia.page.evaluate('document.querySelector(".picture img").naturalWidth'),
    ).toBe(120)
    await caio.sees(/\[#clube\] Ana: A ponte \(.*ponte\.png/)

    // What Bia takes back is gone, and everybody sees that it was there.
    await bia.say('um engano')
    await ana.message('um engano').waitFor()
    await bia.choose('um engano', 'Delete')
    await bia.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    for (const { page } of [ana, bia]) await page.getByText('This message was deleted').waitFor()
    expect(await ana.page.getByText('um engano').count()).toBe(0)
    await caio.sees('[#clube] * Bia deleted a message')

    // Ana is the owner: she mutes, then puts out.
    const menu = async (item: string): Promise<void> => {
      await people.getByRole('button', { name: 'Caio' }).click()
      await ana.page.getByRole('menuitem', { name: item, exact: true }).click()
      await ana.page.getByRole('dialog').getByRole('button', { name: item }).click()
    }
    await menu('Mute')
    await caio.sees('[#clube] * Ana muted Caio')
    caio.type(`e agora?${KEY.enter}`)
    await caio.sees('! You may not speak in this room')
    await menu('Put out')
    await caio.sees(/put you out|put Caio out|You were put out/)
    await caio.at('#geral Caio> ')
    await bia.page.getByText(/Ana.* put .*Caio.* out/).waitFor()
    await people.getByRole('button', { name: 'Caio' }).waitFor({ state: 'detached' })
    expect(await bia.page.getByText('e agora?').count()).toBe(0)
    caio.type(`sair${KEY.enter}`)
    expect(await caio.exit).toBe(0)
    expect(await caio.restored()).toBe(true)
    expect(caio.screen.raw).not.toContain(PASSWORD)
    expect(await shown(bia)).toEqual(await shown(ana))
    expect(complaints(ana)).toEqual([])
    expect(complaints(bia)).toEqual([])
  }, 90_000)

  it('B7: ten seconds without a network: nothing is missing, nothing is double', async () => {
    const caio = await logInAtTerminal(served, 'Caio')
    for (const { line } of [ana, bia]) await line(/geral/).click()
    for (const { page } of [ana, bia]) {
      await page.getByRole('heading', { name: 'geral', level: 1 }).waitFor()
    }
    cable.cut()
    const over = after(OFFLINE_MS)
    await bia.page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    for (const text of ['dito sem rede', 'e mais uma coisa']) {
      await bia.box.fill(text)
      await bia.box.press('Enter')
    }
    await bia.page.getByText('Waiting for the connection').first().waitFor()
    for (let at = 1; at <= 8; at += 1) {
      await ana.say(`Ana diz ${at}`)
      caio.type(`Caio diz ${at}${KEY.enter}`)
      await ana.message(`Caio diz ${at}`).waitFor()
    }
    expect(await bia.page.getByText('diz 1').count()).toBe(0)
    await over
    cable.mend()
    // By itself: nobody presses anything.
    await ana.message('e mais uma coisa').waitFor({ timeout: 30_000 })
    await eventually(() => bia.page.locator('article.pending').count()).toBe(0)
    const said = Array.from({ length: 8 }, (_, i) => [`Ana diz ${i + 1}`, `Caio diz ${i + 1}`])
    const wanted = [...said.flat(), 'dito sem rede', 'e mais uma coisa']
    for (const one of [ana, bia]) {
      await eventually(async () => (await shown(one)).map(textOf)).toEqual(wanted)
    }
    expect(await shown(bia)).toEqual(await shown(ana))
    await caio.sees('[#geral] Bia: e mais uma coisa')
    const lines = caio.screen.all.filter((line) => line.includes('Bia: '))
    expect(lines.map((line) => line.replace(/^.*Bia: /, ''))).toEqual([
      'dito sem rede',
      'e mais uma coisa',
    ])
    await eventually(() => bia.page.locator('.light').innerText()).toBe('Online')
    expect(complaints(bia, { cut: true })).toEqual([])

    // Reloaded, it is as it was.
    const before = await shown(bia)
    await bia.page.reload()
    await eventually(() => shown(bia)).toEqual(before)
    expect(await bia.page.locator('.me-name').innerText()).toBe('Bia')
    await bia.line(/clube/).click()
    await bia.message('A ponte').locator('.picture img').waitFor()
    await eventually(() => shown(bia)).toContainEqual(
      expect.stringContaining('e está bom (edited)'),
    )
    expect(await bia.page.getByRole('dialog').count()).toBe(0)
  }, 90_000)

  it('C1: on a phone: rooms, a new one, an old one with a password, talking, by touch', async () => {
    phone = await visit(browser, served.url, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    const { page } = phone
    const fits = async (): Promise<void> => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    }
    await page.getByRole('radio', { name: 'Guest' }).tap()
    await page.getByLabel('Name').fill('Davi')
    await page.getByRole('button', { name: 'Come in' }).tap()
    await phone.line(/geral/).waitFor()
    expect(await page.getByRole('log').isVisible()).toBe(false)
    await fits()

    await page.getByRole('button', { name: 'New room' }).tap()
    await page.getByRole('dialog').getByLabel('Name').fill('varanda')
    await fits()
    await page.getByRole('button', { name: 'Create room' }).tap()
    await page.getByRole('heading', { name: 'varanda', level: 1 }).waitFor()
    const send = async (text: string): Promise<void> => {
      await phone?.box.tap()
      await phone?.box.fill(text)
      await page.getByRole('button', { name: 'Send' }).tap()
      await phone?.message(text).waitFor()
    }
    await send(`Da varanda, com uma palavra muito comprida: ${'lá'.repeat(60)}`)
    await fits()
    await page.getByRole('button', { name: 'Back to the rooms' }).tap()

    await ana.page.getByRole('searchbox').fill('varanda')
    await ana.line(/varanda/).click()
    await ana.message('Da varanda').waitFor()
    await ana.say('Que vista!')
    await phone.line(/varanda.*1 unread message/).tap()
    await phone.message('Que vista!').waitFor()
    await phone.message('Que vista!').getByRole('button', { name: 'More' }).tap()
    await page.getByRole('menuitem', { name: 'React' }).tap()
    await page.getByRole('button', { name: '🎉', exact: true }).tap()
    await ana.message('Que vista!').getByRole('button', { name: '🎉 1. Davi' }).waitFor()
    await page.getByRole('button', { name: 'Back to the rooms' }).tap()
    await ana.page.getByRole('searchbox').fill('')

    await phone.line(/clube/).tap()
    await page.getByLabel('Password of the room').fill('veredas')
    await page.getByRole('button', { name: 'Enter' }).tap()
    await page.getByRole('heading', { name: 'clube', level: 1 }).waitFor()
    await phone.message('A ponte').locator('.picture img').waitFor()
    await fits()
    await send('Cheguei')
    await bia.message('Cheguei').waitFor()
    await page.getByRole('button', { name: /Who is here/ }).tap()
    await page.getByRole('complementary').getByRole('button', { name: 'Bia' }).waitFor()
    await fits()
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).tap()
    expect(complaints(phone)).toEqual([])
    await phone.close()
    phone = undefined
  }, 60_000)

  it('C3: kill -9 of the server: it is all there, and the pages come back by themselves', async () => {
    for (const one of [ana, bia]) {
      await one.line(/clube/).click()
      await one.message('A ponte').waitFor()
    }
    await ana.say('A última antes do fim')
    await bia.message('A última antes do fim').waitFor()
    const before = await shown(ana)
    expect(before.length).toBeGreaterThan(5)
    await served.kill()
    for (const { page } of [ana, bia]) {
      await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    }
    await bia.box.fill('dito enquanto não havia servidor')
    await bia.box.press('Enter')
    await served.start()
    await ana.message('enquanto não havia servidor').waitFor({ timeout: 40_000 })
    await eventually(() => bia.page.locator('article.pending').count()).toBe(0)
    for (const one of [ana, bia]) {
      const now = await shown(one)
      expect(now.slice(0, -1)).toEqual(before)
      expect(now.at(-1)).toMatch(/^\d+ dito enquanto/)
      await eventually(() => one.page.locator('.light').innerText()).toBe('Online')
    }
    await ana.say('De volta')
    await bia.message('De volta').waitFor()

    // Who comes by a new page and another device finds it as well: by account, from the file.
    const caio = await visit(browser, served.url)
    await caio.page.getByRole('radio', { name: 'Log in' }).check()
    await caio.page.getByLabel('Name').fill('Caio')
    await caio.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await caio.page.getByRole('button', { name: 'Log in' }).click()
    await caio.message('e mais uma coisa').waitFor()
    expect((await shown(caio)).map(textOf)).toContain('Ana diz 1')
    expect(complaints(caio)).toEqual([])
    await caio.close()
    for (const one of [ana, bia]) expect(complaints(one, { cut: true })).toEqual([])
  }, 90_000)
})

/** Without its seq. */
const textOf = (line: string): string => line.replace(/^\S+ /, '')
