/** The SDK and a real server: what people do with it. */

import { describe, expect, it } from 'vitest'
import { createChatServer } from '../../src/chat.ts'
import type { ChatRoom, Entry } from '../../src/client.ts'
import { login, register } from '../../src/client-node.ts'
import { memoryFiles } from '../../src/files.ts'
import { start } from '../support/server.ts'
import { client, until } from './sdk-support.ts'

/** Everything that is told of a room, as `seq text`. */
function heard(room: ChatRoom): string[] {
  const lines: string[] = []
  room.on('entry', ({ seq, text }) => lines.push(`${seq} ${text}`))
  room.on('gap', ({ from, to }) => lines.push(`gap ${from}-${to}`))
  room.on('reset', ({ recent }) => lines.push(`reset ${recent.length}`))
  return lines
}

async function texts(entries: AsyncIterable<Entry>): Promise<string[]> {
  const all: string[] = []
  for await (const { text } of entries) all.push(text)
  return all
}

describe.each(['websocket', 'tcp'])('over %s', (transport) => {
  const address = (where: { url: string | undefined; tcpPort: number | undefined }): string =>
    transport === 'tcp' ? `tcp://127.0.0.1:${where.tcpPort}` : (where.url as string)

  it('people talk: join, send, edit, react, delete, history', async () => {
    const { where } = await start()
    const url = address(where)
    const ana = client(url, { name: 'Ana' })
    const bob = client(url, { name: 'Bob' })
    expect(await ana.ready).toMatchObject({ name: 'Ana' })
    const [geral, other] = [await ana.join('geral'), await bob.join('#Geral')]
    expect(other.name).toBe('geral')
    const kinds: string[] = []
    for (const kind of ['message', 'edit', 'react', 'unreact', 'delete'] as const) {
      other.on(kind, ({ seq, ref, text }) => kinds.push(`${kind} ${seq} ${ref ?? '-'} ${text}`))
    }
    const [first, second] = await Promise.all([geral.send('um'), geral.send('dois')])
    expect([first.seq, second.seq]).toEqual([1, 2])
    await geral.edit(1, 'um!')
    await other.react(1, '👍')
    await other.react(1, '👍', false)
    await geral.delete(2)
    await until(() =>
      expect(kinds).toEqual([
        'message 1 - um',
        'message 2 - dois',
        'edit 3 1 um!',
        'react 4 1 👍',
        'unreact 5 1 👍',
        'delete 6 2 ',
      ]),
    )
    await until(() => expect(other.position?.seq).toBe(6))
    expect((await texts(geral.history({ before: 3, page: 1 }))).map((text) => text)).toEqual([
      '',
      'um!',
    ])
    expect(await texts(geral.history({ after: 3, page: 2 }))).toEqual(['👍', '👍', ''])
    expect(geral.unsent).toEqual([])
    await expect(other.edit(1, 'meu')).rejects.toMatchObject({
      code: 'forbidden',
      retryable: false,
    })
  })

  it('a client that comes anew has what is recent, and who is here', async () => {
    const { where } = await start()
    const ana = client(address(where), { name: 'Ana' })
    const geral = await ana.join('geral')
    for (let i = 1; i <= 5; i++) await geral.send(`m${i}`)
    const bob = client(address(where), { name: 'Bob' })
    const room = await bob.join('geral', { recent: 2 })
    expect(room.recent.map(({ text }) => text)).toEqual(['m4', 'm5'])
    expect(room.recent[0]?.kind).toBe('message')
    expect([...room.members.values()].map(({ name }) => name)).toEqual(['Ana', 'Bob'])
    expect(room.count).toBe(2)
    await until(() => expect(geral.count).toBe(2))
    const presences: string[] = []
    geral.on('presence', (push) => presences.push(push.ev))
    await room.leave()
    expect(room.state).toBe('left')
    expect(bob.rooms.size).toBe(0)
    await until(() => expect(presences).toEqual(['left']))
    expect(geral.members.size).toBe(1)
    await expect(room.send('fora')).rejects.toMatchObject({ code: 'not_member' })
  })

  it('somebody who was here before gets what came since, more than a page of it', async () => {
    const { where } = await start({ limits: { commandBurst: 10_000, historyPage: 10 } })
    const ana = client(address(where), { name: 'Ana' })
    const geral = await ana.join('geral')
    const { epoch } = geral.position ?? { epoch: '' }
    await Promise.all(Array.from({ length: 105 }, (_, i) => geral.send(`m${i + 1}`)))
    const bob = client(address(where), { name: 'Bob' })
    const room = await bob.join('geral', { since: { epoch, seq: 3 } })
    const lines = heard(room)
    await geral.send('agora')
    await until(() => expect(room.position?.seq).toBe(106))
    expect(lines).toEqual(
      Array.from({ length: 103 }, (_, i) => `${i + 4} ${i + 4 > 105 ? 'agora' : `m${i + 4}`}`),
    )
  })

  it('a server that starts afresh is noticed, and talk goes on', async () => {
    const before = await start()
    const { port, tcpPort } = before.where
    const url = address(before.where)
    const ana = client(url, { name: 'Ana' })
    const geral = await ana.join('geral')
    await geral.send('antes')
    await until(() => expect(geral.position?.seq).toBe(1))
    const lines = heard(geral)
    await before.chat.close()
    await until(() => expect(ana.state).toBe('waiting'))
    expect(geral.state).toBe('joining')
    const said = geral.send('enquanto')
    expect(geral.unsent).toMatchObject([{ op: 'send', text: 'enquanto', sent: false }])
    const after = createChatServer()
    await after.listen({ port: port as number, tcpPort: tcpPort as number })
    try {
      expect(await said).toMatchObject({ seq: 1 })
      await until(() => expect(lines).toEqual(['reset 0', '1 enquanto']))
      expect(geral.state).toBe('live')
    } finally {
      await ana.close()
      await after.close()
    }
  })
})

describe('with a real server', () => {
  it('reads are marked on all connections of a person', async () => {
    const { url } = await start({ accounts: true })
    const { token } = await register(url, { name: 'Ana', password: 'correta bateria' })
    const [one, two] = [client(url, { token }), client(url, { token })]
    const [a, b] = [await one.join('geral'), await two.join('geral')]
    const marks: number[] = []
    b.on('read', ({ seq }) => marks.push(seq))
    for (let i = 1; i <= 3; i++) await a.send(`m${i}`)
    await until(() => expect(a.position?.seq).toBe(3))
    await Promise.all([a.markRead(1), a.markRead(), a.markRead(2)])
    expect(a.read).toBe(3)
    await until(() => expect(b.read).toBe(3))
    await a.markRead(1)
    expect(a.read).toBe(3)
    expect(marks.at(-1)).toBe(3)
    const three = client(url, { token })
    expect((await three.join('geral')).read).toBe(3)
  })

  it('private messages open a room at both', async () => {
    const { url } = await start()
    const [ana, bob] = [client(url, { name: 'Ana' }), client(url, { name: 'Bob' })]
    await Promise.all([ana.ready, bob.ready])
    const opened: string[] = []
    const lines: string[] = []
    bob.on('opened', ({ room, with: other }) => {
      opened.push(other.name)
      room.on('message', ({ text }) => lines.push(text))
    })
    const said = await ana.message('Bob', 'psiu')
    expect(said).toMatchObject({ seq: 1, to: { name: 'Bob' } })
    const mine = ana.rooms.get(said.room)
    expect(mine?.with).toMatchObject({ name: 'Bob' })
    await until(() => expect(lines).toEqual(['psiu']))
    expect(opened).toEqual(['Ana'])
    await bob.rooms.get(said.room)?.send('oi')
    await until(() => expect(mine?.position?.seq).toBe(2))
    await expect(ana.message('Ninguém', 'oi')).rejects.toMatchObject({ code: 'person_not_found' })
  })

  it('whoever is put out is told, and does not come back by itself', async () => {
    const { url } = await start()
    const [ana, bob] = [client(url, { name: 'Ana' }), client(url, { name: 'Bob' })]
    const mine = await ana.join('jogos')
    const room = await bob.join('jogos')
    expect(mine.role).toBe('owner')
    const left: object[] = []
    room.on('left', (what) => left.push(what))
    await ana.request('kick', { room: 'jogos', person: 'Bob', reason: 'spam' })
    await until(() => expect(left).toEqual([{ why: 'kick', reason: 'spam' }]))
    expect(bob.rooms.size).toBe(0)
    await ana.request('ban', { room: 'jogos', person: 'Bob' })
    await expect(bob.join('jogos')).rejects.toMatchObject({ code: 'banned' })
    await ana.request('close', { room: 'jogos' })
    await until(() => expect(mine.state).toBe('left'))
  })

  it('rooms with a password are come back to', async () => {
    const { chat, url, where } = await start()
    const [ana, bob] = [client(url, { name: 'Ana' }), client(url, { name: 'Bob' })]
    await ana.request('create', { room: 'cofre', settings: { password: 'abre' } })
    await ana.join('cofre')
    await expect(bob.join('cofre')).rejects.toMatchObject({ code: 'room_password' })
    const room = await bob.join('cofre', { password: 'abre' })
    expect(room.settings).toEqual({ password: true })
    const states: string[] = []
    room.on('state', (state) => states.push(state))
    await chat.close()
    await until(() => expect(bob.state).toBe('waiting'))
    const after = createChatServer()
    await after.listen({ port: where.port as number })
    // It is another room now, made again without one.
    await until(() => expect(states).toEqual(['joining', 'live']))
    expect(room.settings).toEqual({})
    await Promise.all([ana.close(), bob.close()])
    await after.close()
  })

  it('files are brought, sent and got', async () => {
    const { url } = await start({ files: memoryFiles() })
    const [ana, bob] = [client(url, { name: 'Ana' }), client(url, { name: 'Bob' })]
    await ana.request('create', { room: 'fotos', settings: { password: 'abre' } })
    const mine = await ana.join('fotos')
    const room = await bob.join('fotos', { password: 'abre' })
    const png = Uint8Array.from(
      Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        'base64',
      ),
    )
    const file = await mine.upload(png, { name: 'férias.png' })
    expect(file).toMatchObject({ type: 'image/png', size: png.length })
    const [entry] = await Promise.all([
      new Promise<Entry>((resolve) => room.on('message', resolve)),
      mine.send('', { file }),
    ])
    expect(entry.details?.file).toEqual(file)
    const response = await bob.download(file)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(png)
    // The same people, not others of their names.
    expect(mine.count).toBe(2)
    expect(ana.person?.name).toBe('Ana')
    const text = new Blob(['só texto'])
    await expect(mine.upload(text, { name: 'a.txt' })).rejects.toMatchObject({
      code: 'file_type_refused',
    })
    await expect(bob.download({ ...file, id: 'nenhum' })).rejects.toMatchObject({
      code: 'file_not_found',
    })
  })

  it('accounts: register, log in, and be asked for the token again', async () => {
    const { url, chat } = await start({ accounts: true, guests: false })
    const account = { name: 'Ana', password: 'correta bateria' }
    await expect(login(url, account)).rejects.toMatchObject({ code: 'credentials_wrong' })
    const { person } = await register(url, account)
    await expect(register(url, account)).rejects.toMatchObject({ code: 'name_taken' })
    const guest = client(url, { name: 'Ana' })
    await expect(guest.ready).rejects.toMatchObject({ code: 'unauthorized' })
    expect(guest.state).toBe('closed')
    let asked = 0
    const tokens: string[] = []
    const ana = client(url, {
      token: async () => {
        asked += 1
        const { token } = await login(url, account)
        tokens.push(token)
        return token
      },
    })
    expect(await ana.ready).toEqual(person)
    const geral = await ana.join('geral')
    // The token ends, and with it the connection: another one is had.
    await ana.request('logout', {})
    await until(() => expect(asked).toBe(2))
    expect(await geral.send('de volta')).toMatchObject({ seq: 1 })
    const fixed = client(url, { token: tokens[1] as string })
    await fixed.ready
    await fixed.request('logout', {})
    await until(() => expect(fixed.state).toBe('closed'))
    await chat.close()
  })

  it('what is not kept any more is told as a gap', async () => {
    const { url } = await start({ limits: { recentEntries: 2 } })
    const ana = client(url, { name: 'Ana' })
    const geral = await ana.join('curta')
    await ana.request('set', { room: 'curta', settings: { keepEntries: 5 } })
    const since = geral.position ?? { epoch: '', seq: 0 }
    for (let i = 1; i <= 20; i++) await geral.send(`m${i}`)
    const bob = client(url, { name: 'Bob' })
    const room = await bob.join('curta', { since })
    const lines = heard(room)
    await until(() => expect(room.position?.seq).toBe(geral.position?.seq))
    expect(lines[0]).toMatch(/^gap \d+-\d+$/)
    const to = Number(lines[0]?.split('-')[1])
    expect(lines[1]?.startsWith(`${to + 1} `)).toBe(true)
  })
})
