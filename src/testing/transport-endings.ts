/** Conformance of transports: how connections end, how some never begin, and how all is put away. */

import assert from 'node:assert/strict'
import type { Refused } from '../spi/transport.ts'
import { eventually, turns, within } from './suite.ts'
import { handles, type TransportBench, type TransportTests } from './transport-bench.ts'

const REFUSED: Refused = { refused: { code: 3003, status: 503, reason: 'too many connections' } }

export const endingTests: TransportTests = (on) => {
  const test = on()

  test('close() comes after what was sent before', async ({ connect }) => {
    const { client, peer } = await connect()
    const sent = Array.from({ length: 50 }, (_, n) => `${n} ${'ü'.repeat(n * 20)}`)
    for (const payload of sent) peer.say(payload)
    peer.connection.close(3000, 'good bye')
    for (const payload of sent) assert.equal(await within(client.next(), 'a payload'), payload)
    await within(client.closed, 'the client is closed')
    await peer.untilGone()
  })

  on('closeCodes')('close() tells its code and reason', async ({ connect }) => {
    for (const [code, reason] of [
      [1000, 'até logo'],
      [3000, 'shutting down'],
      [3502, 'too large'],
    ] as const) {
      const { client, peer } = await connect()
      peer.connection.close(code, reason)
      assert.deepEqual(await within(client.closed, 'the client is closed'), { code, reason })
      await peer.untilGone()
    }
  })

  on('closeCodes')('a reason that is too long for the wire does no harm', async ({ connect }) => {
    const { client, peer } = await connect()
    peer.connection.close(3000, 'é'.repeat(500))
    const { code } = await within(client.closed, 'the client is closed')
    assert.equal(code, 3000)
    await peer.untilGone()
  })

  test('close() twice, and send() after it, do nothing', async ({ connect }) => {
    const { client, peer } = await connect()
    peer.say('last')
    peer.connection.close(3000, 'good bye')
    assert.equal(peer.say('too late'), true)
    peer.connection.close(3500, 'again')
    peer.connection.pause()
    peer.connection.resume()
    peer.connection.ping?.()
    assert.equal(await within(client.next(), 'a payload'), 'last')
    const { code } = await within(client.closed, 'the client is closed')
    if (code !== undefined) assert.equal(code === 3500, false, 'the first close() counts')
    await assert.rejects(within(client.next(), 'the end'), /closed/)
    await peer.untilGone()
    assert.equal(peer.say('much too late'), true)
    peer.connection.close(3000, 'and again')
    assert.equal(peer.connection.bufferedBytes, 0, 'nothing waits for who has gone')
  })

  for (const how of ['close', 'terminate'] as const) {
    test(`a client that ends by ${how}() is gone, once`, async ({ connect }) => {
      const { client, peer } = await connect()
      const stays = await connect()
      client.send('last words')
      assert.equal(await peer.next(), 'last words')
      client[how]()
      await peer.untilGone()
      assert.equal(peer.say('anybody there?'), true)
      peer.connection.close(3000, 'nobody')
      stays.client.send('I am')
      assert.equal(await stays.peer.next(), 'I am')
    })
  }

  test('payloads that came before the end are heard before closed()', async ({ connect }) => {
    const { client, peer } = await connect()
    for (let n = 0; n < 20; n++) client.send(`${n}`)
    client.close()
    await peer.untilGone()
    assert.deepEqual(
      peer.payloads,
      Array.from({ length: 20 }, (_, n) => `${n}`),
    )
  })

  on('halfClose')('a client that has said its last word gets the answer', async ({ connect }) => {
    const { client, peer } = await connect()
    peer.closeSilent = false
    assert(client.finish !== undefined, 'supports.halfClose, but there is no finish()')
    for (let n = 0; n < 20; n++) client.send(`${n}`)
    client.finish()
    await peer.until(() => peer.silent, 'finished() is called')
    assert.equal(peer.payloads.length, 20, 'what was said before is heard before')
    peer.say('the answer', 'x'.repeat(100_000))
    peer.connection.close(1000, '')
    assert.equal(await within(client.next(), 'the answer'), 'the answer')
    assert.equal((await within(client.next(), 'the rest of it')).length, 100_000)
    await within(client.closed, 'the client is closed')
    await peer.untilGone()
  })

  on('halfClose')('and is closed when there is none', async ({ connect, host }) => {
    const { client, peer } = await connect()
    peer.closeSilent = false
    client.finish?.()
    await peer.until(() => peer.silent, 'finished() is called')
    await peer.untilGone(host.limits.closeMs + 2000)
    await within(client.closed, 'the client is closed')
  })

  test('both ends closing at once makes one end', async ({ connect }) => {
    for (let round = 0; round < 10; round++) {
      const { client, peer } = await connect()
      client.close()
      if (round % 2 === 1) await turns(round >> 1)
      peer.connection.close(3000, 'me too')
      await peer.untilGone()
    }
  })

  on('bytes')('a client that vanishes inside a frame is gone', async (bench) => {
    const { raw, peer, frame } = await bench.raw()
    raw.write(Buffer.concat([frame('whole'), frame('never finished').subarray(0, 5)]))
    assert.equal(await peer.next(), 'whole')
    raw.terminate()
    await peer.untilGone()
    assert.equal(peer.payloads.length, 0)
  })

  test('nothing is left over when a hundred come and go', async ({ connect, host }) => {
    const before = handles()
    for (let n = 0; n < 100; n++) {
      const { client, peer } = await connect()
      if (n % 3 === 0) peer.connection.close(3000, 'enough')
      else if (n % 3 === 1) client.close()
      else client.terminate()
      await peer.untilGone()
      client.terminate()
    }
    assert.equal(host.peers.length, 100)
    await eventually(() => handles() <= before, 'all sockets are closed')
  })

  for (const early of [true, false]) {
    const when = early ? 'before anything is allocated' : 'by accept()'
    test(`a client refused ${when} is told to go`, async (bench) => {
      await bench.connect()
      bench.host.refusal = { ...REFUSED, early }
      await turnedAway(bench)
      if (early) assert.equal(bench.host.accepts, 1, 'accept() was called for one it refuses')
      else assert(bench.host.accepts > 1, 'accept() was not asked')
      bench.host.refusal = null
      const { client, peer } = await bench.connect()
      client.send('welcome')
      assert.equal(await peer.next(), 'welcome')
    })
  }

  on('rival')(
    'start() that fails rejects, and leaves nothing open',
    async ({ subject, host, connect }) => {
      const before = handles()
      const rival = subject.rival?.()
      assert(rival !== undefined, 'supports.rival, but there is no rival()')
      await assert.rejects(within(Promise.resolve(rival.start(host)), 'start() rejects'))
      await eventually(() => handles() <= before, 'what it had opened is closed')
      await within(rival.stop(), 'stop() after a start() that failed')
      const { client, peer } = await connect()
      client.send('still here')
      assert.equal(await peer.next(), 'still here')
    },
  )

  test('stop() ends it all, as often as it is called', async ({ subject, host, connect }) => {
    for (let n = 0; n < 5; n++) await connect()
    for (const { connection } of host.peers) connection.close(3000, 'closing')
    for (const peer of host.peers) await peer.untilGone()
    await within(
      Promise.all([subject.transport.stop(), subject.transport.stop()]),
      'stop() resolves',
    )
    await within(subject.transport.stop(), 'a third stop() resolves')
    await nobodyListens(subject)
  })

  test('stop() waits for connections that are still ending', async ({ subject, host, connect }) => {
    const { client, peer } = await connect()
    client.pause?.()
    peer.connection.close(3000, 'closing')
    await within(subject.transport.stop(), 'stop() resolves', host.limits.closeMs + 2000)
    await turns()
    assert(peer.gone, 'stop() resolved before the last connection had ended')
    client.terminate()
  })

  test('stop() with nobody there leaves nobody listening', async ({ subject, host }) => {
    const { transport } = subject
    await within(transport.stop(), 'stop() resolves')
    await nobodyListens(subject)
    assert.equal(host.accepts, 0)
  })
}

/** Connects, and is not let in: either there is no connection, or it ends by itself. */
async function turnedAway({ subject }: TransportBench): Promise<void> {
  let client: Awaited<ReturnType<typeof subject.connect>>
  try {
    client = await within(subject.connect(), 'connecting succeeds or fails')
  } catch {
    return
  }
  const { code } = await within(client.closed, 'a client that was refused is closed')
  if (code !== undefined) assert.equal(code, REFUSED.refused.code)
}

/** Whoever connects now fails, or is cut at once. */
async function nobodyListens(subject: TransportBench['subject']): Promise<void> {
  let client: Awaited<ReturnType<typeof subject.connect>>
  try {
    client = await within(subject.connect(), 'connecting succeeds or fails')
  } catch {
    return
  }
  await within(client.closed, 'a connection after stop() ends')
}
