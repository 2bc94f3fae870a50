/** Conformance of transports: readers that are slow, on either side, and what waits for them. */

import assert from 'node:assert/strict'
import { eventually, turns, within } from './suite.ts'
import type { TransportTests } from './transport-bench.ts'
import { PRESS_BYTES } from './transport-host.ts'

const filling = 'z'.repeat(PRESS_BYTES)
const payloadAt = (n: number): string => `${n}:`.padEnd(16, '-') + filling.slice(16)
const numberOf = (payload: string): number => Number.parseInt(payload, 10)

/** Payloads a client sends to a server that doesn't read: more than the system keeps for it. */
const FLOOD = 1000

export const pressureTests: TransportTests = (on) => {
  const slow = on('backPressure')

  slow('send() says when a reader is too slow, and what was sent is not lost', async (bench) => {
    const { client, peer } = await bench.connect()
    client.pause?.()
    let count = peer.press(payloadAt)
    assert(peer.connection.bufferedBytes > 0, 'bufferedBytes counts what waits')
    const before = peer.connection.bufferedBytes
    // The core holds back now, but what it sends all the same is accepted.
    for (let i = 0; i < 3; i++) assert.equal(peer.say(payloadAt(count++)), false)
    assert(peer.connection.bufferedBytes > before, 'bufferedBytes grows with what is sent')
    assert.equal(peer.drains, 0, 'drained() came although nobody reads')
    client.resume?.()
    for (let n = 0; n < count; n++) {
      const payload = await within(client.next(), `payload ${n} of ${count}`)
      assert.equal(numberOf(payload), n)
      assert.equal(payload.length, PRESS_BYTES)
    }
    await peer.until(() => peer.drains > 0, 'drained() follows a send() that returned false')
    await eventually(() => peer.connection.bufferedBytes === 0, 'bufferedBytes returns to 0')
  })

  slow('drained() follows each time, and only when send() returned false', async (bench) => {
    const { client, peer } = await bench.connect()
    assert.equal(peer.say('small'), true)
    await within(client.next(), 'a payload')
    await turns()
    assert.equal(peer.drains, 0, 'drained() without a send() that returned false')
    for (let round = 1; round <= 2; round++) {
      client.pause?.()
      const count = peer.press(payloadAt)
      client.resume?.()
      for (let n = 0; n < count; n++) {
        assert.equal(numberOf(await within(client.next(), 'a payload')), n)
      }
      await peer.until(() => peer.drains >= round, `drained() for the ${round}. time`)
      assert.equal(peer.drains, round)
    }
    assert.equal(peer.say('small again'), true, 'after drained() there is room')
    assert.equal(await within(client.next(), 'a payload'), 'small again')
  })

  slow('one slow reader does not hold up the others', async (bench) => {
    const one = await bench.connect()
    const other = await bench.connect()
    one.client.pause?.()
    one.peer.press(payloadAt)
    other.client.send('ping')
    assert.equal(await other.peer.next(), 'ping')
    assert.equal(other.peer.say('pong'), true)
    assert.equal(await within(other.client.next(), 'a payload'), 'pong')
    // Nor is it itself kept from speaking.
    one.client.send('I am still here')
    assert.equal(await one.peer.next(), 'I am still here')
    one.client.terminate()
    await one.peer.untilGone()
  })

  slow('a reader that vanishes while much is waiting is gone', async (bench) => {
    const { client, peer } = await bench.connect()
    client.pause?.()
    peer.press(payloadAt)
    client.terminate()
    await peer.untilGone()
    assert.equal(peer.say('too late'), true)
  })

  slow('close() cuts a peer that does not read or answer, within limits.closeMs', async (bench) => {
    const { client, peer } = await bench.connect()
    client.pause?.()
    peer.press(payloadAt)
    peer.connection.close(3001, 'too slow')
    await peer.untilGone(bench.host.limits.closeMs + 2000)
    client.terminate()
  })

  on('pause')('pause() makes a client that talks too much wait', async (bench) => {
    const { client, peer } = await bench.connect()
    const other = await bench.connect()
    client.send('first')
    assert.equal(await peer.next(), 'first')
    peer.connection.pause()
    peer.connection.pause()
    for (let n = 0; n < FLOOD; n++) client.send(payloadAt(n))
    // What another one says meanwhile comes through, so there was time enough for these.
    for (let round = 0; round < 50; round++) {
      other.client.send('tick')
      assert.equal(await other.peer.next(), 'tick')
    }
    assert(peer.payloads.length < FLOOD, 'everything arrived in spite of pause()')
    peer.connection.resume()
    peer.connection.resume()
    for (let n = 0; n < FLOOD; n++) assert.equal(numberOf(await peer.next()), n)
  })

  on('pause')('a paused connection can be closed', async (bench) => {
    const { client, peer } = await bench.connect()
    peer.connection.pause()
    client.send('never read')
    peer.connection.close(3000, 'enough')
    await peer.untilGone(bench.host.limits.closeMs + 2000)
    await within(client.closed, 'the client is closed')
  })
}
