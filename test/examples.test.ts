/** Every example is run as its README says, on free ports, and does what it shows. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { browserPath, useBrowser } from './support/browser.ts'
import { overTcp, overWebSocket, person, textClient } from './support/clients.ts'
import { type Running, runExample, runProgram, stop } from './support/example.ts'
import { start } from './support/server.ts'

it('each folder has a README, a row in the table, and a test', () => {
  const entries = readdirSync('examples', { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const table = readFileSync('examples/README.md', 'utf8').matchAll(/^\| \[([\w-]+)\]\(\1\)/gm)
  expect(Array.from(table, ([, name]) => name).sort()).toEqual(folders.sort())
  const files = readdirSync('test').filter((name) => /^examples.*\.test\.ts$/.test(name))
  const tests = files.map((name) => readFileSync(`test/${name}`, 'utf8')).join('\n')
  for (const name of folders) {
    expect(existsSync(`examples/${name}/README.md`), name).toBe(true)
    expect(tests, `a test of ${name}`).toMatch(new RegExp(`(it|describe)[\\w.]*\\('${name}\\b`))
  }
})

it('minimal', async () => {
  const example = runExample('minimal/index.ts')
  const [, url = '', port = ''] = await example.printed(/(ws:\/\/\S+), .* port (\d+)/)
  const alice = await textClient(overTcp(Number(port)), 'Alice')
  await alice.line('[#geral] * Welcome!')
  const bob = await person(overWebSocket(url), 'Bob')
  await bob.ask('join', { room: 'geral' })
  await expect(bob.ask('send', { room: 'geral', text: 'http://x' })).rejects.toMatchObject({
    message: 'No links here, please.',
  })
  await bob.ask('send', { room: 'geral', text: '  oi  ' })
  expect(await alice.line('Bob:')).toBe('[#geral] Bob: oi')
  await stop(example)
  expect(example.output()).toContain('[#geral] Bob: oi')
})

it('terminal-pair: two terminals talk', async () => {
  const server = runExample('terminal-pair/index.ts')
  const [, port = ''] = await server.printed(/port (\d+)/)
  const terminal = (): Running => runExample('terminal-pair/terminal.ts', {}, [port])
  const ana = terminal()
  ana.type('/nick Ana\n')
  await ana.printed(/Welcome, Ana!/)
  const bia = terminal()
  bia.type('/nick Bia\n')
  await bia.printed(/Welcome, Bia!/)
  bia.type('Olá, Ana! 👋\n')
  await ana.printed(/\[#geral\] Bia: Olá, Ana! 👋\n/)
  ana.type('/msg Bia só para você\n')
  await bia.printed(/Ana.*só para você\n/)
  ana.type('sair\n')
  await ana.printed(/Goodbye!/)
  expect(await ana.ended).toBe(0)
  // In a pipe: what comes before the end is still said, and answered.
  bia.type('last words')
  bia.hangUp()
  await bia.printed(/\[#geral\] Bia: last words\n/)
  expect(await bia.ended).toBe(0)
  await stop(server)
  const alone = terminal()
  await alone.printed(/No chat at 127\.0\.0\.1:\d+: .*ECONNREFUSED/)
  expect(await alone.ended).toBe(1)
})

describe('bot', () => {
  it('answers commands, warns, and mutes', async () => {
    const example = runExample('bot/index.ts')
    const [, url = ''] = await example.printed(/dado looks after #geral: (ws:\/\/\S+),/)
    const ana = await person(overWebSocket(url), 'Ana')
    await ana.ask('join', { room: 'geral' })
    const say = (text: string) => ana.ask('send', { room: 'geral', text })
    const fromBot = (words: RegExp) =>
      ana.push(
        'message',
        ({ from, text }) => (from as { name: string }).name === 'dado' && words.test(String(text)),
      )

    const { seq: asked } = await say('!roll 3')
    expect(await fromBot(/^Ana rolls [123]$/)).toMatchObject({ ref: asked })
    await say('!help')
    await fromBot(/^!help !roll !poll$/)
    await say('!poll Pizza? | yes | no')
    const poll = await fromBot(/^Pizza\?\n1\u{fe0f}\u{20e3} yes\n2\u{fe0f}\u{20e3} no$/u)
    for (const text of ['1\u{fe0f}\u{20e3}', '2\u{fe0f}\u{20e3}']) {
      expect(await ana.push('react')).toMatchObject({ ref: poll.seq, text })
    }

    // What is nice at first and is made otherwise later is found out, too.
    const { seq } = await say('hello')
    await ana.ask('edit', { room: 'geral', seq, text: 'buy my SPAM' })
    expect(await ana.push('delete')).toMatchObject({ ref: seq })
    await fromBot(/^Ana, .*Next time I mute you\.$/)
    await say('spam again')
    expect(await ana.push('mute')).toMatchObject({ to: { name: 'Ana' }, from: { name: 'dado' } })
    await expect(say('may I?')).rejects.toMatchObject({ code: 'muted' })
    await stop(example)
  })

  it('warns who says too much at once', async () => {
    const example = runExample('bot/index.ts')
    const [, url = ''] = await example.printed(/dado looks after #geral: (ws:\/\/\S+),/)
    const bob = await person(overWebSocket(url), 'Bob')
    await bob.ask('join', { room: 'geral' })
    for (let n = 0; n < 6; n++) bob.put({ op: 'send', room: 'geral', text: `${n}` })
    const { text } = await bob.push('message', ({ text }) => String(text).startsWith('Bob,'))
    expect(text).toContain('one thing after the other')
    for (let n = 0; n < 6; n++) bob.put({ op: 'send', room: 'geral', text: `again ${n}` })
    expect(await bob.push('mute')).toMatchObject({ to: { name: 'Bob' } })
    await stop(example)
  })
})

it('load', async () => {
  const few = { PEOPLE: '60', ROOMS: '3', SECONDS: '1.5' }
  const example = runExample('load/index.ts', few)
  await example.printed(/60 people come into 3 rooms/)
  await example.printed(/[\d,]+ delivered\/s +[\d,]+ said\/s/)
  const [, said = '', delivered = ''] = await example.printed(/([\d,]+) messages, ([\d,]+) del/)
  await example.printed(/missing or doubled: 0, out of order: 0\n/)
  const count = (text: string): number => Number(text.replaceAll(',', ''))
  expect(count(said)).toBeGreaterThan(20)
  expect(count(delivered)).toBe(count(said) * 20)
  expect(await example.ended).toBe(0)
}, 30_000)

const chromium = browserPath()

it('browser-page serves its page and the SDK', async () => {
  const example = runExample('browser-page/index.ts')
  const [, url = ''] = await example.printed(/(http:\S+\/) is our page/)
  const page = await (await fetch(url)).text()
  const [, module = ''] = /from '(\S+)'/.exec(page) ?? []
  const sdk = await fetch(new URL(module, url))
  expect(sdk.headers.get('content-type')).toMatch(/^text\/javascript/)
  expect(await sdk.text()).toMatch(/\bconnect\b/)
  expect((await fetch(new URL('/chat/', url))).status).toBe(200)
  expect((await fetch(new URL('/elsewhere', url))).status).toBe(404)
  await stop(example)
})

describe.skipIf(chromium === null)('browser-page', () => {
  const browser = useBrowser()

  it('two pages talk; what is written without a connection is sent when there is one', async () => {
    const first = runExample('browser-page/index.ts')
    const [, url = '', port = ''] = await first.printed(/(http:\/\/[\d.]+:(\d+)\/) is our page/)
    const pages = await Promise.all([browser.open(url), browser.open(url)])
    const [ana, bia] = pages.map(({ page }) => page)
    if (ana === undefined || bia === undefined) throw new Error('two pages')
    const online = '#light[data-state=online]'
    await ana.waitForSelector(online)
    await ana.fill('#name', 'Ana')
    await ana.press('#name', 'Enter')
    const write = async (page: typeof ana, text: string): Promise<void> => {
      await page.fill('#text', text)
      await page.press('#text', 'Enter')
    }
    await write(ana, 'oi <b>all</b>')
    await bia.getByText('Ana: oi <b>all</b>').waitFor()

    await stop(first)
    await ana.waitForSelector('#light:not([data-state=online])')
    await write(ana, 'written meanwhile')
    await ana.locator('.waits', { hasText: 'written meanwhile' }).waitFor()
    const second = runExample('browser-page/index.ts', { PORT: port })
    await bia.getByText(': written meanwhile').waitFor({ timeout: 40_000 })
    await ana.locator('#log p:not(.waits)', { hasText: 'written meanwhile' }).waitFor()
    expect(await ana.getByText('written meanwhile').count()).toBe(1)
    expect(await bia.getByText('written meanwhile').count()).toBe(1)
    for (const { problems } of pages) {
      expect(problems.filter((problem) => !/WebSocket|ERR_CONNECTION/.test(problem))).toEqual([])
    }
    for (const page of pages) await page.close()
    await stop(second)
  }, 90_000)
})

/** Runs a Python example to its end. */
async function python(file: string, port: number, input = ''): Promise<string> {
  const program = runProgram('python3', [`examples/python/${file}`, `${port}`])
  program.type(input)
  program.hangUp()
  await program.ended
  return program.output()
}

it('python: a person types, somebody on WebSocket is in the same room', async () => {
  const server = await start()
  const port = server.where.tcpPort as number
  const bob = await person(server.ws, 'Bob')
  await bob.ask('join', { room: 'jogos' })
  const typed = ['/nick Alice', '/join #jogos', 'Olá a todos!', '/who', '/rooms', '/quit']
  const out = await python('chat.py', port, `${typed.join('\n')}\n`)
  expect(await bob.push('message')).toMatchObject({ text: 'Olá a todos!', from: { name: 'Alice' } })
  for (const part of [
    'Welcome, Alice!',
    '[#jogos] Alice: Olá a todos!',
    '2 people in #jogos',
    '#jogos (2 people)',
    'Goodbye!',
  ]) {
    expect(out).toContain(part)
  }
})

it('python: JSON, sent once, and back where it was', async () => {
  const server = await start()
  const out = await python('json_client.py', server.where.tcpPort as number)
  expect(out).toBe("missed: ['said once']\nsame place: True duplicate: True\n")
})
