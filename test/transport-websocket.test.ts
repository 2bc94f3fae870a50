import { describe, expect, it } from 'vitest'
import { clientFrame, PONG, text } from './support/frames.ts'
import { connectRaw, connectTo, host, start } from './support/websocket.ts'

const CLOSE_FRAME = 0x88

/** The code of the close frame, which is the last one, and the short message before it. */
function closing(bytes: Buffer): { code: number; before: string } {
  const at = bytes.indexOf(CLOSE_FRAME)
  expect(bytes.length).toBe(at + 2 + (bytes[at + 1] as number))
  return { code: bytes.readUInt16BE(at + 2), before: bytes.subarray(2, at).toString() }
}

describe('messages', () => {
  it('come in and go out, whatever their length', async () => {
    await start({}, { helloBytes: 1 << 20, frameBytes: 1 << 20 })
    const client = connectTo()
    await client.open()
    const sizes = [0, 1, 124, 125, 126, 127, 4000, 65_535, 65_536, 200_000]
    const payloads = [
      'Olá a todos! 😀',
      ...sizes.map((size) => 'é'.repeat(size >> 1).padEnd(size, 'x')),
    ]
    for (const payload of payloads) client.ws.send(payload)
    await client.got(payloads.length)
    expect(client.received).toEqual(payloads)
  })

  it('are written many in one frame of bytes, shared by all', async () => {
    await start()
    host.echoes = false
    const both = [connectTo(), connectTo()]
    for (const client of both) await client.open()
    const payloads = Array.from({ length: 500 }, (_, i) => `${i} ${'ç'.repeat(i)}`)
    const { connection: first } = await host.connection(0)
    const { connection: second } = await host.connection(1)
    expect(first.framing).toBe(second.framing)
    const shared = first.framing.pack(payloads)
    first.send([shared])
    second.send([shared])
    for (const client of both) {
      await client.got(500)
      expect(client.received).toEqual(payloads)
    }
  })

  it('may come byte by byte, in fragments, and many at once', async () => {
    await start()
    const client = await connectRaw()
    client.socket.setNoDelay(true)
    for (const byte of text('Olá')) {
      client.socket.write(Uint8Array.of(byte))
      await new Promise(setImmediate)
    }
    const accepted = await host.connection()
    await accepted.seen('payload')
    const parts = Buffer.concat([
      clientFrame(0x01, Buffer.from('mun')),
      PONG,
      clientFrame(0x80, Buffer.from('do')),
      text('a'),
      text('b'),
    ])
    client.socket.write(parts)
    await accepted.seen('payload', 4)
    expect(accepted.payloads).toEqual(['Olá', 'mundo', 'a', 'b'])
    await client.until(() => client.received().length === 5 + 1 + 7 + 3 + 3)
    expect(client.received().toString('latin1')).toBe(
      '\x81\x04Ol\xc3\xa1\x81\x05mundo\x81\x01a\x81\x01b',
    )
  })

  it('may come along with the handshake', async () => {
    await start()
    await connectRaw(text('early'))
    const accepted = await host.connection()
    await accepted.seen('payload')
    expect(accepted.payloads).toEqual(['early'])
  })

  it('are over the limit from limits.helloBytes on, until welcomed', async () => {
    await start({}, { helloBytes: 100, frameBytes: 1000, closeMs: 50 })
    const client = connectTo()
    await client.open()
    client.ws.send('welcome me')
    client.ws.send('x'.repeat(1000))
    await client.got(2)

    const greedy = connectTo()
    await greedy.open()
    greedy.ws.send('x'.repeat(100))
    greedy.ws.send('x'.repeat(101))
    greedy.ws.send('not heard')
    await greedy.ended()
    expect(greedy.end).toEqual({ code: 3502, reason: 'too_large' })
    const accepted = await host.connection(1)
    await accepted.seen('closed')
    expect(accepted.events).toEqual(['payload', 'broken too_large', 'closed'])
  })

  it('over limits.frameBytes are refused by their header', async () => {
    await start({}, { frameBytes: 1000 })
    const client = await connectRaw()
    client.socket.write(text('x'.repeat(1001)).subarray(0, 8))
    const accepted = await host.connection()
    await accepted.seen('broken too_large')
    await client.until(() => client.received().includes(CLOSE_FRAME))
    expect(closing(client.received())).toEqual({ code: 1009, before: '' })
  })

  it('must not come in too many fragments', async () => {
    await start({}, { frameFragments: 3 })
    const client = await connectRaw()
    const parts = [0x01, 0x00, 0x00, 0x00].map((first) => clientFrame(first, Buffer.from('a')))
    client.socket.write(Buffer.concat(parts))
    const accepted = await host.connection()
    await accepted.seen('broken too_large')
    await client.until(() => client.received().includes(CLOSE_FRAME))
    expect(closing(client.received())).toEqual({ code: 1008, before: '' })
  })

  it.each([
    ['binary', clientFrame(0x82, Buffer.from('a')), 3500],
    ['not UTF-8', clientFrame(0x81, Buffer.from([0xff])), 1007],
    ['not masked', Buffer.from([0x81, 1, 97]), 1002],
    ['of an unknown kind', clientFrame(0x83, Buffer.from('a')), 1002],
    ['compressed without agreement', clientFrame(0xc1, Buffer.from('a')), 1002],
    ['an end without a beginning', clientFrame(0x80, Buffer.from('a')), 1002],
  ])('must not be %s', async (_, bytes, code) => {
    await start()
    const client = await connectRaw()
    client.socket.write(Buffer.concat([bytes, text('after')]))
    const accepted = await host.connection()
    await client.until(() => client.received().includes(CLOSE_FRAME))
    client.socket.end()
    await accepted.seen('closed')
    // Where the parser has closed already, nothing of ours may follow.
    expect(closing(client.received())).toEqual({ code, before: code === 3500 ? 'goodbye' : '' })
    expect(accepted.events).toEqual(['broken bad_frame', 'closed'])
  })
})

describe('a message that does not end', () => {
  it('is told after limits.frameMs', async () => {
    await start({}, { frameMs: 5000, closeMs: 50 })
    const client = await connectRaw()
    client.socket.write(Buffer.concat([text('whole'), text('half').subarray(0, 7)]))
    await host.clock.until(() => host.clock.pending > 0)
    const accepted = await host.connection()
    host.clock.advance(4999)
    expect(accepted.events).toEqual(['payload'])
    host.clock.advance(1)
    expect(accepted.events).toEqual(['payload', 'broken frame_timeout'])
    await accepted.seen('closed')
  })

  it('is told also when its fragments come with pongs between them', async () => {
    await start({}, { frameMs: 5000 })
    const client = await connectRaw()
    const accepted = await host.connection()
    client.socket.write(clientFrame(0x01, Buffer.from('a')))
    for (let i = 1; i <= 4; i++) {
      client.socket.write(Buffer.concat([clientFrame(0x00, Buffer.from('b')), PONG]))
      await accepted.seen('alive', i)
      host.clock.advance(1249)
    }
    expect(accepted.others).not.toContain('broken frame_timeout')
    host.clock.advance(4)
    expect(accepted.others.at(-1)).toBe('broken frame_timeout')
  })

  it('sets no timer for those that come whole', async () => {
    await start()
    const client = connectTo()
    await client.open()
    client.ws.send('whole')
    await client.got(1)
    expect(host.clock.pending).toBe(0)
  })
})

describe('compression', () => {
  it('is used only where both want it', async () => {
    await start({ perMessageDeflate: {} })
    const [plain, compressed] = [connectTo(), connectTo({ perMessageDeflate: true })]
    for (const client of [plain, compressed]) {
      await client.open()
      client.ws.send('Olá'.repeat(2000))
      client.ws.send('b')
      await client.got(2)
      expect(client.received).toEqual(['Olá'.repeat(2000), 'b'])
    }
    expect(plain.ws.extensions).toBe('')
    expect(compressed.ws.extensions).toBe('permessage-deflate')
  })

  it('is not offered by default', async () => {
    await start()
    const client = connectTo({ perMessageDeflate: true })
    await client.open()
    expect(client.ws.extensions).toBe('')
  })
})
