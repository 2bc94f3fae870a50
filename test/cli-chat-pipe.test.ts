/** `tertulia chat` without a terminal: in pipes. */

import { describe, expect, it } from 'vitest'
import { register, withAccounts } from './support/accounts.ts'
import { person, texts } from './support/clients.ts'
import { start } from './support/server.ts'
import { piped } from './support/terminal-chat.ts'

describe('tertulia chat in a pipe', () => {
  it('says each line as it is, waits until it is stored, and is silent', async () => {
    const { url, ws } = await start()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'sala' })
    const many = Array.from({ length: 120 }, (_, i) => `line ${i}`)
    const { exit, output } = piped(
      [url, '--name', 'Rita', '--room', '#Sala'],
      `oi\r\n\n  \n/quit is a word here\nsair\n${many.join('\n')}`,
    )
    expect(await exit).toBe(0)
    expect(output).toEqual({ out: '', err: '' })
    expect(texts(bob, 'sala')).toEqual(['oi', '/quit is a word here', 'sair', ...many])
    expect(await bob.push('left')).toMatchObject({ person: { name: 'Rita' }, why: 'leave' })
  })

  it('tells what was refused, with 1', async () => {
    const { url, ws, chat } = await start({ limits: { messageChars: 10 } })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    const long = piped([url, '--name', 'Rita'], 'one\nfar too long for it\u001b[2J\ntwo\n')
    expect(await long.exit).toBe(1)
    expect(long.output.err).toBe('tertulia: The message is too long. (far too long for it␛[2J)\n')
    expect(texts(bob, 'geral')).toEqual(['one', 'two'])
    const taken = piped([url, '--name', 'Bob', '--lang', 'pt-BR'], 'oi\n')
    expect(await taken.exit).toBe(1)
    expect(taken.output.err).toMatch(/^tertulia: Alguém aqui já tem esse nome.*\n$/)
    const owner = await person(ws, 'Dona')
    await owner.ask('create', { room: 'quiet', settings: { readOnly: true } })
    const muted = piped([url, '--name', 'Rita', '--room', 'quiet'], undefined)
    muted.child.stdin.write('one\n')
    // It ends though more could come.
    expect(await muted.exit).toBe(1)
    expect(muted.output.err).toBe('tertulia: Only moderators may speak in this room. (one)\n')
    await chat.close()
    const away = piped([url, '--name', 'Rita'], 'oi\n')
    expect(await away.exit).toBe(1)
    expect(away.output.err).toBe(`tertulia: ${url} cannot be reached.\n`)
  })

  it('comes in by a token, and follows what is said until it is stopped', async () => {
    const { url, ws } = await withAccounts({ guests: false })
    const env = { TERTULIA_TOKEN: (await register(ws, 'Rita')).token }
    const { token } = await register(ws, 'Bob')
    const bob = await person(ws, undefined, { token })
    await bob.ask('join', { room: 'geral' })
    await bob.ask('send', { room: 'geral', text: 'before' })
    const bot = piped([url, '--follow', '--history', '5'], 'from the bot\n', env)
    await expect.poll(() => bot.output.out, { timeout: 15_000 }).toContain('from the bot')
    await bob.ask('send', { room: 'geral', text: 'live\n[#geral] Rita: forged' })
    await expect.poll(() => bot.output.out).toContain('live')
    expect(bot.output.out.split('\n')).toEqual([
      '[#geral] Bob: before',
      '[#geral] Rita: from the bot',
      '[#geral] Bob: live ⏎ [#geral] Rita: forged',
      '',
    ])
    bot.child.kill('SIGINT')
    expect(await bot.exit).toBe(0)
    expect(bot.output.err).toBe('')
    const nobody = piped([url], 'oi\n')
    expect(await nobody.exit).toBe(1)
    expect(nobody.output.err).toBe(
      'tertulia: Only who has logged in may come in here. Log in first.\n',
    )
  })

  it('listens without reading anything, and ends when nobody reads it any more', async () => {
    const { url, ws } = await start()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    const ear = piped([url, '--listen', '--name', 'Ear'], undefined)
    await bob.push('joined')
    await bob.ask('send', { room: 'geral', text: 'one' })
    await expect.poll(() => ear.output.out).toBe('[#geral] Bob: one\n')
    ear.child.stdout.destroy()
    const gone = bob.push('left')
    await bob.ask('send', { room: 'geral', text: 'two' })
    await bob.ask('send', { room: 'geral', text: 'three' })
    await gone
    expect(await ear.exit).toBe(0)
    expect(ear.output.err).toBe('')
  })
})
