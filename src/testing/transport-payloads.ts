/** Conformance of transports: what is sent arrives, whole and in order, both ways. */

import assert from 'node:assert/strict'
import { seededRandom } from './random.ts'
import { eventually, turns, within } from './suite.ts'
import { sameFrame, type TransportTests } from './transport-bench.ts'
import { SUITE_LIMITS } from './transport-host.ts'

/** Texts whose bytes are easily spoilt. */
const TEXTS = [
  'Olá a todos!',
  'ação, coração, São João',
  'com espaço no fim ',
  'line\nbreak\r\nand \t tab',
  'zero \u0000 inside',
  '中文 日本語 한국어 العربية עברית',
  '👩‍👩‍👧‍👦 🇧🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿 e\u0301',
  '\ufeffbyte order mark first',
  '\u{10ffff}\uffff\u07ff\u0800',
]

const filler = (n: number, length: number): string => `${n}:`.padEnd(length, 'abcdefghij')

export const payloadTests: TransportTests = (on) => {
  const test = on()

  test('announces a connection with its name and where it comes from', async ({
    subject,
    connect,
  }) => {
    const { peer } = await connect()
    assert.equal(peer.info.transport, subject.transport.name)
    assert.equal(typeof peer.info.address, 'string')
    assert.notEqual(peer.info.address, '')
    assert.equal(typeof peer.info.secure, 'boolean')
    assert.equal(peer.connection.bufferedBytes, 0)
  })

  test('carries payloads to the server in order', async ({ connect }) => {
    const { client, peer } = await connect()
    const sent = Array.from({ length: 300 }, (_, n) => filler(n, 1 + ((n * 37) % 700)))
    for (const payload of sent) client.send(payload)
    for (const payload of sent) assert.equal(await peer.next(), payload)
  })

  test('carries payloads to the client in order, however they are packed', async ({ connect }) => {
    const { client, peer } = await connect()
    const random = seededRandom(1)
    const sent: string[] = []
    while (sent.length < 300) {
      const packs = Array.from({ length: random.int(1, 5) }, () =>
        Array.from({ length: random.int(1, 4) }, () => {
          const payload = filler(sent.length, random.int(1, 700))
          sent.push(payload)
          return payload
        }),
      )
      peer.send(packs.map((payloads) => peer.connection.framing.pack(payloads)))
      if (random.chance(0.3)) await turns(1)
    }
    for (const payload of sent) assert.equal(await within(client.next(), 'a payload'), payload)
  })

  test('carries an empty payload', async ({ connect }) => {
    const { client, peer } = await connect()
    client.send('')
    client.send('after')
    assert.equal(await peer.next(), '')
    assert.equal(await peer.next(), 'after')
    peer.say('')
    peer.say('', 'after')
    assert.equal(await within(client.next(), 'an empty payload'), '')
    assert.equal(await within(client.next(), 'an empty payload'), '')
    assert.equal(await within(client.next(), 'a payload'), 'after')
  })

  test('carries all of Unicode', async ({ connect }) => {
    const { client, peer } = await connect()
    for (const text of TEXTS) client.send(text)
    for (const text of TEXTS) assert.equal(await peer.next(), text)
    for (const text of TEXTS) peer.say(text)
    for (const text of TEXTS) assert.equal(await within(client.next(), 'a payload'), text)
  })

  test('carries payloads of every length around the sizes where headers change', async (bench) => {
    const { client, peer } = await bench.connect()
    for (const around of [1, 126, 256, 4096, 16_384, SUITE_LIMITS.frameBytes - 1]) {
      for (let length = Math.max(1, around - 1); length <= around + 1; length++) {
        const payload = filler(length, length).slice(0, length)
        client.send(payload)
        assert.equal(await peer.next(), payload)
        peer.say(payload)
        assert.equal(await within(client.next(), 'a payload'), payload)
      }
    }
    // To the client also more than it may send itself, and more than 16 bits can count.
    const large = '€'.repeat(30_000)
    peer.say(large)
    assert.equal(await within(client.next(), 'a large payload'), large)
  })

  test('keeps connections apart', async ({ connect }) => {
    const pairs = []
    for (let n = 0; n < 30; n++) pairs.push(await connect())
    for (let round = 0; round < 5; round++) {
      for (const [n, { client }] of pairs.entries()) client.send(`up ${n} ${round}`)
      for (const [n, { peer }] of pairs.entries()) peer.say(`down ${n} ${round}`)
    }
    for (const [n, { client, peer }] of pairs.entries()) {
      for (let round = 0; round < 5; round++) {
        assert.equal(await peer.next(), `up ${n} ${round}`)
        assert.equal(await within(client.next(), 'a payload'), `down ${n} ${round}`)
      }
    }
  })

  test('shares frames between connections without changing them', async ({ connect }) => {
    const pairs = [await connect(), await connect(), await connect()]
    const { framing } = (pairs[0] as (typeof pairs)[0]).peer.connection
    const texts = ['shared', 'ção '.repeat(2000), '']
    const frames = texts.map((text) => framing.pack([text]))
    const fresh = texts.map((text) => framing.pack([text], true))
    for (const [i, frame] of frames.entries()) {
      assert(sameFrame(frame, fresh[i]), 'pack() is pure: the same payloads give the same frame')
      assert(frame.byteLength >= (texts[i] as string).length, 'byteLength is what there is to send')
    }
    for (let round = 0; round < 3; round++) {
      for (const { peer } of pairs) {
        assert.equal(peer.connection.framing.name, framing.name)
        peer.send(frames)
      }
    }
    for (const { client } of pairs) {
      for (let round = 0; round < 3; round++) {
        for (const text of texts) assert.equal(await within(client.next(), 'a payload'), text)
      }
    }
    for (const [i, frame] of frames.entries()) {
      assert(sameFrame(frame, fresh[i]), 'a frame was changed by sending it')
    }
  })

  on('ping')('asks for a sign of life and reports it', async ({ connect }) => {
    const { client, peer } = await connect()
    peer.connection.ping?.()
    await peer.until(() => peer.signs > 0, 'alive() after ping()')
    client.send('still here')
    assert.equal(await peer.next(), 'still here')
  })

  on('bytes')('finds payloads in bytes that come one by one', async (bench) => {
    const { raw, peer, frame } = await bench.raw()
    const sent = ['', 'a', 'Olá 👋', 'b'.repeat(200)]
    for (const payload of sent) {
      for (const byte of frame(payload)) {
        raw.write(Uint8Array.of(byte))
        await turns(1)
      }
    }
    for (const payload of sent) assert.equal(await peer.next(), payload)
  })

  on('bytes')('finds payloads in bytes that come all at once, and cut anywhere', async (bench) => {
    const { raw, peer, frame } = await bench.raw()
    const random = seededRandom(2)
    const sent = Array.from({ length: 200 }, (_, n) => filler(n, random.int(1, 400)))
    sent.push(...TEXTS)
    const stream = Buffer.concat(sent.map((payload) => frame(payload)))
    raw.write(stream)
    for (let at = 0; at < stream.length; ) {
      const length = random.chance(0.5) ? random.int(1, 8) : random.int(1, 5000)
      raw.write(stream.subarray(at, at + length))
      at += length
      await turns(1)
    }
    for (const payload of [...sent, ...sent]) assert.equal(await peer.next(), payload)
    await eventually(() => peer.payloads.length === 0, 'nothing else')
  })
}
