/**
 * Whoever there is, and whatever they come by, at one server as it is installed (rows B7, C5, C6, D6):
 *
 * - people at raw frames of text over TCP and people in the page, in the room where everybody starts
 * - the light: online and offline
 * - a PDF, a JPEG and a PNG; a type that is refused, and a file that is too large, by the page
 * - the admin page: for the admin that `tertulia admin create` made, and for nobody else
 * - the page and its files; pages of elsewhere, those that are allowed and those that aren't
 */

import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SAMPLES } from '../files/samples.ts'
import { browserPath, useBrowser } from '../support/browser.ts'
import { overTcp, textClient } from '../support/clients.ts'
import { eventually, inGeral, type Visitor, visit } from './chat-scene.ts'
import {
  type Cable,
  cableTo,
  complaints,
  PASSWORD,
  picturesOfFailures,
  png,
  portOf,
  type Served,
  serve,
  signUp,
} from './together-serve.ts'

const MIB = 1024 * 1024

describe.skipIf(browserPath() === null)('one server, by all ways', { timeout: 60_000 }, () => {
  const browser = useBrowser()
  let served: Served
  let cable: Cable
  let ana: Visitor
  let bia: Visitor
  /** Pages of elsewhere: one that is allowed, and one that isn't. */
  let friend: Elsewhere
  let stranger: Elsewhere
  picturesOfFailures(() => ({ ana, bia }))

  beforeAll(async () => {
    friend = await elsewhere()
    stranger = await elsewhere()
    served = await serve('--origins', friend.origin)
    cable = await cableTo(portOf(served.url))
    ana = await inGeral(browser, cable.url, 'Ana')
    bia = await inGeral(browser, served.url, 'Bia')
  }, 60_000)
  afterAll(async () => {
    await Promise.all([ana, bia].map((one) => one?.close()))
    await cable?.close()
    await served?.remove()
    await Promise.all([friend, stranger].map((one) => one?.close()))
  })

  it('B7: people at raw frames over TCP and people in a page talk in the same room', async () => {
    const caio = await textClient(overTcp(served.tcpPort))
    caio.send('/nick Caio')
    await ana.page.getByText(/Caio.* came in/).waitFor()
    await ana.page.getByRole('complementary').getByRole('button', { name: 'Caio' }).waitFor()
    caio.send('Olá da linha de comando 🎉 <b>')
    await ana.message('Olá da linha de comando 🎉 <b>').waitFor()
    await ana.say('Olá da página: “ção”')
    await caio.line('[#geral] Ana: Olá da página: “ção”')
    await ana.choose('Olá da página', 'Edit')
    await ana.box.fill('Olá da página!')
    await ana.box.press('Enter')
    await caio.line('[#geral] * Ana edited: Olá da página!')
    caio.send('/msg Ana só entre nós')
    await ana.line(/Caio.*1 unread message/).waitFor()
    expect(await bia.page.getByText('só entre nós').count()).toBe(0)

    // The light.
    const light = ana.page.locator('.light')
    expect(await light.innerText()).toBe('Online')
    const colour = (): Promise<unknown> =>
      ana.page.evaluate(
        'getComputedStyle(document.querySelector(".light"), "::before").backgroundColor',
      )
    const online = await colour()
    cable.cut()
    await eventually(() => light.innerText()).toBe('Offline')
    expect(await colour()).not.toBe(online)
    await caio.line('Ana')
    cable.mend()
    await eventually(() => light.innerText()).toBe('Online')
    expect(await colour()).toBe(online)
    caio.send('/quit')
    await caio.closed
    await ana.page.getByText(/Caio.* left/).waitFor()
    expect(complaints(ana, { cut: true })).toEqual([])
  })

  it('C5: PDF, JPEG and PNG; what is no such file, or too large, is refused', async () => {
    const input = bia.page.locator('input[type=file]')
    await input.setInputFiles([
      { name: 'ata.pdf', mimeType: 'application/pdf', buffer: SAMPLES['application/pdf'] },
      { name: 'mesa.jpg', mimeType: 'image/jpeg', buffer: SAMPLES['image/jpeg'] },
      { name: 'praça.png', mimeType: 'image/png', buffer: png(64, 48) },
    ])
    await bia.say('Três coisas')
    const [download] = await Promise.all([
      ana.page.waitForEvent('download'),
      ana.page.getByRole('button', { name: 'Download ata.pdf' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('ata.pdf')
    for (const [name, width] of [
      ['mesa.jpg', 1],
      ['praça.png', 64],
    ] as const) {
      const picture = `[aria-label="Open picture ${name}"] img`
      await ana.page.locator(picture).waitFor()
      await eventually(() =>
        ana.page.evaluate(`document.querySelector('${picture}').naturalWidth`),
      ).toBe(width)
    }

    // A program that says it is a picture.
    await input.setInputFiles([
      { name: 'virus.png', mimeType: 'image/png', buffer: Buffer.from('MZ\u0090\u0000 a program') },
    ])
    await bia.box.press('Enter')
    const refusal = bia.page.getByRole('alert')
    await refusal.filter({ hasText: 'virus.png: Files of this kind are not accepted' }).waitFor()
    await bia.page.getByRole('button', { name: 'Take virus.png away' }).click()
    // One byte too many isn't even taken.
    const large = Buffer.concat([SAMPLES['image/png'], Buffer.alloc(16 * MIB)])
    await input.setInputFiles([
      { name: 'grande.png', mimeType: 'image/png', buffer: large.subarray(0, 16 * MIB + 1) },
    ])
    await refusal.filter({ hasText: /grande\.png is too large/ }).waitFor()
    expect(await bia.page.locator('.tray-file').count()).toBe(0)
    await bia.say('Então não')
    await ana.message('Então não').waitFor()
    for (const name of ['virus', 'grande']) {
      expect(await ana.page.getByText(name).count()).toBe(0)
    }
    expect(complaints(bia, { refused: [415] })).toEqual([])
  })

  it('C6: the admin page is for the admin, by login, and for nobody else', async () => {
    const password = 'um segredo bem guardado'
    const told = await served.run(['admin', 'create', 'Rita'], {
      TERTULIA_ADMIN_PASSWORD: password,
    })
    expect(told).toContain('Rita may do everything now')
    const rita = await browser.open(`${served.url}admin`)
    const logIn = async (page: Visitor['page'], name: string, secret: string): Promise<void> => {
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Password', { exact: true }).fill(secret)
      await page.getByRole('button', { name: 'Log in' }).click()
    }
    await logIn(rita.page, 'Rita', 'admin')
    await eventually(() => rita.page.getByRole('alert').textContent()).toContain('is wrong')
    await logIn(rita.page, 'Rita', password)
    await rita.page.locator('.shell').waitFor()
    await rita.page.getByRole('link', { name: 'Rooms' }).click()
    await rita.page.getByText('geral').first().waitFor()
    expect(rita.problems).toEqual([])
    await rita.close()

    // Who has an account, and is none.
    const dora = await visit(browser, served.url)
    await signUp(dora, 'Dora')
    await dora.page.getByRole('button', { name: 'Preferences' }).click()
    expect(await dora.page.getByRole('menuitem', { name: 'Administration' }).count()).toBe(0)
    await dora.page.goto(`${served.url}admin`)
    await dora.page.getByRole('heading', { name: /Dora/ }).waitFor()
    expect(await dora.page.locator('.shell').count()).toBe(0)
    await dora.close()
    const guest = await browser.open(`${served.url}admin`)
    await logIn(guest.page, 'Dora', `${PASSWORD}!`)
    await eventually(() => guest.page.getByRole('alert').textContent()).toContain('is wrong')
    expect(await guest.page.locator('.shell').count()).toBe(0)
    await guest.close()
  })

  it('D6: the page and its static files', async () => {
    const page = await fetch(served.url)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    const html = await page.text()
    const files = [...html.matchAll(/(?:href|src)="([^"#:]+)"/g)].map(([, path = '']) => path)
    expect(files.length).toBeGreaterThan(5)
    const types = await Promise.all(
      files.map(async (path) => {
        const file = await fetch(new URL(path, served.url))
        expect(file.status, path).toBe(200)
        expect((await file.arrayBuffer()).byteLength, path).toBeGreaterThan(50)
        return file.headers.get('content-type')?.replace(/;.*/, '')
      }),
    )
    expect(types).toEqual(
      expect.arrayContaining([
        'text/css',
        'text/javascript',
        'application/manifest+json',
        'image/svg+xml',
      ]),
    )
    expect((await fetch(`${served.url}no-such-file.js`)).status).toBe(404)
  })

  it('D6: a page of elsewhere takes part if it is allowed to, and not if it isn’t', async () => {
    const from = await browser.open(friend.origin)
    const said = await from.page.evaluate(`(async () => {
      const { connect } = await import('${served.url}client.js')
      const chat = connect('${served.ws}', { name: 'Davi' })
      const room = await chat.join('geral')
      const answer = new Promise((resolve) => room.on('message', ({ from, text }) => {
        if (from.name === 'Bia') resolve(text)
      }))
      await room.send('Olá de outro lugar')
      globalThis.answer = answer
      return chat.person.name
    })()`)
    expect(said).toBe('Davi')
    await bia.message('Olá de outro lugar').waitFor()
    await bia.say('Bem-vindo, Davi')
    expect(await from.page.evaluate('globalThis.answer')).toBe('Bem-vindo, Davi')
    const byFetch = `(async () => {
      const post = (path, body) => fetch('${served.url}' + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await post('join', { room: 'geral', username: 'Enzo' })
      const sent = await post('send', { room: 'geral', username: 'Enzo', message: 'Por fetch' })
      return sent.status
    })().catch((error) => error.name)`
    expect(await from.page.evaluate(byFetch)).toBeLessThan(300)
    await bia.message('Por fetch').waitFor()
    expect(from.problems).toEqual([])
    await from.close()

    const other = await browser.open(stranger.origin)
    expect(await other.page.evaluate(byFetch.replaceAll('Enzo', 'Ivo'))).toBe('TypeError')
    const end = `new Promise((resolve) => {
      const socket = new WebSocket('${served.ws}')
      socket.onopen = () => resolve('open')
      socket.onclose = ({ code }) => resolve(code)
    })`
    expect(await other.page.evaluate(end)).toBe(1006)
    const state = `(async () => {
      const { connect } = await import('${served.url}client.js')
      const chat = connect('${served.ws}', { name: 'Ivo' })
      await new Promise((resolve) => chat.on('state', ({ state }) => state !== 'connecting' && resolve()))
      const { state } = chat
      await chat.close()
      return state
    })()`
    expect(await other.page.evaluate(state)).not.toBe('online')
    await bia.say('Quem está aí?')
    expect(await bia.page.getByText('Ivo').count()).toBe(0)
    await other.close()
    expect(complaints(bia, { refused: [415] })).toEqual([])
  })
})

/** A page of another origin, that is empty. */
interface Elsewhere {
  readonly origin: string
  close(): Promise<void>
}

async function elsewhere(): Promise<Elsewhere> {
  const server: Server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    origin: `http://localhost:${typeof address === 'object' ? address?.port : ''}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
