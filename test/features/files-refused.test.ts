/** Files that are refused, and limits that are crossed: nothing is left of them. */

import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ChatError } from '../../src/errors.ts'
import { memoryFiles } from '../../src/files/memory.ts'
import { LIMITS } from '../../src/limits.ts'
import type { FileStore } from '../../src/spi/files.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { png, SAMPLES } from '../files/samples.ts'
import { person } from '../support/clients.ts'
import { fileServer, filesIn, noted } from '../support/files.ts'
import { eventually } from '../support/http.ts'

const room = 'sala'
const PNG = SAMPLES['image/png']
type Server = Awaited<ReturnType<typeof fileServer>>

async function nothing({ path, storage }: Server): Promise<void> {
  await eventually('nothing is left', () => filesIn(path).length === 0)
  await eventually('nothing is noted', async () => (await noted(storage, room)).length === 0)
}

/** Somebody in the room who uses a socket of their own. */
async function slow(server: Server, name: string) {
  const one = await server.guest(name)
  await one.join(room)
  const begin = (head: string) => {
    const socket = connect(server.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => {})
    const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(answer)))
    socket.write(
      `POST /v1/rooms/${room}/files?name=a.png HTTP/1.1\r\nHost: x\r\n` +
        `Tertulia-Session: ${one.session}\r\n${head}\r\n`,
    )
    return { socket, ended }
  }
  return { ...one, begin }
}

describe('a file is refused', () => {
  it.each([
    ['HTML that is called a PNG', 'a.png', '<!doctype html><script>alert(1)</script>'],
    ['SVG', 'a.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['text', 'a.txt', 'olá'],
    ['a program', 'a.pdf', Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0', 'latin1')],
    [
      'the first bytes of a PNG, then HTML',
      'a.png',
      Buffer.from('\x89PNG\r\n\x1a\n<html>', 'latin1'),
    ],
    ['nothing', 'a.png', ''],
    ['much that is nothing', 'a.png', Buffer.alloc(2_000_000)],
  ])('%s', async (_, name, body) => {
    const server = await fileServer()
    const ana = await server.guest('Ana')
    await ana.join(room)
    const refused = { status: 415, body: { error: { code: 'file_type_refused' } } }
    expect(await ana.upload(room, name, body, { 'content-type': 'image/png' })).toMatchObject(
      refused,
    )
    await nothing(server)
    expect((await ana.upload(room, 'a.png', PNG)).status).toBe(201)
  })

  it('one byte over the limit, whether that is announced or not; the limit itself is not', async () => {
    const server = await fileServer()
    const ana = await server.guest('Ana')
    await ana.join(room)
    const over = png(LIMITS.fileBytes + 1)
    const refused = { status: 413, body: { error: { code: 'file_too_large' } } }
    expect(await ana.upload(room, 'a.png', over)).toMatchObject(refused)
    const parts = Readable.toWeb(Readable.from(halves(over)))
    expect(await ana.upload(room, 'a.png', parts as ReadableStream<Uint8Array>)).toMatchObject(
      refused,
    )
    await nothing(server)
    const fits = await ana.upload(room, 'a.png', over.subarray(0, -1))
    expect(fits).toMatchObject({ status: 201, body: { size: 16 * 1024 * 1024 } })
  })

  it('without a name, a room, or a session', async () => {
    const server = await fileServer()
    const ana = await server.guest('Ana')
    await ana.join(room)
    const at = (path: string, headers: Record<string, string>) =>
      fetch(server.url + path, { method: 'POST', headers, body: PNG }).then(({ status }) => status)
    const mine = { 'tertulia-session': ana.session }
    expect(await at(`/v1/rooms/${room}/files`, mine)).toBe(400)
    expect(await at('/v1/rooms/nowhere/files?name=a.png', mine)).toBe(404)
    expect(await at(`/v1/rooms/${room}/files?name=a.png`, {})).toBe(401)
    expect(await at(`/v1/rooms/${room}/files?name=a.png`, { 'tertulia-session': 'x' })).toBe(404)
    await nothing(server)
  })

  it('from who may not speak in the room', async () => {
    const server = await fileServer()
    const ana = await person(server.ws, 'Ana')
    await ana.ask('join', { room })
    const bia = await server.guest('Bia')
    await bia.join(room)
    await ana.ask('mute', { room, person: 'Bia' })
    expect(await bia.upload(room, 'a.png', PNG)).toMatchObject({
      body: { error: { code: 'muted' } },
    })
    await ana.ask('unmute', { room, person: 'Bia' })
    await ana.ask('set', { room, settings: { readOnly: true } })
    expect(await bia.upload(room, 'a.png', PNG)).toMatchObject({
      body: { error: { code: 'room_read_only' } },
    })
    await ana.ask('set', { room, settings: { readOnly: null, private: true } })
    const caio = await server.guest('Caio')
    expect(await caio.upload(room, 'a.png', PNG)).toMatchObject({
      body: { error: { code: 'invite_only' } },
    })
    await ana.ask('ban', { room, person: 'Bia' })
    expect(await bia.upload(room, 'a.png', PNG)).toMatchObject({
      body: { error: { code: 'banned' } },
    })
    await nothing(server)
  })

  it('whatever its name is, it is kept under an id, and the name is harmless', async () => {
    const server = await fileServer()
    const ana = await server.guest('Ana')
    await ana.join(room)
    for (const [name, clean] of [
      ['../../x', 'x.png'],
      ['..\\..\\x.png', 'x.png'],
      ['/etc/passwd', 'passwd.png'],
      ['a\r\nX-Evil: 1', 'a X-Evil_ 1.png'],
      ['\u202egnp.exe', 'gnp.exe.png'],
      ['con.png', '_con.png'],
    ] as const) {
      const { body } = await ana.upload(room, name, PNG)
      expect(body.name).toBe(clean)
      expect(body.id).toMatch(/^[\w-]{30,64}$/)
      const { headers } = await ana.download(body.id)
      expect(headers.get('x-evil')).toBeNull()
      expect(headers.get('content-disposition')).toContain(`filename="${clean}"`)
    }
    expect(filesIn(server.path).every((file) => /^[0-9a-f]+$/.test(file))).toBe(true)
  })
})

describe('limits of files', () => {
  it('what a person may have, and what all may: freed when files are deleted', async () => {
    const limits = { personFilesBytes: 2500, allFilesBytes: 4500, orphanMs: 2000 }
    const server = await fileServer({ limits })
    const [ana, bia, caio] = await Promise.all(
      ['Ana', 'Bia', 'Caio'].map((name) => server.guest(name)),
    )
    for (const one of [ana, bia, caio]) await one?.join(room)
    if (ana === undefined || bia === undefined || caio === undefined) throw new Error()
    const full = { status: 507, body: { error: { code: 'quota_exceeded' } } }
    for (const one of [ana, bia]) {
      expect((await one.upload(room, 'a.png', png(1000))).status).toBe(201)
      expect((await one.upload(room, 'b.png', png(1000))).status).toBe(201)
      expect(await one.upload(room, 'c.png', png(1000))).toMatchObject(full)
    }
    expect((await caio.upload(room, 'd.png', png(400))).status).toBe(201)
    expect(await caio.upload(room, 'd.png', png(400))).toMatchObject(full)
    await eventually('files are kept as they are noted', async () => {
      return filesIn(server.path).length === (await noted(server.storage, room)).length
    })
    await nothing(server)
    expect((await ana.upload(room, 'a.png', png(1000))).status).toBe(201)
  })

  it('the time a file may take to come', async () => {
    const server = await fileServer({ limits: { uploadMs: 150, closeMs: 300 } })
    const ana = await slow(server, 'Ana')
    const { socket, ended } = ana.begin('Content-Length: 5000\r\n')
    socket.write(PNG)
    const answer = await ended
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(answer).toContain('frame_timeout')
    await nothing(server)
  })

  it('files that come at once: of all, and of one', async () => {
    const server = await fileServer({ limits: { uploadsAtOnce: 4 } })
    const ana = await slow(server, 'Ana')
    const first = ana.begin(`Content-Length: ${PNG.length}\r\n`)
    first.socket.write(PNG.subarray(0, 30))
    await eventually('it is coming', () => filesIn(server.path).length === 1)
    const busy = await ana.upload(room, 'b.png', PNG)
    expect(busy).toMatchObject({
      status: 503,
      body: { error: { code: 'overloaded', retryable: true } },
    })
    first.socket.write(PNG.subarray(30))
    await eventually('it came', async () => (await noted(server.storage, room)).length === 1)
    expect((await ana.upload(room, 'b.png', PNG)).status).toBe(201)
    first.socket.destroy()
  })

  it('how fast one may bring them', async () => {
    const server = await fileServer({ limits: { commandBurst: 25, commandsPerSecond: 1 } })
    const ana = await server.guest('Ana')
    await ana.join(room)
    const all = []
    for (let n = 0; n < 4; n++) all.push((await ana.upload(room, 'a.png', PNG)).status)
    expect(all).toEqual([201, 201, 429, 429])
  })
})

describe('nothing is left of a file', () => {
  it('whose client goes away in the middle', async () => {
    const server = await fileServer()
    const ana = await slow(server, 'Ana')
    for (const head of ['Content-Length: 500000\r\n', 'Transfer-Encoding: chunked\r\n']) {
      const { socket } = ana.begin(head)
      const bytes = png(100_000)
      if (head.startsWith('T')) socket.write(`${bytes.length.toString(16)}\r\n`)
      socket.write(bytes)
      await eventually('it is coming', () => filesIn(server.path).length === 1)
      socket.destroy()
      await nothing(server)
    }
    expect((await ana.upload(room, 'a.png', PNG)).status).toBe(201)
  })

  it('when the server closes in the middle', async () => {
    const server = await fileServer({ limits: { closeMs: 300 } })
    const ana = await slow(server, 'Ana')
    const { socket, ended } = ana.begin('Content-Length: 500000\r\n')
    socket.write(PNG)
    await eventually('it is coming', () => filesIn(server.path).length === 1)
    const closing = server.chat.close()
    await eventually('nothing is left', () => filesIn(server.path).length === 0)
    await closing
    expect(await ended).toMatch(/^HTTP\/1.1 503 /)
    await nothing(server)
  })

  it('when who brings it is put out in the middle', async () => {
    const server = await fileServer()
    const owner = await person(server.ws, 'Bob')
    await owner.ask('join', { room })
    const ana = await slow(server, 'Ana')
    const { socket, ended } = ana.begin(`Content-Length: ${PNG.length}\r\nConnection: close\r\n`)
    socket.write(PNG.subarray(0, 20))
    await eventually('it is coming', () => filesIn(server.path).length === 1)
    await owner.ask('ban', { room, person: 'Ana' })
    socket.write(PNG.subarray(20))
    expect(await ended).toContain('forbidden')
    await nothing(server)
  })

  it.each([
    ['cannot keep it', 'unavailable', 503],
    ['is full', 'quota_exceeded', 507],
  ] as const)('when the store %s', async (_, code, status) => {
    const store: FileStore = {
      ...memoryFiles(),
      async put(_id, bytes) {
        for await (const _chunk of bytes) throw new ChatError(code)
      },
    }
    const server = await fileServer({ files: store })
    const ana = await server.guest('Ana')
    await ana.join(room)
    const answer = await ana.upload(room, 'a.png', png(300_000))
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(await noted(server.storage, room)).toEqual([])
  })

  it('when the store breaks in a way of its own: nothing of that is told', async () => {
    const store: FileStore = {
      ...memoryFiles(),
      put: () => Promise.reject(new Error('EIO: secret path')),
      get: () => Promise.reject(new Error('EIO: secret path')),
    }
    const server = await fileServer({ files: store })
    const ana = await server.guest('Ana')
    await ana.join(room)
    const answer = await ana.upload(room, 'a.png', PNG)
    expect(answer.status).toBe(503)
    expect(JSON.stringify(answer.body)).not.toContain('secret')
  })

  it('when the store never answers', async () => {
    const store: FileStore = {
      ...memoryFiles(),
      async put(_id, bytes) {
        bytes.resume()
        await new Promise(() => {})
      },
    }
    const server = await fileServer({ files: store, limits: { storageMs: 200 } })
    const ana = await server.guest('Ana')
    await ana.join(room)
    expect((await ana.upload(room, 'a.png', PNG)).status).toBe(503)
  })

  it.each(['rejects', 'does not answer'])('when it cannot be noted: storage %s', async (how) => {
    const good = memoryStorage()
    const { records } = good
    if (records === undefined) throw new Error()
    const add = (): Promise<boolean> =>
      how === 'rejects' ? Promise.reject(new ChatError('unavailable')) : new Promise(() => {})
    const storage: Storage = {
      ...good,
      rooms: good.rooms,
      records: { ...records, files: wrapped(records.files, { add }) },
    }
    const server = await fileServer({ storage: bound(good, storage), limits: { storageMs: 300 } })
    const ana = await server.guest('Ana')
    await ana.join(room)
    expect((await ana.upload(room, 'a.png', PNG)).status).toBe(503)
    await nothing(server)
  })
})

function* halves(bytes: Buffer): Iterable<Buffer> {
  const middle = bytes.length >> 1
  yield bytes.subarray(0, middle)
  yield bytes.subarray(middle)
}

/** An object with some methods replaced; the others keep their `this`. */
function wrapped<T extends object>(good: T, changes: Partial<T>): T {
  return new Proxy(good, {
    get(target, key) {
      const changed = changes[key as keyof T]
      if (changed !== undefined) return changed
      const value = target[key as keyof T]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const bound = (good: Storage, { records }: Storage): Storage =>
  wrapped(good, records === undefined ? {} : { records })
