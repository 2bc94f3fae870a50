/** Mistakes of whoever embeds the server: each is told at once, with what is needed instead. */

import { createServer } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EVENT_NAMES } from '../../src/core/events.ts'
import {
  type ChatServerOptions,
  createChatServer,
  isChatError,
  memoryStorage,
} from '../../src/index.ts'
import { stderrLogger } from '../../src/system.ts'
import { register, withAccounts } from '../support/accounts.ts'
import { jsonClient, textClient } from '../support/clients.ts'
import { api } from '../support/http.ts'
import { start } from '../support/server.ts'

/** The text of what is thrown, or rejected with: `invalid_options` it has to be. */
async function mistake(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_options' })
    expect(isChatError(error)).toBe(true)
    return (error as Error).message
  }
  throw new Error('nothing was said')
}

describe('createChatServer', () => {
  const noStorage = { ...memoryStorage(), rooms: undefined }
  it.each<[object | null, RegExp]>([
    [null, /^createChatServer: an object/],
    [{ storge: memoryStorage() }, /no option of the name storge; there are name, storage, /],
    [{ storage: './chat.db' }, /^storage: a storage, such as sqliteStorage\('\.\/chat\.db'\)/],
    [{ storage: null }, /^storage: /],
    [{ storage: noStorage }, /^storage: /],
    [{ files: './files' }, /^files: a store such as directoryFiles/],
    [{ files: { put() {} } }, /^files: .*get/],
    [{ fileTypes: 'image/png' }, /^fileTypes: a list/],
    [{ fileTypes: ['image/none'] }, /^fileTypes: image\/none is none of /],
    [{ broker: {} }, /^broker: .*open, publish, subscribe, close/],
    [{ broker: 'redis://127.0.0.1' }, /^broker: .*redisBroker/],
    [{ transports: {} }, /^transports: a list/],
    [{ transports: [{}] }, /^transports\[0\]: .*name, start, stop/],
    [{ transports: [null] }, /^transports\[0\]: /],
    [{ hooks: () => {} }, /^hooks: an object/],
    [{ hooks: { beforeSnd() {} } }, /^hooks: .*beforeSnd.*beforeSend/],
    [{ hooks: { beforeSend: true } }, /^hooks\.beforeSend: a function/],
    [{ authenticate: 'yes' }, /^authenticate: a function/],
    [{ accounts: {} }, /^accounts: true/],
    [{ guests: 'no' }, /^guests: true or false/],
    [{ url: 'chat.example.org' }, /^url: an address/],
    [{ limits: 5 }, /^limits: an object/],
    [{ limits: { frames: 1 } }, /^limits: .*frames/],
    [{ defaultRoom: 5 }, /^defaultRoom: the name/],
    [{ defaultRoom: 'a b' }, /^defaultRoom: /],
    [{ recentOnJoin: '20' }, /^recentOnJoin: an integer from 0/],
    [{ lang: 'fr' }, /^lang: one of en, pt-BR/],
    [{ metrics: false }, /^metrics: true, or a sink/],
    [{ logger: true }, /^logger: .*console/],
    [{ logger: { warn() {} } }, /^logger: .*debug, info, warn, error/],
    [{ clock: Date }, /^clock: .*monotonic/],
    [{ makeId: 'id' }, /^makeId: a function/],
  ])('refuses %o', async (options, text) => {
    expect(await mistake(() => createChatServer(options as ChatServerOptions))).toMatch(text)
  })

  it('takes what is undefined as left out', () => {
    const options = { storage: undefined, logger: undefined, defaultRoom: undefined, hooks: {} }
    expect(() => createChatServer(options as unknown as ChatServerOptions)).not.toThrow()
  })
})

describe('listen', () => {
  it.each<[unknown, RegExp]>([
    [8080, /^listen: an object/],
    [null, /^listen: an object/],
    [{ prot: 8080 }, /^listen: .*prot; there are port, tcpPort, host/],
    [{ port: '8081' }, /^port: an integer from 0 to 65535 .*Number\(process\.env\.PORT\)/],
    [{ port: 65_536 }, /^port: /],
    [{ port: -1 }, /^port: /],
    [{ port: Number.NaN }, /^port: /],
    [{ port: true }, /^port: /],
    [{ tcpPort: false }, /^tcpPort: an integer/],
    [{ tcpPort: 1.5 }, /^tcpPort: an integer/],
    [{ host: '' }, /^host: an address/],
    [{ host: 127 }, /^host: an address/],
    [{ tls: true }, /^tls: an object/],
    [{ path: 'chat' }, /^path: .*begins with \//],
    [{ origins: 'https://example.org' }, /^origins: a list/],
    [{ origins: [/example/] }, /^origins: a list/],
    [{ clientAddress: '127.0.0.1' }, /^clientAddress: a function/],
    [{ perMessageDeflate: true }, /^perMessageDeflate: false, or an object/],
    [{ plainRoutes: 'no' }, /^plainRoutes: true or false/],
    [{ metrics: 1 }, /^metrics: true or false/],
    [{ pages: true }, /^pages: what webPages\(\)/],
  ])('refuses %o, and opens nothing', async (options, text) => {
    const { chat } = await start()
    expect(await mistake(() => chat.listen(options as object))).toMatch(text)
    expect(chat.stats().connections).toBe(0)
  })
})

describe('the other ways in', () => {
  const server = createServer()
  it.each<[string, unknown[], RegExp]>([
    ['attach', [{}], /^attach: a server, such as http\.createServer\(\)/],
    ['attach', [], /^attach: a server/],
    ['attach', [server, { pfad: '/chat' }], /^attach: .*pfad; there are path, /],
    ['attach', [server, { path: 'chat' }], /^path: /],
    ['attach', [server, '/chat'], /^attach: an object/],
    ['handler', [{ path: '/chat' }], /^handler: .*path; there are base, /],
    ['handler', [{ base: 'chat' }], /^base: /],
    ['handler', ['/chat'], /^handler: an object/],
    ['fetch', [{ prefix: '/chat' }], /^fetch: .*prefix/],
    ['open', [{}], /^open: a transport/],
    ['open', [], /^open: a transport/],
    ['on', ['mesage', () => {}], /^on: there is no event mesage; there are connect, .*message/],
    ['on', ['toString', () => {}], /^on: there is no event/],
    ['on', ['message'], /^on\('message', …\): a function/],
  ])('%s refuses what it cannot use: case %#', async (method, args, text) => {
    const { chat } = await start()
    const call = chat[method as 'on'] as (...args: unknown[]) => unknown
    expect(await mistake(() => call(...args))).toMatch(text)
    expect(server.listenerCount('upgrade')).toBe(0)
  })

  it('take what is right', async () => {
    const { chat } = await start()
    for (const event of EVENT_NAMES) chat.on(event as 'message', () => {})()
    expect(() => chat.handler({ base: '', origins: '*', plainRoutes: true })).not.toThrow()
    await chat.attach(server, { path: '/talk', origins: ['https://example.org'] })
    expect(server.listenerCount('upgrade')).toBe(1)
  })
})

describe('without a logger', () => {
  afterEach(() => vi.restoreAllMocks())
  const stderr = () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {})
    return () => written.mock.calls.map(([text]) => String(text))
  }

  /** A hook with a mistake in it, met by somebody. */
  const meet = async (options: ChatServerOptions) => {
    const hooks = { beforeSend: () => (undefined as never as { x: never }).x }
    const chat = createChatServer({ hooks, ...options })
    const ana = await chat.participant('Ana')
    await ana.join('sala')
    await expect(ana.send('sala', 'oi')).rejects.toMatchObject({ code: 'hook_failed' })
    await chat.close()
  }

  it('a mistake in a hook is written to stderr, with its place', async () => {
    const lines = stderr()
    await meet({})
    expect(lines()).toHaveLength(1)
    const [first, ...stack] = (lines()[0] as string).split('\n')
    expect(first).toMatch(/^tertulia: error .* hook=beforeSend/)
    expect(stack[0]).toMatch(/^ {4}TypeError: .*undefined/)
    expect(stack.join('\n')).toContain('options.test.ts')
  })

  it('nothing is, where it is false, or nothing is wrong', async () => {
    const lines = stderr()
    await meet({ logger: false })
    const chat = createChatServer()
    await (await chat.participant('Ana')).join('sala')
    await chat.close()
    expect(lines()).toEqual([])
  })

  it('what clients called themselves stays in its line, and moves no cursor', () => {
    const lines = stderr()
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const fields = { id: 'a-1', name: 'a\nb\u001b[2J\u009b', cyclic, none: undefined }
    stderrLogger.warn({ ...fields, err: new Error('x\u001b[2J', { cause: new Error('y') }) }, 'm')
    stderrLogger.info({}, 'quiet')
    stderrLogger.debug({}, 'quiet')
    expect(lines()).toHaveLength(1)
    const [first, ...stack] = (lines()[0] as string).split('\n')
    expect(first).toBe('tertulia: warn m id=a-1 name="a\\nb\\u001b[2J?" cyclic=[object Object]')
    expect(stack[0]).toBe('    Error: x?[2J')
    expect(stack).toContain('    caused by:')
    expect(stack).toContain('    Error: y')
    expect(stack.every((line) => line.startsWith('    '))).toBe(true)
  })
})

describe('who shows nothing where guests are off', () => {
  const en = 'Only who has logged in may come in here. Log in first.'
  const pt = 'Aqui só entra quem tem uma conta. Entre com a sua primeiro.'
  const refused = (message: string) => ({ code: 'unauthorized', message })
  const credentials = 'These credentials are not accepted.'

  it('is told to log in, in their language; who shows what is worth nothing is told that', async () => {
    const { ws, where } = await withAccounts({ guests: false })
    const client = await jsonClient(ws)
    const hello = (more: object) => client.ask('hello', { version: 1, ...more })
    await expect(hello({ name: 'Ana' })).rejects.toMatchObject(refused(en))
    await expect(hello({ lang: 'pt-BR' })).rejects.toMatchObject(refused(pt))
    await expect(hello({ lang: 'en', token: 'x' })).rejects.toMatchObject(refused(credentials))
    await expect(hello({ ticket: 'x' })).rejects.toMatchObject(refused(credentials))
    const http = api(where.httpUrl as string)
    const session = await http.post('/v1/session', { name: 'Ana' })
    expect(session).toMatchObject({ status: 401, body: { error: refused(en) } })
    const plain = await http.post('/join', { room: 'sala', username: 'Ana' })
    expect(plain.status).toBe(401)
    expect(JSON.stringify(plain.body)).toContain(en)
    const entered = await http.post('/v1/session', { lang: 'pt-BR' })
    expect(entered).toMatchObject({ status: 401, body: { error: refused(pt) } })
    const { token } = await register(ws, 'Ana')
    expect((await hello({ token })).person).toMatchObject({ name: 'Ana' })
  })

  it('is told so by text, too, where there are no commands for it', async () => {
    const { tcp } = await start({ authenticate: () => null })
    const ana = await textClient(tcp)
    ana.send('oi')
    expect(await ana.line('! ')).toBe(`! ${en}`)
  })
})
