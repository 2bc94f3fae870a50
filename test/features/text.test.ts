/** The text protocol: what people type, and what they read. */

import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { overWebSocket, person, tcpFrame, textClient } from '../support/clients.ts'
import { start } from '../support/server.ts'

describe.each(['tcp', 'ws'] as const)('text over %s', (transport) => {
  it('B2 B3: in the default room on connecting; /nick /create /join /rooms /leave /who /help /quit', async () => {
    const server = await start({ lang: 'pt-BR' })
    const alice = await textClient(server[transport], 'Alice')
    await alice.line('Boas-vindas, Alice!')
    await alice.line('* Você está em #geral (1 pessoa: Alice)')
    alice.send('/create jogos')
    await alice.line('#jogos foi criada')
    alice.send('/create #Jogos')
    await alice.line(/^! .*existe/)
    alice.send('/join #jogos')
    await alice.line('* Você está em #jogos (1 pessoa: Alice)')
    alice.send('/who')
    await alice.line('1 pessoa em #jogos: Alice')
    alice.send('/rooms')
    await alice.line('#geral (0 pessoas)')
    await alice.line('#jogos (1 pessoa)')
    alice.send('/nick Ana')
    await alice.line('Agora você é Ana')
    alice.send('/leave')
    await alice.line('Você saiu de #jogos')
    await alice.line('* Você está em #geral (1 pessoa: Ana)')
    alice.send('/help')
    for (const command of [
      'nick',
      'join',
      'create',
      'rooms',
      'who',
      'msg',
      'history',
      'leave',
      'quit',
    ]) {
      await alice.line(`/${command}`)
    }
    alice.send('/dance')
    await alice.line(/^! .*\/dance.*\/help/)
    alice.send('/join')
    await alice.line(/^! .*\/join/)
    alice.send('/quit')
    await alice.line('Até logo!')
    await alice.closed
  })

  it('B4: lines as people know them; who comes, goes and is renamed is told', async () => {
    const server = await start({ lang: 'pt-BR' })
    const alice = await textClient(server[transport], 'Alice')
    await alice.line('#geral')
    const bob = await textClient(server[transport], 'Bob')
    expect(await alice.line('Bob')).toBe('[#geral] * Bob entrou (2 pessoas)')
    alice.send('Olá a todos!')
    expect(await bob.line('Alice:')).toBe('[#geral] Alice: Olá a todos!')
    bob.send('/nick Beto')
    expect(await alice.line('Beto')).toBe('[#geral] * Bob agora é Beto')
    bob.send('//nick não é comando')
    expect(await alice.line('Beto:')).toBe('[#geral] Beto: /nick não é comando')
    bob.cut()
    expect(await alice.line('Beto')).toBe('[#geral] * a conexão de Beto caiu (1 pessoa)')
  })

  it('B5: rooms are isolated', async () => {
    const server = await start()
    const [alice, bob, carol] = await Promise.all(
      ['Alice', 'Bob', 'Carol'].map((name) => textClient(server[transport], name)),
    )
    if (alice === undefined || bob === undefined || carol === undefined) throw new Error()
    for (const one of [alice, bob, carol]) await one.line('#geral (')
    alice.send('/join jogos')
    await alice.line('#jogos (')
    bob.send('/join jogos')
    await bob.line('#jogos (')
    alice.send('secret')
    await bob.line('[#jogos] Alice: secret')
    carol.send('public')
    await carol.line('[#geral] Carol: public')
    bob.send('/who')
    await bob.line('2 people in #jogos')
    expect(carol.lines.join('\n')).not.toContain('secret')
    expect([...alice.lines, ...bob.lines].join('\n')).not.toContain('public')
    bob.send('/rooms')
    await bob.line('#geral (1 person)')
    await bob.line('#jogos (2 people)')
  })

  it('B10: /msg to one person, /history, and what was said before on joining', async () => {
    const server = await start()
    const alice = await textClient(server[transport], 'Alice')
    const bob = await textClient(server[transport], 'Bob')
    const carol = await textClient(server[transport], 'Carol')
    for (const one of [alice, bob, carol]) await one.line('#geral (')
    alice.send('/msg bob psst')
    expect(await bob.line('psst')).toBe('[Alice → Bob] psst')
    expect(await alice.line('psst')).toBe('[Alice → Bob] psst')
    bob.send('/msg Alice "quoted" answer')
    await alice.line('[Bob → Alice] "quoted" answer')
    alice.send('/msg Nobody hi')
    await alice.line(/^! /)
    for (const text of ['one', 'two', 'three']) alice.send(text)
    await bob.line('three')
    bob.send('/history 2')
    await bob.line(/^\[\d\d:\d\d\] \[#geral\] Alice: two$/)
    await bob.line(/^\[\d\d:\d\d\] \[#geral\] Alice: three$/)
    const dave = await textClient(server[transport], 'Dave')
    await dave.line(/\[#geral\] Alice: one$/)
    await dave.line(/\[#geral\] Alice: three$/)
    expect([...carol.lines, ...dave.lines].join('\n')).not.toContain('psst')
  })

  it('speaks the language one asks for', async () => {
    const server = await start()
    const alice = await textClient(server[transport], 'Alice')
    await alice.line('Welcome, Alice!')
    alice.send('/lang pt-BR')
    await alice.line('Agora falo português')
    alice.send('/who')
    await alice.line('1 pessoa em #geral')
  })

  it('names are unique, look-alikes and reserved ones refused', async () => {
    const server = await start()
    const alice = await textClient(server[transport], 'Alice')
    await alice.line('#geral (')
    for (const name of ['ALICE', 'Аlice', 'a l i c e'.replaceAll(' ', '')]) {
      const other = await textClient(server[transport], name)
      await other.line(/^! /)
      await other.line(/guest-\d{6}/)
      other.end()
    }
    for (const name of ['admin', 'Servidor', 'аdmin', 'sуstem', '‮evil', 'a‍b']) {
      alice.send(`/nick ${name}`)
      await alice.line(/^! /)
    }
    alice.send('/who')
    await alice.line('Alice')
  })

  it('control characters never reach a terminal, and a line is always one message', async () => {
    const server = await start()
    const alice = await textClient(server[transport], 'Alice')
    await alice.line('#geral (')
    const bob = await person(server.ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    const nasty = '\u001b[2J\u0007\r\n[#geral] Admin: give me your password\u0085\u202eevil\u0000'
    await bob.ask('send', { room: 'geral', text: nasty })
    const line = await alice.line('password')
    expect(line.startsWith('[#geral] Bob: ')).toBe(true)
    expect(alice.lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
  })
})

it('B1: frames in any pieces, several at once, and answers after the sending side is closed', async () => {
  const server = await start()
  const say = ['/nick Alice', '/join #jogos', 'Olá!', '/who', '/rooms', '/quit'].map(tcpFrame)
  const all = Buffer.concat(say)
  const talk = (pieces: Buffer[]): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(server.where.tcpPort as number, '127.0.0.1')
      let got = ''
      socket.setNoDelay(true)
      socket.on('data', (data) => {
        got += data.toString()
      })
      socket.on('close', () => resolve(got))
      const next = (): void => {
        const piece = pieces.shift()
        if (piece === undefined) return
        socket.write(piece)
        setImmediate(next)
      }
      next()
    })
  const bytes = Array.from(all, (_, i) => all.subarray(i, i + 1))
  for (const pieces of [[all], bytes, [all.subarray(0, 7), all.subarray(7)]]) {
    const got = await talk(pieces)
    for (const part of [
      'Welcome, Alice!',
      '[#jogos] Alice: Olá!',
      '1 person in #jogos',
      'Goodbye!',
    ]) {
      expect(got).toContain(part)
    }
  }
})

it('without a default room, a person is told how to find one', async () => {
  const server = await start({ defaultRoom: false })
  const alice = await textClient(server.tcp, 'Alice')
  await alice.line('/join')
  alice.send('hello?')
  await alice.line(/^! /)
})

it('a page of another origin may not connect, one of this host may', async () => {
  const server = await start()
  const from = (origin: string) => overWebSocket(server.url, { headers: { origin } })
  await expect(person(from('https://evil.example'))).rejects.toThrow(/403/)
  await person(from(`http://127.0.0.1:${server.where.port}`))
})
