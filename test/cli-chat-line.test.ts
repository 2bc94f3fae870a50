/** The line at a terminal, and what arrives while it is being typed. */

import { describe, expect, it } from 'vitest'
import { person, textClient } from './support/clients.ts'
import { hasPty, KEY, pasted } from './support/pty.ts'
import { start } from './support/server.ts'
import { guest, type } from './support/terminal-chat.ts'

describe.skipIf(!hasPty)('a line being typed', () => {
  it('what arrives leaves what is being typed as it is', async () => {
    const { url, ws } = await start()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    const ana = await guest(url, 'Ana', { columns: 40, rows: 12 })
    const long = 'uma linha bem comprida que passa de uma para outra e ainda mais 日本語 fim'
    ana.type(long + KEY.left.repeat(5))
    await ana.at('', '語 fim')
    const before = ana.screen.lines.slice(-3)
    for (let i = 1; i <= 30; i++) await bob.ask('send', { room: 'geral', text: `line ${i}` })
    await ana.sees('Bob: line 30')
    expect(ana.screen.lines.slice(-3)).toEqual(before)
    await ana.at('', '語 fim')
    ana.type(KEY.backspace)
    await bob.ask('send', { room: 'geral', text: 'x'.repeat(95) })
    await ana.sees(/x{5}\n/)
    type(ana, '')
    const said = await bob.push('message', ({ from }) => (from as { name: string }).name === 'Ana')
    expect(said.text).toBe(long.replace('本', ''))
    const shown = ana.screen.all.filter((line) => line.includes('Bob: line'))
    expect(shown.map((line) => line.replace(/.*Bob: /, ''))).toEqual(
      Array.from({ length: 30 }, (_, i) => `line ${i + 1}`),
    )
    await ana.sees('] Ana: uma linha')
    await ana.at('#geral Ana> ')
    // Nothing of a line that was being typed stayed behind.
    expect(ana.screen.text.split('uma linha').length).toBe(2)
  })

  it('another size of the window leaves it as it is too', async () => {
    const { url, ws } = await start()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    const ana = await guest(url, 'Ana', { columns: 60, rows: 12 })
    const words = 'palavra '.repeat(12).trim()
    ana.type(words)
    const typed = () => {
      const { lines } = ana.screen
      const first = lines.findIndex((line) => line.startsWith('#geral Ana> '))
      return lines.slice(first).join('').replaceAll(' ', '')
    }
    for (const [columns, rows] of [
      [31, 12],
      [100, 20],
      [24, 6],
    ] as const) {
      const { length } = ana.screen.raw
      ana.resize(columns, rows)
      // It has heard of it, before anything else happens.
      await expect.poll(() => ana.screen.raw.length).toBeGreaterThan(length)
      await bob.ask('send', { room: 'geral', text: `${columns}-columns` })
      await ana.sees(`${columns}-columns`)
      await expect.poll(typed).toBe(`#geral Ana> ${words}`.replaceAll(' ', ''))
    }
    // More rows than there are: those around the cursor are shown.
    ana.resize(20, 4)
    ana.type(KEY.home)
    await ana.at('> ', words.slice(0, 18))
    type(ana, '')
    expect(await bob.push('message', ({ text }) => text === words)).toBeDefined()
  })

  it('is edited as elsewhere, and comes back by Up; passwords do not', async () => {
    const { url, ws } = await start()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    const ana = await guest(url, 'Ana')
    ana.type(`um dois três${KEY.ctrlW}${KEY.ctrlW}`)
    await ana.at('#geral Ana> um ')
    ana.type(`${KEY.home}>${KEY.end}👍🏽é${KEY.left}${KEY.backspace}${KEY.right}!`)
    await ana.at('#geral Ana> >um é!')
    type(ana, '')
    expect(await bob.push('message')).toMatchObject({ text: '>um é!' })
    type(ana, '/login Ana a secret of hers')
    await ana.sees('! This server does not do that.')
    ana.type(`begun${KEY.up}`)
    await ana.at('#geral Ana> >um é!')
    ana.type(KEY.down)
    await ana.at('#geral Ana> begun')
    ana.type(KEY.ctrlU)
    await ana.at('#geral Ana> ')
    type(ana, '/quit')
    expect(await ana.exit).toBe(0)
  })

  it('what is pasted is one message, however many lines it has', async () => {
    const { url, ws } = await start()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    const ana = await guest(url, 'Ana')
    ana.type(pasted('first\r/quit\r\tthird\u0003'))
    await ana.at('#geral Ana> first⏎/quit⏎ third')
    type(ana, '')
    expect(await bob.push('message')).toMatchObject({ text: 'first\n/quit\n third' })
    await ana.sees('Ana: first ⏎ /quit ⏎  third')
    // Where the terminal doesn't tell, each line is one.
    ana.type('one\rtwo\r')
    expect(await bob.push('message')).toMatchObject({ text: 'one' })
    expect(await bob.push('message')).toMatchObject({ text: 'two' })
    ana.type(KEY.ctrlD)
    expect(await ana.exit).toBe(0)
  })

  it('Tab completes commands, rooms, and names of people who are here', async () => {
    const { url, ws } = await start()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    await bob.ask('create', { room: 'jogos' })
    await bob.ask('create', { room: 'jornal' })
    const maria = await person(ws, 'Ana Maria')
    await maria.ask('join', { room: 'geral' })
    const ana = await guest(url, 'Ana')
    const becomes = async (typed: string, line: string) => {
      ana.type(KEY.ctrlU + typed + KEY.tab)
      await ana.at(`#geral Ana> ${line}`)
    }
    await becomes('/hist', '/history ')
    await becomes('/entr', '/entrar ')
    await becomes('/join jo', '/join #jo')
    ana.type(KEY.tab)
    await ana.sees('#jogos   #jornal')
    await becomes('/join #jog', '/join #jogos')
    await becomes('/msg bo', '/msg Bob ')
    await becomes('/msg ana', '/msg "Ana Maria" ')
    await becomes('bo', 'Bob: ')
    await becomes('oi @b', 'oi @Bob ')
    await becomes('nobody is called zz', 'nobody is called zz')
    ana.type(`${KEY.ctrlC}${KEY.ctrlC}`)
    expect(await ana.exit).toBe(0)
  })

  it('nothing that is said or called moves the cursor, rings, or forges a line', async () => {
    const { url, tcp, ws } = await start()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    const ana = await guest(url, 'Ana', { columns: 120 })
    const evil = 'a\u001b[2J\u001b]0;x\u0007b\r\n[#geral] Ana: forged\u202ecba\u0085\u009b1A'
    await bob.ask('send', { room: 'geral', text: evil })
    await ana.sees('Bob: a␛[2J␛]0;x␇b ⏎ [#geral] Ana: forged<U+202E>cba ⏎ <U+009B>1A')
    ana.type('\u202ex')
    await ana.at('#geral Ana> <U+202E>x')
    ana.type(KEY.ctrlU)
    const text = await textClient(tcp, 'Carla')
    await text.line('Welcome')
    await ana.sees('[#geral] * Carla came in')
    expect(ana.screen.bells).toBe(0)
    expect(ana.screen.all.filter((line) => /^(\[\d\d:\d\d\] )?\[#geral\] Ana/.test(line))).toEqual(
      [],
    )
    ana.type(KEY.ctrlD)
    expect(await ana.exit).toBe(0)
  })

  it('has colours for people, unless it is told otherwise', async () => {
    const { url } = await start()
    const ana = await guest(url, 'Ana')
    expect(ana.screen.raw).toMatch(/\u001b\[1;38;5;\d+mAna\u001b\[0m/)
    const bob = await guest(url, 'Bob', { env: { NO_COLOR: '1' } })
    type(bob, 'plain')
    await bob.sees('Bob: plain')
    expect(bob.screen.raw).not.toMatch(/\u001b\[[0-9;]*m/)
    await ana.sees('Bob: plain')
    for (const sitting of [ana, bob]) {
      sitting.type(KEY.ctrlD)
      expect(await sitting.exit).toBe(0)
    }
  })
})
