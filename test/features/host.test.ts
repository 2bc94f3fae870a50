/** What the host program can do: hooks, events, participants, rooms from code, attach, close. */

import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ChatError, type ChatEvents, createChatServer, type Hooks } from '../../src/index.ts'
import { jsonClient, overWebSocket, person, textClient, texts } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'

describe('hooks', () => {
  it('may refuse by false, by a ChatError of their own text, and change what is said', async () => {
    const hooks: Hooks = {
      beforeConnect: ({ name }) => (name === 'Mallory' ? false : undefined),
      beforeNick: ({ name }) => ({ name: `${name}2` }),
      beforeJoin: async ({ room: where, person: who }) => {
        if (where === 'vip') throw new ChatError('room_full', `sorry, ${who.name}`)
      },
      beforeCreate: ({ room: where }) => ({ permanent: where === 'fica' }),
      beforeSend({ text }) {
        if (text === 'spam') return false
        if (text === 'bad') throw new ChatError('forbidden', 'not that word')
        return { text: text.toUpperCase() }
      },
    }
    const server = await start({ hooks })
    const client = await jsonClient(server.ws)
    await expect(client.ask('hello', { version: 1, name: 'Mallory' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await client.ask('hello', { version: 1, name: 'Alice' })
    expect(await client.ask('nick', { name: 'Ana' })).toMatchObject({ person: { name: 'Ana2' } })
    await expect(client.ask('join', { room: 'vip' })).rejects.toMatchObject({
      code: 'room_full',
      message: 'sorry, Ana2',
    })
    expect(await client.ask('join', { room: 'fica' })).toMatchObject({ permanent: true })
    expect(await client.ask('join', { room })).toMatchObject({ permanent: false })
    await expect(client.ask('send', { room, text: 'spam' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(client.ask('send', { room, text: 'bad' })).rejects.toMatchObject({
      message: 'not that word',
    })
    await client.ask('send', { room, text: 'oi' })
    await client.push('message')
    expect(texts(client, room)).toEqual(['OI'])
  })

  it('that fail refuse that one request; the server goes on', async () => {
    const logged: string[] = []
    const logger = {
      debug() {},
      info() {},
      warn() {},
      error: (_: object, m: string) => logged.push(m),
    }
    const server = await start({
      logger,
      hooks: {
        beforeSend({ text }) {
          if (text === 'throw') throw new Error('oops')
          if (text === 'reject') return Promise.reject(new TypeError('oops'))
          return undefined
        },
      },
    })
    const client = await person(server.tcp)
    await client.ask('join', { room })
    for (const text of ['throw', 'reject']) {
      await expect(client.ask('send', { room, text })).rejects.toMatchObject({
        code: 'hook_failed',
        message: expect.not.stringContaining('oops'),
      })
    }
    await client.ask('send', { room, text: 'fine' })
    expect(logged).toEqual(['a hook failed', 'a hook failed'])
  })

  it('keep the order of a connection, however long they take', async () => {
    const server = await start({
      hooks: {
        beforeSend: ({ text }) =>
          text.endsWith('0') ? new Promise<void>((done) => setTimeout(done, 5)) : undefined,
      },
    })
    const client = await person(server.ws)
    await client.ask('join', { room })
    const all = Array.from({ length: 40 }, (_, i) => `${i}`)
    await Promise.all(all.map((text) => client.ask('send', { room, text })))
    expect(texts(client, room)).toEqual(all)
  })
})

describe('events', () => {
  it('tell what happened, and a listener that fails hurts nobody', async () => {
    const server = await start()
    const heard: string[] = []
    const names = ['connect', 'join', 'message', 'nick', 'leave', 'disconnect', 'create'] as const
    for (const name of names) {
      server.chat.on(name, (event: ChatEvents[typeof name]) => {
        heard.push(name)
        if ('text' in event) throw new Error('oops')
      })
    }
    const off = server.chat.on('message', () => heard.push('never'))
    off()
    server.chat.on('message', async () => {
      throw new Error('later')
    })
    const client = await person(server.ws)
    await client.ask('join', { room })
    await client.ask('send', { room, text: 'x' })
    await client.ask('nick', { name: 'Ana' })
    client.end()
    await client.closed
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(heard).toEqual(['connect', 'create', 'join', 'message', 'nick', 'leave', 'disconnect'])
  })
})

describe('rooms from code', () => {
  it('are talked to, read and deleted', async () => {
    const server = await start()
    const client = await person(server.ws)
    const handle = server.chat.room('#Avisos')
    expect(handle.name).toBe('avisos')
    expect(await handle.create()).toBe(true)
    expect(await handle.create()).toBe(false)
    await client.ask('join', { room: 'avisos' })
    expect(await handle.send('first', { cid: 'k' })).toMatchObject({ seq: 1, duplicate: false })
    expect(await handle.send('first', { cid: 'k' })).toMatchObject({ seq: 1, duplicate: true })
    await handle.send('as somebody', { as: { id: 'crm', name: 'CRM' } })
    expect(await client.push('notice')).toMatchObject({ seq: 1, from: { id: 'server' } })
    expect(await client.push('message')).toMatchObject({ seq: 2, from: { name: 'CRM' } })
    expect(handle.members().map(({ name }) => name)).toEqual([expect.stringMatching(/^guest-/)])
    expect((await handle.history())?.entries.map(({ text }) => text)).toEqual([
      'first',
      'as somebody',
    ])
    await expect(handle.send('')).rejects.toMatchObject({ code: 'text_empty' })
    expect(await handle.delete()).toBe(true)
    await client.push('closed')
    expect(await handle.delete()).toBe(false)
    expect(() => server.chat.room('@private')).toThrow()
  })

  it('may be used before anything listens', async () => {
    const chat = createChatServer()
    expect(await chat.room('geral').send('early')).toMatchObject({ seq: 1 })
    await chat.close()
    await expect(chat.room('geral').send('late')).rejects.toMatchObject({ code: 'shutting_down' })
  })
})

describe('participants', () => {
  it('take part by the same rules, without a socket', async () => {
    const server = await start()
    const client = await person(server.ws, 'Alice')
    await client.ask('join', { room })
    const bot = await server.chat.participant('dado')
    bot.on('message', async (m) => {
      if (m.text === '!roll') await bot.send(m.room, `${m.from.name}: 4`)
    })
    const joined = await bot.join(room)
    expect(joined.count).toBe(2)
    expect(await client.push('joined')).toMatchObject({ person: { name: 'dado' } })
    await client.ask('send', { room, text: '!roll' })
    await client.push('message', ({ text }) => text === 'Alice: 4')
    const heard: unknown[] = []
    bot.on('joined', (event) => heard.push(event.person.name))
    const bob = await person(server.tcp, 'Bob')
    await bob.ask('join', { room })
    await bob.ask('ping')
    expect(heard).toEqual(['Bob'])
    expect((await bot.history(room)).entries).toHaveLength(2)
    await bot.msg('Alice', 'psst')
    expect(await client.push('opened')).toMatchObject({ with: { name: 'dado' } })
    expect(await client.push('message')).toMatchObject({ text: 'psst', to: { name: 'Alice' } })
    await expect(bot.send('nowhere', 'x')).rejects.toMatchObject({ code: 'not_member' })
    await expect(server.chat.participant('Dado')).rejects.toMatchObject({ code: 'name_taken' })
    await bot.close()
    expect(await client.push('left')).toMatchObject({ person: { name: 'dado' }, why: 'leave' })
    await expect(bot.send(room, 'x')).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('attach', () => {
  const listening = (server: Server): Promise<number> =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
    })

  it('takes its own path and leaves everything else of the server alone', async () => {
    const web = createServer((_, response) => response.end('app'))
    const other = new WebSocketServer({ noServer: true })
    web.on('upgrade', (request, socket, head) => {
      if (request.url !== '/other') return
      other.handleUpgrade(request, socket, head, (ws) => ws.send('other'))
    })
    const chat = createChatServer()
    await chat.attach(web, { path: '/chat' })
    const port = await listening(web)
    const client = await person(overWebSocket(`ws://127.0.0.1:${port}/chat?x=1`))
    await client.ask('join', { room })
    const ws = new WebSocket(`ws://127.0.0.1:${port}/other`)
    expect(String(await new Promise((resolve) => ws.on('message', resolve)))).toBe('other')
    ws.close()
    const page = await new Promise<string>((resolve) => {
      get(`http://127.0.0.1:${port}/`, { agent: false }, (response) => {
        response.on('data', (data) => resolve(String(data)))
      })
    })
    expect(page).toBe('app')
    await chat.close()
    expect(await client.closed).toBe(3000)
    expect(web.listening).toBe(true)
    expect(web.listenerCount('upgrade')).toBe(1)
    web.close()
    web.closeAllConnections()
  })
})

describe('health', () => {
  it('A7: a monitor can poll it', async () => {
    const server = await start()
    const client = await person(server.ws)
    const response = await fetch(server.where.healthUrl as string)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ status: 'ok', connections: 1, people: 1 })
    const missing = await fetch(`http://127.0.0.1:${server.where.port}/nothing`)
    expect(missing.status).toBe(404)
    const post = await fetch(server.where.healthUrl as string, { method: 'POST', body: 'x' })
    expect(post.status).toBe(405)
    client.end()
  })
})

describe('close', () => {
  it('B8: stores and answers what was taken in, tells everybody to come back, opens nothing more', async () => {
    const server = await start({ lang: 'pt-BR' })
    const json = await person(server.ws)
    const tcp = await person(server.tcp)
    const text = await textClient(server.tcp, 'Alice')
    await text.line('#geral')
    await json.ask('join', { room })
    const sends = Array.from({ length: 100 }, (_, i) => json.ask('send', { room, text: `${i}` }))
    await json.ask('ping')
    const closed = server.chat.close()
    expect((await Promise.all(sends)).map(({ seq }) => seq)).toHaveLength(100)
    expect(await json.push('close')).toMatchObject({ code: 3000, reconnect: true })
    expect(await tcp.push('close')).toMatchObject({ code: 3000, reconnect: true })
    expect(await json.closed).toBe(3000)
    await tcp.closed
    await text.closed
    await closed
    await expect(jsonClient(server.ws)).rejects.toThrow()
    await expect(server.chat.listen({ port: 0 })).rejects.toMatchObject({ code: 'shutting_down' })
    await server.chat.close()
  })

  it('leaves a port in use to whoever has it, and says so', async () => {
    const server = await start()
    const chat = createChatServer()
    await expect(chat.listen({ port: server.where.port as number })).rejects.toThrow(/EADDRINUSE/)
    await chat.close()
  })
})

it('says which option is wrong', () => {
  expect(() => createChatServer({ limits: { frameBytes: -1 } })).toThrow(/limits\.frameBytes/)
  expect(() => createChatServer({ limits: { frames: 1 } as object })).toThrow(/frames/)
  expect(() => createChatServer({ defaultRoom: 'a b' })).toThrow()
})
