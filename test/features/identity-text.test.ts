/** Accounts for people who speak text. */

import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/limits.ts'
import { manualClock } from '../core/manual-clock.ts'
import { keptLog, NEXT, PASSWORD, recordsOf, register, withAccounts } from '../support/accounts.ts'
import { jsonClient, overWebSocket, person, textClient } from '../support/clients.ts'
import { start } from '../support/server.ts'

const SECRET = 'tulipa amarela 42'

describe('by text', () => {
  it.each([
    ['en', '/register', '/login', '/logout', 'You are now Ana', 'You are logged out'],
    [
      'pt-BR',
      '/registrar',
      '/acessar',
      '/desconectar',
      'Agora você é Ana',
      'Você saiu da sua conta',
    ],
  ] as const)('in %s: one registers, logs out and in, and stays in the room', async (...words) => {
    const [lang, enroll, login, logout, nowAna, out] = words
    const { lines, logger } = keptLog()
    const { tcp, ws } = await withAccounts({ lang, logger })
    const other = await textClient(tcp, 'Bia')
    const witness = await person(ws, 'Zé')
    await witness.ask('join', { room: 'sala' })
    const ana = await textClient(tcp, 'Ana')
    await ana.line('#geral (')
    ana.send('/join sala')
    await ana.line('#sala (')
    await witness.push('joined')
    ana.send(`${enroll} Ana ${SECRET}`)
    await ana.line(nowAna)
    await ana.line('#sala (2 p')
    expect(await witness.push('left')).toMatchObject({ why: 'leave' })
    const joined = await witness.push('joined')
    expect(joined).toMatchObject({ person: { name: 'Ana' }, count: 2 })
    ana.send('oi')
    expect(await witness.push('message')).toMatchObject({ from: joined.person, text: 'oi' })
    ana.send(logout)
    await ana.line(out)
    expect(await witness.push('joined')).toMatchObject({
      person: { name: expect.stringMatching(/-\d{6}$/) },
    })
    ana.send(`${login} ANA errada ou não`)
    await ana.line(/^! .*(wrong|errad)/)
    ana.send(`${login} ANA ${SECRET}`)
    await ana.line(nowAna)
    expect(await witness.push('joined')).toMatchObject({ person: joined.person })
    ana.send('/quit')
    await ana.closed
    const said = JSON.stringify([ana.lines, other.lines, witness.all, lines])
    expect(said).not.toContain(SECRET)
    expect(said).not.toContain('errada ou não')
    expect(said).not.toContain('tertulia_')
    expect(said).toContain('oi')
  })

  it('what a guest made stays theirs with an account, and goes with it', async () => {
    const { tcp, ws } = await withAccounts()
    const ana = await textClient(tcp, 'Ana')
    await ana.line('#geral (')
    ana.send('/join sala')
    await ana.line('#sala (')
    const witness = await person(ws, 'Zé')
    await witness.ask('join', { room: 'sala' })
    ana.send(`/register Ana ${SECRET}`)
    const made = await witness.push('role')
    expect(made).toMatchObject({ to: { name: 'Ana' }, details: { role: 'owner' } })
    ana.send('/topic ainda minha')
    expect(await witness.push('settings')).toMatchObject({
      details: { settings: { topic: 'ainda minha' } },
      from: made.to,
    })
    // The guest has nothing any more: one owner there is.
    const roster = await witness.ask('roster', { room: 'sala', filter: 'role' })
    expect(roster.members).toEqual([{ person: made.to, role: 'owner' }])
    ana.send('/logout')
    await ana.line('You are logged out')
    ana.send('/topic não')
    await ana.line('! You are not allowed to do that.')
  })

  it('the first line may be the login: one is never a guest then', async () => {
    const { tcp, ws, accounts } = await withAccounts()
    await accounts.register('Ana Maria', PASSWORD, 'here')
    const witness = await person(ws, 'Zé')
    await witness.ask('join', { room: 'geral' })
    const ana = await textClient(tcp)
    ana.send(`/login "Ana Maria" ${PASSWORD}`)
    await ana.line('Welcome, Ana Maria!')
    await ana.line('#geral (2 people')
    expect(await witness.push('joined')).toMatchObject({ person: { name: 'Ana Maria' } })
    expect(witness.all.filter(({ ev }) => ev === 'joined')).toHaveLength(1)
  })

  it('what is said behind a login waits for it', async () => {
    const { tcp, accounts } = await withAccounts()
    await accounts.register('Ana', PASSWORD, 'here')
    const first = await textClient(tcp)
    first.send(`/login Ana ${PASSWORD}`)
    first.send('one')
    expect(await first.line(/^\[#geral\] .*one/)).toBe('[#geral] Ana: one')
    const later = await textClient(tcp, 'Zoe')
    for (const line of ['two', `/login ana ${PASSWORD}`, 'three', '/logout', 'four']) {
      later.send(line)
    }
    await first.line('Zoe: two')
    expect(await first.line('three')).toBe('[#geral] Ana: three')
    await first.line(/guest-\d+: four/)
  })

  it('a first login that fails leaves one a guest, where guests may be', async () => {
    const { tcp } = await withAccounts()
    const ana = await textClient(tcp)
    ana.send('/login Ana not the password')
    await ana.line('! The name or the password is wrong')
    await ana.line(/Welcome, guest-/)
    ana.send('olá')
    await ana.line(/^\[#geral\] guest-\d+: olá/)
  })

  it('what is missing is told without what was there', async () => {
    const { tcp } = await withAccounts()
    const ana = await textClient(tcp, 'Zoe')
    await ana.line('#geral (')
    ana.send('/login hunter2')
    expect(await ana.line('! ')).toBe('! Write: /login <name> <password>')
    ana.send('/register')
    expect(await ana.line('! ')).toBe('! Write: /register <name> <password>')
    ana.send('/help')
    await ana.line('/login <name> <password>')
    expect(JSON.stringify(ana.lines)).not.toContain('hunter2')
  })

  it('another password: this connection stays, others end', async () => {
    const { tcp, ws, admin } = await withAccounts()
    const { token, person: who } = await register(ws, 'Ana')
    const json = await jsonClient(ws)
    await json.ask('hello', { version: 1, token })
    const ana = await textClient(tcp)
    ana.send(`/login Ana ${PASSWORD}`)
    await ana.line('#geral (')
    ana.send(`/password "${PASSWORD}" "${NEXT}"`)
    await ana.line('Your password was changed')
    expect(await json.closed).toBe(3505)
    ana.send('here')
    await ana.line('Ana: here')
    await admin.logout(who.id)
    expect(await ana.line('Goodbye')).toContain('You are logged out')
    await ana.closed
  })

  it('the token of a connection ends with it, others do not', async () => {
    const { tcp, ws, storage, chat } = await withAccounts()
    const { token, person: who } = await register(ws, 'Ana')
    const left = () => recordsOf(storage).tokens.deleteAll(who.id)
    for (let i = 0; i < 3; i++) {
      const ana = await textClient(tcp)
      ana.send(`/login Ana ${PASSWORD}`)
      await ana.line('#geral (')
      ana.end()
      await ana.closed
    }
    await expect.poll(() => chat.stats().people).toBe(0)
    const client = await jsonClient(ws)
    expect(await client.ask('validate', { token })).toMatchObject({ valid: true })
    expect(await left()).toBe(1)
  })

  it('a server that closes has ended them before it closes the storage', async () => {
    const { tcp, ws, storage, chat } = await withAccounts()
    const { person: who } = await register(ws, 'Ana')
    const ana = await textClient(tcp)
    ana.send(`/login Ana ${PASSWORD}`)
    await ana.line('#geral (')
    await chat.close()
    expect(await recordsOf(storage).tokens.deleteAll(who.id)).toBe(1)
  })

  it('one who is authenticated by the application has no account to leave', async () => {
    const { url } = await start({ authenticate: () => ({ id: 'ana', name: 'Ana' }) })
    const ana = await textClient(overWebSocket(url))
    ana.send('/nick Bia')
    await ana.line('Welcome, Ana!')
    ana.send('/nick Bia')
    await ana.line('! You are not allowed to do that')
    await ana.line('! You are not allowed to do that')
    ana.send('/logout')
    await ana.line('! This server')
  })
})

describe('without guests', () => {
  it('people are told how to come in, and do nothing before', async () => {
    const { tcp, chat } = await withAccounts({ guests: false })
    const ana = await textClient(tcp)
    ana.send('olá')
    const hint = '! Log in with /login <name> <password>, or make an account with /register'
    await ana.line(hint)
    for (const line of ['olá', '/nick Ana', '/join sala', '/who', '/msg Bia oi', '/history']) {
      ana.send(line)
      await ana.line(hint)
    }
    expect(chat.stats()).toMatchObject({ people: 0, connections: 1 })
    ana.send('/help')
    await ana.line('/register <name> <password>')
    ana.send('/lang pt')
    await ana.line('Agora falo português')
    ana.send(`/login Ana ${PASSWORD}`)
    await ana.line('! O nome ou a senha está errado')
    ana.send(`/cadastrar Ana ${PASSWORD}`)
    await ana.line('Boas-vindas, Ana!')
    await ana.line('#geral (1 pessoa')
    ana.send('/desconectar')
    await ana.line('Você saiu da sua conta')
    await ana.closed
  })

  it('a first line that isn’t lost: /help, /quit', async () => {
    const { tcp } = await withAccounts({ guests: false })
    const ana = await textClient(tcp)
    ana.send('/help')
    await ana.line('! Log in with')
    await ana.line('/login <name> <password>')
    const bia = await textClient(tcp)
    bia.send('/quit')
    await bia.line('Goodbye!')
    await bia.closed
  })

  it('helloMs: people have four times that since their last line', async () => {
    const clock = manualClock()
    const { tcp } = await withAccounts({ guests: false, clock })
    const ana = await textClient(tcp)
    ana.send('olá')
    await ana.line('! Log in')
    const step = LIMITS.helloMs * 3
    for (let i = 0; i < 3; i++) {
      clock.pass(step)
      ana.send('/ping?')
      await ana.line('! ')
    }
    clock.pass(LIMITS.helloMs * 4 + 2000)
    await ana.line('Nothing was said in time')
    await ana.closed
  })

  it('helloBytes: who talks on and never logs in is closed', async () => {
    const { tcp } = await withAccounts({ guests: false })
    const ana = await textClient(tcp)
    for (let i = 0; i < 20; i++) ana.send('x'.repeat(LIMITS.helloBytes / 16))
    await ana.closed
  })

  it('programs that say hello without a token are refused', async () => {
    const { ws } = await withAccounts({ guests: false })
    const client = await jsonClient(ws)
    await expect(client.ask('hello', { version: 1, name: 'Ana' })).rejects.toMatchObject({
      code: 'unauthorized',
    })
    await expect(client.ask('rooms')).rejects.toMatchObject({ code: 'hello_required' })
  })
})
