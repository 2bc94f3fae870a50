/** Who may have a file, and what becomes of files that nobody can come by any more. */

import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { directoryFiles } from '../../src/files/directory.ts'
import type { FileRecords } from '../../src/spi/records.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { png, SAMPLES } from '../files/samples.ts'
import { person } from '../support/clients.ts'
import { fileServer, filesIn, folder, noted } from '../support/files.ts'
import { eventually } from '../support/http.ts'

const room = 'sala'
const PNG = SAMPLES['image/png']
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const one of cleanups.splice(0)) await one()
})

/** Bob owns the room, Ana shared a file in it, Bia is in it, Caio isn't. */
async function scene(options: Parameters<typeof fileServer>[0] = {}, bytes: Buffer = PNG) {
  const server = await fileServer(options)
  const bob = await person(server.ws, 'Bob')
  await bob.ask('join', { room })
  const [ana, bia, caio] = [
    await server.guest('Ana'),
    await server.guest('Bia'),
    await server.guest('Caio'),
  ]
  await ana.join(room)
  await bia.join(room)
  const { body: file } = await ana.upload(room, 'a.png', bytes)
  const { body } = await ana.send(room, file.id)
  await eventually('attached', async () => (await noted(server.storage, room))[0]?.seq === body.seq)
  return { ...server, server, bob, ana, bia, caio, id: file.id as string, seq: body.seq as number }
}

describe('who may have a file', () => {
  it('who is in the room, or might come in', async () => {
    const { bia, caio, id, url } = await scene()
    expect((await bia.download(id)).status).toBe(200)
    expect((await caio.download(id)).status).toBe(200)
    expect((await caio.get('/v1/session')).body.rooms).toEqual([])
    expect((await fetch(`${url}/v1/files/${id}/a.png`)).status).toBe(401)
    expect((await fetch(`${url}/v1/files/${id}/a.png?session=${bia.session}`)).status).toBe(200)
    for (const wrong of ['nothing', 'x'.repeat(65), '..%2f..%2fetc', '%00']) {
      expect((await bia.download(wrong)).status, wrong).toBe(404)
    }
  })

  it('not who is banned, at once, on every node', async () => {
    const shared = { storage: memoryStorage(), broker: memoryBroker() }
    const path = folder()
    const { bob, id, ...here } = await scene({ ...shared, files: directoryFiles(path) })
    const there = await fileServer({ ...shared, files: directoryFiles(path) })
    const dora = await there.guest('Dora')
    await dora.join(room)
    for (const one of [here.bia, dora]) expect((await one.download(id)).status).toBe(200)
    await eventually('known here', async () => {
      return (await bob.ask('members', { room })).count === 4
    })
    for (const name of ['Bia', 'Dora']) await bob.ask('ban', { room, person: name })
    for (const one of [here.bia, dora]) {
      await eventually('refused', async () => (await one.download(id)).status === 403)
    }
    expect((await here.ana.download(id)).status).toBe(200)
  })

  it('not who was put out of a private room, or was never in it', async () => {
    const { bob, bia, caio, id } = await scene()
    await bob.ask('set', { room, settings: { private: true } })
    expect((await caio.download(id)).status).toBe(403)
    expect((await bia.download(id)).status).toBe(200)
    await bob.ask('kick', { room, person: 'Bia' })
    await eventually('refused', async () => (await bia.download(id)).status === 403)
    await bob.ask('invite', { room, person: 'Caio' })
    expect((await caio.download(id)).status).toBe(200)
  })

  it('not who does not know the password of the room', async () => {
    const { bob, bia, caio, id } = await scene()
    await bob.ask('set', { room, settings: { password: 'sésamo' } })
    expect((await caio.download(id)).status).toBe(403)
    expect((await bia.download(id)).status).toBe(200)
  })

  it('who is in the room by another connection', async () => {
    const { bob, id, url, ws } = await scene()
    await bob.ask('set', { room, settings: { password: 'sésamo' } })
    const dora = await person(ws, 'Dora')
    const { ticket } = await dora.ask('hello', { version: 1 }).catch(() => ({ ticket: '' }))
    expect(ticket).toBe('')
    await dora.ask('join', { room, password: 'sésamo' })
    const nick = await dora.ask('nick', { name: 'Dora' })
    const opened = await fetch(`${url}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticket: nick.ticket }),
    })
    const { session } = (await opened.json()) as { session: string }
    const at = `${url}/v1/files/${id}/a.png?session=${session}`
    expect((await fetch(at)).status).toBe(200)
    const up = await fetch(`${url}/v1/rooms/${room}/files?name=b.png&session=${session}`, {
      method: 'POST',
      body: PNG,
    })
    const { id: brought } = (await up.json()) as { id: string }
    expect(await dora.ask('send', { room, text: '', file: brought })).toMatchObject({ seq: 3 })
    await dora.ask('leave', { room })
    expect((await fetch(at)).status).toBe(403)
  })

  it('only where the hook lets people in', async () => {
    const { caio, bia, id } = await scene({
      hooks: {
        beforeJoin({ person: { name } }) {
          if (name === 'Caio') throw new Error('not you')
        },
      },
    })
    expect((await caio.download(id)).status).toBe(403)
    expect((await bia.download(id)).status).toBe(200)
  })

  it('a download ends when they may no longer have it', async () => {
    const bytes = png(400_000)
    const path = folder()
    const good = directoryFiles(path)
    const slowly = {
      ...good,
      async get(...args: Parameters<typeof good.get>) {
        const stream = await good.get(...args)
        if (stream === null) return null
        return Readable.from(
          (async function* () {
            for await (const chunk of stream) {
              yield chunk
              await new Promise((resolve) => setTimeout(resolve, 300))
            }
          })(),
          { objectMode: false },
        )
      },
    }
    const { bob, bia, id, url } = await scene({ files: slowly }, bytes)
    const response = await fetch(`${url}/v1/files/${id}/x?session=${bia.session}`)
    expect(response.status).toBe(200)
    await bob.ask('ban', { room, person: 'Bia' })
    await expect(response.arrayBuffer()).rejects.toThrow()
  })
})

describe('a file is gone', () => {
  const limits = { orphanMs: 1200 }

  it('with its message: at once for people, then from the disk', async () => {
    const { server, ana, bia, id, seq } = await scene({ limits })
    expect((await ana.del(`/v1/rooms/${room}/messages/${seq}`)).status).toBe(200)
    expect((await bia.download(id)).status).toBe(404)
    await eventually('swept', () => filesIn(server.path).length === 0)
    await eventually('forgotten', async () => (await noted(server.storage, room)).length === 0)
  })

  it('with its room', async () => {
    const { server, chat, bia, id } = await scene({ limits })
    await chat.room(room).delete()
    expect((await bia.download(id)).status).toBe(404)
    await eventually('swept', () => filesIn(server.path).length === 0)
  })

  it('when no message came for it; that of a message stays', async () => {
    const { server, ana, bia, id } = await scene({ limits })
    const { body: unsent } = await ana.upload(room, 'b.png', PNG)
    expect((await ana.download(unsent.id)).status).toBe(200)
    expect(filesIn(server.path)).toHaveLength(2)
    await new Promise((resolve) => setTimeout(resolve, limits.orphanMs / 2 + 50))
    expect((await ana.send(room, unsent.id)).status).toBe(404)
    await eventually('swept', () => filesIn(server.path).length === 1)
    expect((await ana.download(unsent.id)).status).toBe(404)
    expect((await bia.download(id)).status).toBe(200)
    expect((await noted(server.storage, room)).map((file) => file.id)).toEqual([id])
  })

  it('when nothing is known of it; but not one that another server keeps there', async () => {
    const path = folder()
    const storage = memoryStorage()
    const first = await scene({ files: directoryFiles(path), storage, limits })
    const other = await fileServer({ files: directoryFiles(path) })
    const ana = await other.guest('Ana')
    await ana.join(room)
    const kept = (await ana.upload(room, 'a.png', PNG)).body.id as string
    await first.chat.close()
    // As when a server ends between keeping the bytes and noting them.
    await storage.records?.files.delete([first.id])
    expect(filesIn(path)).toHaveLength(2)
    await new Promise((resolve) => setTimeout(resolve, 600))
    await fileServer({
      files: directoryFiles(path),
      storage,
      limits: { orphanMs: 400, uploadMs: 100, storageMs: 100 },
    })
    await eventually('swept', () => filesIn(path).length === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await ana.download(kept)).status).toBe(200)
  })
})

describe('a server that ends between a message and giving it its file', () => {
  /** As if it ended there: the message is stored, the file is never given to it. */
  function cut(storage: Storage): Storage {
    const { records } = storage
    if (records === undefined) throw new Error()
    const files = over<FileRecords>(records.files, { attach: () => new Promise(() => {}) })
    return over<Storage>(storage, { records: { ...records, files } })
  }
  function over<T extends object>(good: T, changes: Partial<T>): T {
    return new Proxy(good, {
      get(target, key) {
        const changed = changes[key as keyof T]
        if (changed !== undefined) return changed
        const value = target[key as keyof T]
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  it.each(['memory', 'SQLite'])('loses nothing, the sweep finds it: %s', async (kind) => {
    const path = folder()
    const database = `${folder()}/chat.db`
    const open = () => (kind === 'memory' ? memory : sqliteStorage(database))
    const memory = memoryStorage()
    const files = () => directoryFiles(path)
    const limits = { orphanMs: 800, storageMs: 300 }
    const first = await fileServer({
      storage: cut(open()),
      files: files(),
      limits: { storageMs: 300 },
    })
    const ana = await first.guest('Ana')
    await ana.join(room)
    await ana.post(`/v1/rooms/${room}/messages`, { text: 'antes' })
    const { body: sent } = await ana.upload(room, 'a.png', PNG)
    const { body: unsent } = await ana.upload(room, 'b.png', PNG)
    const { body: deleted } = await ana.upload(room, 'c.png', PNG)
    expect((await ana.send(room, sent.id)).status).toBe(201)
    const { body } = await ana.send(room, deleted.id)
    expect((await ana.download(sent.id)).status).toBe(200)
    await ana.del(`/v1/rooms/${room}/messages/${body.seq}`)
    expect((await noted(first.storage, room)).map(({ seq }) => seq)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    // Its work is left as it is; only its socket is closed.
    await new Promise((resolve) => setTimeout(resolve, 900))
    const storage = open()
    const second = await fileServer({ storage, files: files(), limits })
    await eventually('swept', () => filesIn(path).length === 1)
    await eventually('found', async () => {
      const [file, ...rest] = await noted(storage, room)
      return file?.id === sent.id && file?.seq === 2 && rest.length === 0
    })
    const bia = await second.guest('Bia')
    expect((await bia.download(sent.id)).bytes.equals(PNG)).toBe(true)
    expect((await bia.download(unsent.id)).status).toBe(404)
    expect((await bia.download(deleted.id)).status).toBe(404)
  })
})
