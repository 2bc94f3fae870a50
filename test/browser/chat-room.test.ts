/**
 * Two people in a room with a password, each in a page of their own (rows B7, C1–C5, C7, C8):
 *
 * - signing up, with what is wrong told at the field; a guest by name; a name that is taken
 * - making a room with a password; the list shows the lock; asked for it, a wrong one, the right one
 * - talking, addresses as links, several lines, who is here, typing, who came
 * - editing by the arrow, reacting together, answering and jumping there, mentioning by completion
 * - a picture by the button, by pasting and by dropping, shown to the other, opened large; a PDF; a type refused
 * - a message too long is refused, and stays to be shortened
 * - what was refused stays, to be tried again or dropped
 * - who is muted can't write, and is told so
 * - deleting, marked for both
 * - a private message and its count
 * - a moderator puts somebody out, with a reason; the owner changes the topic and deletes the room
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, useBrowser } from '../support/browser.ts'
import {
  asGuest,
  eventually,
  PICTURE,
  type Scene,
  stage,
  type Visitor,
  visit,
} from './chat-scene.ts'

const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF')

describe.skipIf(browserPath() === null)('two people in a room', () => {
  const browser = useBrowser()
  let scene: Scene
  let ana: Visitor
  let bob: Visitor

  beforeAll(async () => {
    scene = await stage({ limits: { messageChars: 300 } })
    ;[ana, bob] = await Promise.all([visit(browser, scene.url), visit(browser, scene.url)])
  })
  afterAll(async () => {
    await Promise.all([ana.close(), bob.close()])
    await scene.close()
  })

  it('come in: by signing up, and as a guest; what is wrong is told where it is', async () => {
    const { page } = ana
    await page.getByRole('radio', { name: 'Sign up' }).check()
    const go = page.getByRole('button', { name: 'Create account' })
    await go.click()
    expect(await page.getByRole('alert').textContent()).toBe('A name is needed.')
    await page.getByLabel('Name').fill('Ana')
    await page.getByLabel('Password', { exact: true }).fill('short')
    await go.click()
    expect(await page.getByRole('alert').textContent()).toBe('At least 8 characters, please.')
    await page.getByLabel('Password', { exact: true }).fill('password')
    await go.click()
    await eventually(() => page.getByRole('alert').textContent()).toContain('too well known')
    await page.getByLabel('Password', { exact: true }).fill('uma xícara de café')
    await go.click()
    await page.getByRole('heading', { name: 'geral' }).waitFor()

    await bob.page.getByRole('radio', { name: 'Guest' }).check()
    await bob.page.getByLabel('Name').fill('Ana')
    await bob.page.getByRole('button', { name: 'Come in' }).click()
    await eventually(() => bob.page.getByRole('alert').textContent()).toContain('has this name')
    await asGuest(bob, 'Bob')
    await ana.page.getByText(/Bob.* came in/).waitFor()
  })

  it('go into a room with a password: one makes it, the other is asked', async () => {
    await ana.page.getByRole('button', { name: 'New room' }).click()
    const form = ana.page.getByRole('dialog')
    await form.getByLabel('Name').fill('book club')
    await form.getByLabel('Topic').fill('One book a month')
    await form.getByLabel('Password', { exact: true }).fill('veredas')
    await form.getByRole('button', { name: 'Create room' }).click()
    await ana.page.getByRole('heading', { name: 'book-club' }).waitFor()
    expect(await ana.page.locator('.room-topic').textContent()).toBe('One book a month')
    expect(ana.page.url()).toBe(`${scene.url}#book-club`)

    await bob.page.getByRole('searchbox').fill('BOOK')
    await bob.line(/book-club/).click()
    const ask = bob.page.getByRole('dialog')
    await ask.getByLabel('Password of the room').fill('grande sertão')
    await ask.getByRole('button', { name: 'Enter' }).click()
    await eventually(() => ask.getByRole('alert').textContent()).toContain('not the password')
    await ask.getByLabel('Password of the room').fill('veredas')
    await ask.getByRole('button', { name: 'Enter' }).click()
    await bob.page.getByRole('heading', { name: 'book-club', level: 1 }).waitFor()
    await bob.page.getByRole('searchbox').fill('')
    expect(await bob.line(/book-club/).textContent()).toContain('with a password')
    // Who is here, and who is what.
    const people = ana.page.getByRole('complementary', { name: 'Who is here' })
    await people.getByRole('button', { name: 'Bob' }).waitFor()
    await eventually(() => people.getByRole('button', { name: 'Ana' }).textContent()).toContain(
      'Owner',
    )
  })

  it('talk', async () => {
    await bob.box.pressSequentially('Who has', { delay: 5 })
    await ana.page.getByText('Bob is typing…').waitFor()
    await bob.say('Who has read it?')
    await ana.message('Who has read it?').waitFor()
    await ana.box.fill('I have: https://example.org/a(b)?x=1.')
    await ana.box.press('Shift+Enter')
    await ana.box.pressSequentially('Twice.')
    await ana.box.press('Enter')
    const seen = bob.message('I have:')
    await seen.waitFor()
    expect(await seen.locator('.message-text').innerText()).toBe(
      'I have: https://example.org/a(b)?x=1.\nTwice.',
    )
    const link = seen.getByRole('link')
    expect(await link.getAttribute('href')).toBe('https://example.org/a(b)?x=1')
    expect(await link.getAttribute('rel')).toContain('noopener')
    expect(await seen.locator('time').getAttribute('title')).toMatch(/\d{4}.*\d:\d\d:\d\d/)
    expect(await ana.message('I have:').getAttribute('class')).toContain('own')
  })

  it('edit, react, answer and mention', async () => {
    await bob.say('Me too, allmost')
    await bob.box.press('ArrowUp')
    await bob.box.fill('Me too, almost')
    await bob.box.press('Enter')
    await ana.message('Me too, almost').getByText('(edited)').waitFor()

    await ana.message('Who has read it?').hover()
    await ana.message('Who has read it?').getByRole('button', { name: 'React' }).click()
    await ana.page.getByRole('button', { name: '🎉' }).click()
    const pill = bob.message('Who has read it?').locator('.reaction')
    await pill.click()
    await eventually(() => pill.getAttribute('aria-label')).toBe('🎉 2. Ana and You')
    await pill.click()
    await eventually(() => pill.getAttribute('aria-label')).toBe('🎉 1. Ana')

    await bob.choose('I have:', 'Reply')
    await bob.say('What did you like best?')
    const quote = ana.message('What did you like best?').locator('.quote')
    expect(await quote.textContent()).toContain('I have:')
    await quote.click()
    const first = ana.page.locator('article').filter({ hasText: 'I have:' }).first()
    await eventually(() => first.getAttribute('class')).toContain('flash')

    await ana.box.pressSequentially('The end, @b')
    await ana.page.getByRole('option', { name: 'Bob' }).waitFor()
    await ana.box.press('Tab')
    await ana.box.press('Enter')
    await bob.message('The end, @Bob').waitFor()
    expect(await bob.message('The end').getAttribute('class')).toContain('to-me')
    expect(await bob.message('The end').locator('.mention-me').textContent()).toBe('@Bob')
  })

  it('share pictures and papers', async () => {
    const input = ana.page.locator('input[type=file]')
    await input.setInputFiles([
      { name: 'cover.png', mimeType: 'image/png', buffer: PICTURE },
      { name: 'notes.pdf', mimeType: 'application/pdf', buffer: PDF },
    ])
    await eventually(() => ana.page.locator('.tray img').count()).toBe(1)
    await ana.say('The cover')
    const picture = bob.message('The cover').locator('.picture img')
    await picture.waitFor()
    await eventually(() =>
      bob.page.evaluate('document.querySelector(".picture img").naturalWidth'),
    ).toBe(1)
    await bob.page.getByRole('button', { name: 'Open picture cover.png' }).click()
    await bob.page.getByRole('dialog', { name: 'cover.png' }).locator('img').waitFor()
    await bob.page.keyboard.press('Escape')
    const [download] = await Promise.all([
      bob.page.waitForEvent('download'),
      bob.page.getByRole('button', { name: 'Download notes.pdf' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('notes.pdf')
    expect(await ana.page.locator('.tray').isVisible()).toBe(false)

    // Pasted, as screenshots are.
    await bob.page.evaluate(`{
      const bytes = Uint8Array.from(atob('${PICTURE.toString('base64')}'), (one) => one.charCodeAt(0))
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }))
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
      document.querySelector('.composer textarea').dispatchEvent(paste)
    }`)
    await bob.page.locator('.tray').getByText('pasted.png').waitFor()
    await bob.box.press('Enter')
    await ana.page.getByRole('button', { name: 'Open picture pasted.png' }).waitFor()

    // Dropped anywhere on the room.
    await bob.page.evaluate(`{
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['%PDF-1.4 dropped'], 'dropped.pdf'))
      for (const type of ['dragenter', 'dragover', 'drop']) {
        const drag = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })
        document.querySelector('.log').dispatchEvent(drag)
      }
    }`)
    await bob.page.locator('.tray').getByText('dropped.pdf').waitFor()
    expect(await bob.page.locator('.drop-veil').isVisible()).toBe(false)
    await bob.page.getByRole('button', { name: 'Take dropped.pdf away' }).click()

    // Refused by its content, whatever it is called; what was written stays.
    await input.setInputFiles([
      { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('MZ this is a program') },
    ])
    await ana.box.fill('Look at this')
    await ana.box.press('Enter')
    await ana.page.getByRole('alert').filter({ hasText: 'fake.png: Files of this kind' }).waitFor()
    expect(await ana.box.inputValue()).toBe('Look at this')
    await ana.page.getByRole('button', { name: 'Take fake.png away' }).click()
  })

  it('are told when a message is too long, before it is sent', async () => {
    await ana.box.fill('x'.repeat(301))
    await eventually(() => ana.page.locator('.composer-count').textContent()).toBe('-1')
    await ana.box.press('Enter')
    await eventually(() => ana.page.locator('.composer-refusal').textContent()).toContain(
      'too long: 301 characters, and 300',
    )
    expect(await ana.box.inputValue()).toHaveLength(301)
    await ana.box.fill('Short')
    expect(await ana.page.locator('.composer-refusal').textContent()).toBe('')
    await ana.box.fill('')
  })

  it('are told what was not sent, and may try again or drop it', async () => {
    // A person may speak once in an hour; moderators as they like.
    await scene.chat
      .participant('Host')
      .then((host) => host.ask('set', { room: 'book-club', settings: { slowMs: 3_600_000 } }))
    await bob.say('One')
    for (const text of ['Two', 'Three']) {
      await bob.say(text)
      await bob.message(text).getByText('people speak more slowly').waitFor()
    }
    expect(await ana.message('Two').count()).toBe(0)
    await bob.message('Three').getByRole('button', { name: 'Discard' }).click()
    await bob.message('Three').waitFor({ state: 'detached' })
    await scene.chat
      .participant('Host2')
      .then((host) => host.ask('set', { room: 'book-club', settings: { slowMs: null } }))
    await bob.message('Two').getByRole('button', { name: 'Try again' }).click()
    await ana.message('Two').waitFor()
    await eventually(() => bob.page.locator('article.failed, article.pending').count()).toBe(0)
  })

  it('are told when they may not speak', async () => {
    const host = await scene.chat.participant('Hostess')
    await host.ask('mute', { room: 'book-club', person: 'Bob', reason: 'a pause' })
    await eventually(() => bob.box.isDisabled()).toBe(true)
    expect(await bob.box.getAttribute('placeholder')).toBe('You are muted in this room.')
    await ana.page.getByText(/Hostess.* muted .*Bob.* — a pause/).waitFor()
    await host.ask('unmute', { room: 'book-club', person: 'Bob' })
    await eventually(() => bob.box.isDisabled()).toBe(false)
  })

  it('delete', async () => {
    await bob.choose('What did you like best?', 'Delete')
    await bob.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    for (const { page } of [ana, bob]) await page.getByText('This message was deleted').waitFor()
    expect(await ana.page.getByText('What did you like best?').count()).toBe(0)
  })

  it('talk in private', async () => {
    await ana.page.getByRole('complementary').getByRole('button', { name: 'Bob' }).click()
    await ana.page.getByRole('menuitem', { name: 'Private message' }).click()
    await ana.page.getByText('between you and Bob').waitFor()
    await ana.say('Between us: I only read half of it')
    await bob.line(/Ana.*1 unread message/).click()
    await bob.message('I only read half').waitFor()
    await bob.say('Your secret is safe')
    await ana.message('Your secret is safe').waitFor()
    await eventually(() => bob.line(/Ana/).textContent()).not.toContain('unread')
    await ana.line(/book-club/).click()
    await bob.line(/book-club/).click()
  })

  it('keep order: a topic, somebody put out with a reason, and the end of the room', async () => {
    await ana.page.getByRole('button', { name: 'More about this room' }).click()
    await ana.page.getByRole('menuitem', { name: 'Room settings' }).click()
    await ana.page.getByRole('dialog').getByLabel('Topic').fill('Two books a month')
    await ana.page.getByRole('button', { name: 'Save' }).click()
    await eventually(() => bob.page.locator('.room-topic').textContent()).toBe('Two books a month')
    await bob.page.getByText(/Ana.* changed the room/).waitFor()

    await ana.page.getByRole('complementary').getByRole('button', { name: 'Bob' }).click()
    await ana.page.getByRole('menuitem', { name: 'Put out' }).click()
    await ana.page
      .getByRole('dialog')
      .getByLabel(/Reason/)
      .fill('spoilers!')
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Put out' }).click()
    await bob.page.getByText('You were put out of #book-club').waitFor()
    expect(await bob.page.locator('.reason').textContent()).toBe('spoilers!')
    await ana.page.getByText(/Ana.* put .*Bob.* out.* — spoilers!/).waitFor()

    await ana.page.getByRole('button', { name: 'More about this room' }).click()
    await ana.page.getByRole('menuitem', { name: 'Room settings' }).click()
    await ana.page.getByRole('button', { name: 'Delete room' }).click()
    const sure = ana.page.getByRole('dialog', { name: 'Delete #book-club?' })
    expect(await sure.getByRole('button', { name: 'Delete room' }).isDisabled()).toBe(true)
    await sure.getByLabel('Type book-club to go on').fill('book-club')
    await sure.getByRole('button', { name: 'Delete room' }).click()
    await ana.page.getByText('#book-club was deleted').first().waitFor()
    await eventually(() => ana.line(/book-club/).count()).toBe(0)
  })

  it('without a complaint of the browser', () => {
    // A password that is wrong, and a file that is refused, are answers the browser takes note of.
    const told = (problem: string): boolean => !/status of (401|403|415)/.test(problem)
    expect(ana.problems.filter(told)).toEqual([])
    expect(bob.problems.filter(told)).toEqual([])
  })
})
