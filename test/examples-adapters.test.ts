/** The examples of adapters are run as their READMEs say, and keep the promises of their contracts. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { jsonStorage } from '../examples/custom-storage/json-storage.ts'
import { openUnix } from '../examples/custom-transport/unix-link.ts'
import { connect } from '../src/client-node.ts'
import {
  type JsonClient,
  jsonClient,
  overTcp,
  overWebSocket,
  person,
  textClient,
} from './support/clients.ts'
import { conformance, runExample, stop } from './support/example.ts'

const folder = mkdtempSync(join(tmpdir(), 'examples-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('custom-storage', () => {
  it('keeps every promise of a storage', async () => {
    const report = await conformance('custom-storage/conformance.ts')
    expect(report).toMatch(/^# fail 0$/m)
    expect(report).toMatch(/^# skipped 0$/m)
    expect(Number(/^# pass (\d+)$/m.exec(report)?.[1])).toBeGreaterThan(140)
  }, 120_000)

  it('what cannot be written did not happen', async () => {
    const file = join(folder, 'full', 'chat.json')
    const storage = jsonStorage({ file })
    await storage.open()
    const room = { room: 'a', epoch: 'e', permanent: true, createdAt: 1, keepUntil: 1 }
    await storage.rooms.create(room, 10)
    const from = { id: 'ana', name: 'Ana' }
    const say = (text: string) =>
      storage.append([{ room: 'a', epoch: 'e', kind: 'message', ts: 1, from, text }])
    await say('first')
    // Where the new file should come there is a folder, as good as a full disk.
    mkdirSync(`${file}.new`)
    await expect(say('lost')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(storage.rooms.delete('a')).rejects.toMatchObject({ code: 'unavailable' })
    rmdirSync(`${file}.new`)
    expect(await say('second')).toMatchObject([{ seq: 2 }])
    await storage.close()
    await expect(say('third')).rejects.toMatchObject({ code: 'unavailable' })
    const again = jsonStorage({ file })
    await again.open()
    const page = await again.read('a', { after: 0, limit: 10 })
    expect(page?.entries.map(({ text }) => text)).toEqual(['first', 'second'])
    await again.close()
    writeFileSync(file, '{"version":1,')
    await expect(jsonStorage({ file }).open()).rejects.toThrow('holds no JSON')
    expect(readFileSync(file, 'utf8')).toBe('{"version":1,')
  })

  it('has all that was acknowledged after kill -9, and nothing of what was deleted', async () => {
    const FILE = join(folder, 'kept', 'chat.json')
    const first = runExample('custom-storage/index.ts', { FILE })
    const [, url = ''] = await first.printed(/(ws:\/\/\S+),/)
    const open = overWebSocket(url)
    const account = { name: 'Ana', password: 'a long password' }
    const door = await jsonClient(open)
    const { token } = await door.ask('register', account)
    await door.ask('hello', { version: 1, token })
    await door.ask('join', { room: 'geral' })
    const { seq } = await door.ask('send', { room: 'geral', text: 'said by mistake' })
    expect(readFileSync(FILE, 'utf8')).toContain('said by mistake')
    await door.ask('delete', { room: 'geral', seq })
    const file = readFileSync(FILE, 'utf8')
    expect(file).not.toContain('said by mistake')
    expect(file).toContain('"name":"Ana"')
    expect(file).not.toContain(account.password)
    // Others may not even read it: there are hashes of passwords in it.
    expect(statSync(FILE).mode & 0o777).toBe(0o600)

    const acknowledged: string[] = []
    let killed = false
    const talks = async (client: JsonClient, who: number): Promise<void> => {
      await client.ask('join', { room: 'geral' })
      for (let n = 0; n < 150; n++) {
        const text = `${who} says ${n}`
        const stored = client.ask('send', { room: 'geral', text, cid: `${who}-${n}` })
        stored.then(() => {
          if (killed) return
          acknowledged.push(text)
          if (acknowledged.length < 200) return
          killed = true
          first.kill('SIGKILL')
        })
        stored.catch(() => {}) // what had no answer may be there, or not
      }
    }
    const talkers = await Promise.all([1, 2, 3, 4].map(() => person(open)))
    await Promise.all(talkers.map(talks))
    expect(await first.ended).toBe(null)
    expect(acknowledged).toHaveLength(200)

    const second = runExample('custom-storage/index.ts', { FILE })
    const [, again = ''] = await second.printed(/(ws:\/\/\S+),/)
    const ana = await jsonClient(overWebSocket(again))
    const login = await ana.ask('login', account)
    const hello = await ana.ask('hello', { version: 1, token: login.token })
    expect(hello.person).toMatchObject({ name: 'Ana' })
    const { head } = await ana.ask('join', { room: 'geral' })
    const kept: { seq: number; text: string }[] = []
    while (kept.length < Number(head)) {
      const page = { room: 'geral', after: kept.at(-1)?.seq ?? 0, limit: 100 }
      kept.push(...((await ana.ask('history', page)).entries as typeof kept))
    }
    expect(kept.map((entry) => entry.seq)).toEqual(kept.map((_, i) => i + 1))
    const texts = kept.map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(acknowledged))
    expect(new Set(texts.slice(2)).size).toBe(texts.length - 2)
    await stop(second)
  }, 40_000)
})

describe('custom-transport', () => {
  it('keeps every promise of a transport', async () => {
    const report = await conformance('custom-transport/conformance.ts')
    expect(report).toMatch(/^# fail 0$/m)
    expect(Number(/^# pass (\d+)$/m.exec(report)?.[1])).toBeGreaterThan(40)
  }, 60_000)

  it('who comes by the socket and who comes by TCP are in one room', async () => {
    const path = join(folder, 'chat.sock')
    const example = runExample('custom-transport/index.ts', { SOCKET: path })
    const [, port = ''] = await example.printed(/^unix:\S+chat\.sock .* port (\d+)/m)
    await example.printed(/Local: Hello from the same machine\./)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const bob = await textClient(overTcp(Number(port)), 'Bob')
    const other = connect(`unix:${path}`, { name: 'Other', open: openUnix })
    const room = await other.join('geral')
    await bob.line(/Other (joined|came)|Other/)
    const heard = new Promise<string>((resolve) => {
      room.on('message', ({ from, text }) => from.name === 'Bob' && resolve(text))
    })
    bob.send('oi, all')
    expect(await heard).toBe('oi, all')
    await room.send('oi, Bob')
    await bob.line('[#geral] Other: oi, Bob')
    await example.printed(/Other: oi, Bob/)
    await other.close()
    await stop(example)
    expect(existsSync(path)).toBe(false)
  })
})
