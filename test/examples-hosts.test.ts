/** Examples inside applications, and with several nodes: run as their READMEs say, on free ports. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../src/client-node.ts'
import { browserPath, useBrowser } from './support/browser.ts'
import { overTcp, overWebSocket, person, textClient } from './support/clients.ts'
import { type OwnDatabase, ownDatabase } from './support/database.ts'
import { type Running, runExample } from './support/example.ts'
import { guest, stream } from './support/http.ts'
import { testPostgres } from './support/postgres.ts'

/** Ends it as Ctrl+C does. */
async function stop(example: Running): Promise<void> {
  example.kill('SIGINT')
  expect(await example.ended).toBe(0)
}

describe('express-same-port', () => {
  it('has the application, the pages, the HTTP routes and the WebSocket on one port', async () => {
    const example = runExample('express-same-port/index.ts')
    const [, url = ''] = await example.printed(/(http:\S+)\/ and/)
    expect(await (await fetch(url)).text()).toContain('href="/chat/"')
    const page = await fetch(`${url}/chat/`)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('Our chat')
    expect((await fetch(`${url}/chat/v1/openapi.json`)).status).toBe(200)
    expect((await fetch(`${url}/nowhere`)).status).toBe(404)

    const ana = await person(overWebSocket(`${url.replace('http', 'ws')}/chat`), 'Ana')
    await ana.ask('join', { room: 'geral' })
    const bia = await guest(`${url}/chat`, 'Bia')
    await bia.put('/v1/rooms/geral/members/me')
    await bia.post('/v1/rooms/geral/messages', { text: 'from HTTP' })
    expect(await ana.push('message')).toMatchObject({ text: 'from HTTP', from: { name: 'Bia' } })
    await stop(example)
    expect(await ana.closed).toBe(3000)
  })
})

describe('host-users', () => {
  async function logIn(url: string, login: string): Promise<{ cookie: string }> {
    const body = new URLSearchParams({ login })
    const response = await fetch(`${url}login`, { method: 'POST', body, redirect: 'manual' })
    return { cookie: response.headers.get('set-cookie')?.split(';', 1)[0] ?? '' }
  }

  it('knows the users of the application by its cookie, and lets nobody else in', async () => {
    const example = runExample('host-users/index.ts')
    const [, url = ''] = await example.printed(/(http:\S+)/)
    const ws = `${url.replace('http', 'ws')}chat`
    expect(await (await fetch(url)).text()).toContain('Who are you?')
    expect((await logIn(url, 'nobody')).cookie).toBe('')
    await expect(person(overWebSocket(ws), 'Ana')).rejects.toMatchObject({ code: 'unauthorized' })

    const headers = await logIn(url, 'ana')
    const forged = { cookie: headers.cookie.replace(/.$/, (end) => (end === 'A' ? 'Q' : 'A')) }
    await expect(person(overWebSocket(ws, { headers: forged }))).rejects.toMatchObject({
      code: 'unauthorized',
    })
    const ana = await person(overWebSocket(ws, { headers }), 'Somebody else')
    expect(await ana.ask('join', { room: 'geral' })).toMatchObject({
      members: [{ id: 'user-1', name: 'Ana Souza' }],
    })
    const other = await person(overWebSocket(ws, { headers: await logIn(url, 'ana') }))
    const bruno = await person(overWebSocket(ws, { headers: await logIn(url, 'bruno') }))

    await fetch(`${url}logout`, { method: 'POST', headers, redirect: 'manual' })
    expect(await Promise.all([ana.closed, other.closed])).toEqual([3505, 3505])
    await bruno.ask('ping')
    await expect(person(overWebSocket(ws, { headers }))).rejects.toMatchObject({
      code: 'unauthorized',
    })
    await stop(example)
  })

  describe.skipIf(browserPath() === null)('in a browser', () => {
    const browser = useBrowser()

    it('two people talk, and a logout in one window is one in the other', async () => {
      const example = runExample('host-users/index.ts')
      const [, url = ''] = await example.printed(/(http:\S+)/)
      const enter = async (login: string, name: string) => {
        const opened = await browser.open(url)
        const { page } = opened
        await page.getByRole('textbox').fill(login)
        await page.getByRole('button', { name: 'Log in' }).click()
        await page.getByText(name).waitFor()
        await page.getByText('(online)').waitFor()
        return opened
      }
      const ana = await enter('ana', 'Ana Souza')
      const bruno = await enter('bruno', 'Bruno Lima')
      await ana.page.getByLabel('Say').fill('<b>hello</b>')
      await ana.page.getByRole('button', { name: 'Send' }).click()
      for (const { page } of [ana, bruno]) {
        await page.getByText('Ana Souza: <b>hello</b>').waitFor()
      }
      const second = await ana.page.context().newPage()
      await second.goto(url)
      await second.getByText('Ana Souza: <b>hello</b>').waitFor()
      await second.getByRole('button', { name: 'Log out' }).click()
      await ana.page.getByRole('button', { name: 'Log in' }).waitFor()
      expect([...ana.problems, ...bruno.problems]).toEqual([])
      await Promise.all([ana.close(), bruno.close()])
      await stop(example)
    }, 60_000)
  })
})

describe('next-or-fetch', () => {
  it('serves REST and event streams by a function', async () => {
    const example = runExample('next-or-fetch/index.ts')
    const [, url = ''] = await example.printed(/(http:\S+)/)
    expect(await (await fetch(url)).text()).toContain('EventSource')
    expect((await fetch(`${url}nowhere`)).status).toBe(404)
    const ana = await guest(`${url}chat`, 'Ana')
    const bia = await guest(`${url}chat`, 'Bia')
    for (const one of [ana, bia]) await one.put('/v1/rooms/geral/members/me')
    const heard = await stream(`${url}chat/v1/events?session=${ana.session}`)
    await heard.next('session')
    await bia.post('/v1/rooms/geral/messages', { text: 'oi' })
    expect(await heard.next('message')).toMatchObject({ text: 'oi', from: { name: 'Bia' } })
    await stop(example)
    await heard.ended
  })

  describe.skipIf(browserPath() === null)('in a browser', () => {
    const browser = useBrowser()

    it('people talk by EventSource, and come back when the server does', async () => {
      const first = runExample('next-or-fetch/index.ts')
      const [, url = ''] = await first.printed(/(http:\S+)/)
      const enter = async (name: string) => {
        const opened = await browser.open(url)
        await opened.page.getByLabel('Your name').fill(name)
        await opened.page.getByRole('button', { name: 'Enter' }).click()
        await opened.page.getByText('online').waitFor()
        return opened
      }
      const ana = await enter('Ana')
      const bia = await enter('Bia')
      const say = async ({ page }: typeof ana, text: string): Promise<void> => {
        await page.getByLabel('Say').fill(text)
        await page.getByRole('button', { name: 'Send' }).click()
      }
      await say(ana, '<i>oi</i>')
      for (const { page } of [ana, bia]) await page.getByText('Ana: <i>oi</i>').waitFor()
      expect([...ana.problems, ...bia.problems]).toEqual([])
      await stop(first)
      await bia.page.getByText('connecting again').waitFor()
      const second = runExample('next-or-fetch/index.ts', { PORT: new URL(url).port })
      await second.printed(/http:/)
      await bia.page.getByText('online').waitFor()
      await Promise.all([ana.close(), bia.close()])
      await stop(second)
    }, 60_000)
  })
})

const found = await testPostgres()

describe.skipIf(found === null)('on Postgres', () => {
  let database: OwnDatabase
  beforeAll(async () => {
    database = await ownDatabase(found ?? '')
  })
  afterAll(() => database.drop())

  it('postgres: two processes are one chat, and what was said is still there after kill -9', async () => {
    const env = { DATABASE_URL: database.url }
    const start = async () => {
      const example = runExample('postgres/index.ts', env)
      const [, url = '', port = ''] = await example.printed(/(ws:\/\/\S+), .* port (\d+)/)
      return { example, url, port: Number(port) }
    }
    const [one, two] = await Promise.all([start(), start()])
    const ana = await textClient(overTcp(one.port), 'Ana')
    const bia = connect(two.url, { name: 'Bia' })
    const room = await bia.join('geral')
    const heard = new Promise((resolve) => room.on('message', ({ text }) => resolve(text)))
    ana.send('from the other node')
    expect(await heard).toBe('from the other node')
    await room.send('and back')
    await ana.line('[#geral] Bia: and back')
    one.example.kill('SIGKILL')
    await one.example.ended
    const three = await start()
    const caio = await textClient(overTcp(three.port), 'Caio')
    await caio.line(/Bia: and back/)
    await bia.close()
    await Promise.all([stop(two.example), stop(three.example)])
    expect(one.example.output()).toContain('[#geral] Ana: from the other node')
    expect(two.example.output()).toContain('[#geral] Bia: and back')
  }, 60_000)

  it('postgres and cluster say what they need', async () => {
    for (const name of ['postgres', 'cluster']) {
      const example = runExample(`${name}/index.ts`, { DATABASE_URL: '' })
      expect(await example.ended).toBe(1)
      expect(example.output()).toContain('set DATABASE_URL=postgres://')
    }
  })

  it('cluster: a node is killed, and nobody misses anything', async () => {
    const example = runExample('cluster/index.ts', { DATABASE_URL: database.url })
    expect(await example.ended).toBe(0)
    const output = example.output()
    expect(output).toMatch(/kill -9 of the node that Bia is at\nBia is waiting.*\n(Bia is .*\n)*/)
    expect(output).toMatch(/Bia is online\n/)
    expect(output).toMatch(/Bia heard 60 of 60 messages, each once and in order: true\n/)
  }, 60_000)
})
