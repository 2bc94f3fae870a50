/** Files in rooms, by real HTTP: bringing them, saying them, getting them. */

import { describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { memoryFiles } from '../../src/files/memory.ts'
import { FILE_TYPES } from '../../src/files/type.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { png, SAMPLES } from '../files/samples.ts'
import { person, textClient } from '../support/clients.ts'
import { fileServer, filesIn, noted } from '../support/files.ts'
import { eventually } from '../support/http.ts'

const room = 'sala'
const PNG = SAMPLES['image/png']

describe('a file', () => {
  it.each([
    ['image/png', 'férias.png'],
    ['image/jpeg', 'férias.jpg'],
    ['application/pdf', 'férias.pdf'],
    ['image/gif', 'férias.gif'],
    ['image/webp', 'férias.webp'],
  ] as const)('%s is brought, said and had by the others', async (type, name) => {
    const { guest, ws } = await fileServer()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    const ana = await guest('Ana')
    const up = await ana.upload(room, name, SAMPLES[type])
    expect(up).toMatchObject({ status: 201, body: { name, type, size: SAMPLES[type].length } })
    const file = up.body
    expect(Object.keys(file).sort()).toEqual(['id', 'name', 'size', 'type'])
    expect((await ana.send(room, file.id)).status).toBe(201)
    expect(await bob.push('message')).toMatchObject({ text: 'veja', details: { file }, seq: 1 })
    const bia = await guest('Bia')
    const down = await bia.download(file.id)
    expect(down.status).toBe(200)
    expect(down.bytes.equals(SAMPLES[type])).toBe(true)
    expect(Object.fromEntries(down.headers)).toMatchObject({
      'content-type': type,
      'content-length': `${SAMPLES[type].length}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-cache',
      'content-disposition': `inline; filename="${name.replace('é', '_')}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      etag: `"${file.id}"`,
    })
  })

  it('needs no words, and is read from history as it was said', async () => {
    const { guest } = await fileServer()
    const ana = await guest('Ana')
    await ana.join(room)
    const { body: file } = await ana.upload(room, 'a.png', PNG)
    expect((await ana.send(room, file.id, '')).status).toBe(201)
    const { entries } = (await ana.get(`/v1/rooms/${room}/messages`)).body
    expect(entries).toMatchObject([{ text: '', details: { file } }])
    expect((await ana.post(`/v1/rooms/${room}/messages`, { text: '' })).status).toBe(400)
  })

  it('is a line for those who read text, in their language', async () => {
    const { guest, tcp } = await fileServer()
    const [bob, caio] = [await textClient(tcp), await textClient(tcp)]
    bob.send('/nick Bob')
    caio.send('/nick Caio')
    caio.send('/lang pt-BR')
    await caio.line('português')
    const ana = await guest('Ana')
    await ana.join('geral')
    const { body: file } = await ana.upload('geral', 'férias.png', png(2_202_010))
    await ana.send('geral', file.id, 'foto')
    await bob.line('[#geral] Ana: foto (file: férias.png, 2.1 MB)')
    await caio.line('[#geral] Ana: foto (arquivo: férias.png, 2,1 MB)')
    await ana.send('geral', (await ana.upload('geral', 'x.png', PNG)).body.id, '')
    await bob.line(`[#geral] Ana: (file: x.png, ${PNG.length} B)`)
  })

  it('may come in parts of unknown length', async () => {
    const { guest } = await fileServer()
    const ana = await guest('Ana')
    await ana.join(room)
    const bytes = png(300_000)
    const parts = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 10_000) {
          controller.enqueue(bytes.subarray(at, at + 10_000))
        }
        controller.close()
      },
    })
    const { status, body } = await ana.upload(room, 'a.png', parts)
    expect([status, body.size]).toEqual([201, bytes.length])
    expect((await ana.download(body.id)).bytes.equals(bytes)).toBe(true)
  })

  it('belongs to one message, which may be sent again by its key', async () => {
    const { guest, storage } = await fileServer()
    const ana = await guest('Ana')
    await ana.join(room)
    const { body: file } = await ana.upload(room, 'a.png', PNG)
    const first = await ana.send(room, file.id, 'um', { cid: 'k' })
    expect(first.status).toBe(201)
    const again = await ana.send(room, file.id, 'um', { cid: 'k' })
    expect(again).toMatchObject({ status: 200, body: { seq: 1, duplicate: true } })
    await eventually('attached', async () => (await noted(storage, room))[0]?.seq === 1)
    expect(await ana.send(room, file.id, 'um', { cid: 'k' })).toMatchObject({ status: 200 })
    for (const more of [{}, { cid: 'other' }]) {
      expect(await ana.send(room, file.id, 'dois', more)).toMatchObject({
        status: 409,
        body: { error: { code: 'conflict' } },
      })
    }
    const { entries } = (await ana.get(`/v1/rooms/${room}/messages`)).body
    expect(entries).toHaveLength(1)
  })

  it('is sent only by who brought it, into the room it was brought into', async () => {
    const { guest } = await fileServer()
    const [ana, bia] = [await guest('Ana'), await guest('Bia')]
    for (const one of [ana, bia]) for (const name of [room, 'outra']) await one.join(name)
    const { body: file } = await ana.upload(room, 'a.png', PNG)
    const refused = { status: 404, body: { error: { code: 'file_not_found' } } }
    expect(await bia.send(room, file.id)).toMatchObject(refused)
    expect(await ana.send('outra', file.id)).toMatchObject(refused)
    expect(await ana.send(room, 'nothing')).toMatchObject(refused)
    expect((await ana.send(room, file.id)).status).toBe(201)
  })

  it('is in the list of its room once it was said, before that only for who brought it', async () => {
    const { guest } = await fileServer()
    const [ana, bia] = [await guest('Ana'), await guest('Bia')]
    for (const one of [ana, bia]) await one.join(room)
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      const { body } = await ana.upload(room, `${n}.png`, PNG)
      ids.push(body.id)
      if (n % 2 === 0) await ana.send(room, body.id)
    }
    const list = async (who: typeof ana, query = '') =>
      (await who.get(`/v1/rooms/${room}/files${query}`)).body
    const names = (files: { name: string }[]) => files.map(({ name }) => name).sort()
    await eventually('all are there', async () => (await list(bia)).files.length === 3)
    expect(names((await list(bia)).files)).toEqual(['0.png', '2.png', '4.png'])
    expect(names((await list(ana)).files)).toEqual(['0.png', '1.png', '2.png', '3.png', '4.png'])
    expect((await list(bia)).files[0]).toMatchObject({ from: { name: 'Ana' }, size: PNG.length })
    const seen: string[] = []
    let before = ''
    for (let more = true; more; ) {
      const page = await list(bia, `?limit=2${before}`)
      seen.push(...page.files.map(({ name }: { name: string }) => name))
      before = `&before=${page.files.at(-1).ts}`
      more = page.more
    }
    expect(seen.length).toBeGreaterThanOrEqual(2)
  })

  it('goes from one person to another', async () => {
    const { guest, ws } = await fileServer()
    const bob = await person(ws, 'Bob')
    const [ana, bia] = [await guest('Ana'), await guest('Bia')]
    const { body } = await ana.post('/v1/messages', { to: 'Bob', text: 'oi' })
    const up = await ana.upload(body.room, 'a.png', PNG)
    expect(up.status).toBe(201)
    expect((await ana.send(body.room, up.body.id)).status).toBe(201)
    await bob.push('message')
    expect(await bob.push('message')).toMatchObject({ details: { file: up.body } })
    expect((await ana.download(up.body.id)).status).toBe(200)
    expect((await bia.download(up.body.id)).status).toBe(404)
    expect((await bia.upload(body.room, 'a.png', PNG)).status).toBe(404)
  })

  it('is had from every node', async () => {
    const shared = { storage: memoryStorage(), broker: memoryBroker(), files: memoryFiles() }
    const [here, there] = [await fileServer(shared), await fileServer(shared)]
    const ana = await here.guest('Ana')
    const bia = await there.guest('Bia')
    for (const one of [ana, bia]) await one.join(room)
    const { body: file } = await ana.upload(room, 'a.png', PNG)
    await ana.send(room, file.id)
    expect((await bia.download(file.id)).bytes.equals(PNG)).toBe(true)
  })
})

describe('parts of a file', () => {
  async function shared() {
    const { guest } = await fileServer()
    const ana = await guest('Ana')
    await ana.join(room)
    const bytes = png(100_000)
    const { body } = await ana.upload(room, 'a.png', bytes)
    return { ana, bytes, id: body.id as string, etag: `"${body.id}"` }
  }

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=99990-', 99_990, 100_000],
    ['bytes=-5', 99_995, 100_000],
    ['bytes=-1000000', 0, 100_000],
    ['bytes=5-1000000', 5, 100_000],
  ])('%s', async (range, start, end) => {
    const { ana, bytes, id, etag } = await shared()
    const got = await ana.download(id, { range })
    expect(got.status).toBe(206)
    expect(got.bytes.equals(bytes.subarray(start, end))).toBe(true)
    expect(got.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/100000`)
    expect(got.headers.get('content-length')).toBe(`${end - start}`)
    expect((await ana.download(id, { range, 'if-range': etag })).status).toBe(206)
    expect((await ana.download(id, { range, 'if-range': '"other"' })).bytes).toHaveLength(100_000)
  })

  it.each(['bytes=100000-', 'bytes=-0', 'bytes=999999-1000000'])('%s is none', async (range) => {
    const { ana, id } = await shared()
    const got = await ana.download(id, { range })
    expect(got.status).toBe(416)
    expect(got.headers.get('content-range')).toBe('bytes */100000')
  })

  it.each(['bytes=5-2', 'bytes=a-b', 'lines=0-1', 'bytes=0-1,3-4', 'bytes=-'])(
    '%s is not understood',
    async (range) => {
      const { ana, id } = await shared()
      const got = await ana.download(id, { range })
      expect([got.status, got.bytes.length]).toEqual([200, 100_000])
      expect(got.headers.get('accept-ranges')).toBe('bytes')
    },
  )

  it('what one has is not sent again, and HEAD sends nothing', async () => {
    const { ana, id, etag } = await shared()
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      expect(await ana.download(id, { 'if-none-match': known })).toMatchObject({ status: 304 })
    }
    expect((await ana.download(id, { 'if-none-match': '"x"' })).status).toBe(200)
    const head = await ana.download(id, {}, 'HEAD')
    expect([head.status, head.bytes.length]).toEqual([200, 0])
    expect(head.headers.get('content-length')).toBe('100000')
    expect(head.headers.get('content-disposition')).toMatch(/^inline/)
  })
})

describe('text as a file', () => {
  it('is accepted where the application says so, and only for saving', async () => {
    const { guest } = await fileServer({ fileTypes: FILE_TYPES })
    const ana = await guest('Ana')
    await ana.join(room)
    const html = '<script>alert(1)</script>'
    const { body } = await ana.upload(room, 'index.html', html)
    expect(body).toMatchObject({ name: 'index.html.txt', type: 'text/plain' })
    const got = await ana.download(body.id)
    expect(got.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(got.headers.get('content-disposition')).toMatch(/^attachment; /)
    expect(got.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('without a store', () => {
  it('files are not to be had, and help does not list them', async () => {
    const { guest, path } = await fileServer({ files: undefined } as object)
    const ana = await guest('Ana')
    await ana.join(room)
    expect((await ana.upload(room, 'a.png', PNG)).status).toBe(501)
    expect((await ana.download('x')).status).toBe(501)
    expect((await ana.get(`/v1/rooms/${room}/files`)).status).toBe(501)
    expect((await ana.send(room, 'x')).status).toBe(501)
    expect((await ana.get('/v1/help')).body.ops).not.toContain('files')
    expect(filesIn(path)).toEqual([])
    const other = await fileServer()
    const bia = await other.guest('Bia')
    expect((await bia.get('/v1/help')).body.ops).toContain('files')
  })
})
