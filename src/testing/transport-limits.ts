/** Conformance of transports: what is too large, broken or too slow is noticed, and not taken. */

import assert from 'node:assert/strict'
import { turns, within } from './suite.ts'
import type { TransportBench, TransportTests } from './transport-bench.ts'
import { type Peer, SUITE_LIMITS } from './transport-host.ts'

const { frameBytes, helloBytes, frameMs, closeMs } = SUITE_LIMITS

/** Waits until the peer was broken by `code` and is gone, having taken nothing more. */
async function refusedBy(code: string, peer: Peer, taken: number): Promise<void> {
  await peer.until(() => peer.brokenBy !== undefined, `broken('${code}')`)
  assert.equal(peer.brokenBy, code)
  await peer.untilGone()
  assert.equal(peer.payloads.length, taken)
}

export const limitTests: TransportTests = (on) => {
  const test = on()

  test('takes a payload of exactly limits.frameBytes, counted in UTF-8', async ({ connect }) => {
    const { client, peer } = await connect()
    const ascii = 'x'.repeat(frameBytes)
    const wide = `${'€'.repeat(Math.floor(frameBytes / 3))}${'x'.repeat(frameBytes % 3)}`
    client.send(ascii)
    client.send(wide)
    assert.equal(await peer.next(), ascii)
    assert.equal(await peer.next(), wide)
  })

  test('a larger payload is broken, and nothing after it is taken', async ({ connect }) => {
    const { client, peer } = await connect()
    client.send('before')
    client.send('x'.repeat(frameBytes + 1))
    client.send('after')
    await refusedBy('too_large', peer, 1)
    assert.equal(await peer.next(), 'before')
    await within(client.closed, 'the client is closed')
  })

  test('counts bytes, not characters', async ({ connect }) => {
    const { client, peer } = await connect()
    client.send('€'.repeat(Math.ceil((frameBytes + 1) / 3)))
    await refusedBy('too_large', peer, 0)
  })

  test('one that goes too far leaves the others alone', async ({ connect }) => {
    const one = await connect()
    const other = await connect()
    one.client.send('x'.repeat(frameBytes + 1))
    await refusedBy('too_large', one.peer, 0)
    other.client.send('hello')
    assert.equal(await other.peer.next(), 'hello')
    other.peer.say('hello')
    assert.equal(await within(other.client.next(), 'a payload'), 'hello')
  })

  on('welcome')('before welcomed() takes limits.helloBytes and no more', async ({ meet }) => {
    const { client, peer } = await meet()
    assert(peer.connection.welcomed !== undefined, 'supports.welcome, but there is no welcomed()')
    client.send('x'.repeat(helloBytes))
    assert.equal((await peer.next()).length, helloBytes)
    client.send('x'.repeat(helloBytes + 1))
    await refusedBy('too_large', peer, 0)
  })

  on('welcome')('after welcomed() takes larger ones', async ({ meet }) => {
    const { client, peer } = await meet()
    client.send('hello')
    assert.equal(await peer.next(), 'hello')
    peer.welcome()
    client.send('x'.repeat(frameBytes))
    assert.equal((await peer.next()).length, frameBytes)
  })

  on('bytes')('bytes that are not UTF-8 are broken, not repaired', async (bench) => {
    const wrong: readonly (readonly number[])[] = [
      [0xff],
      [0xc3], // cut off
      [0xc0, 0xaf], // longer than need be
      [0xed, 0xa0, 0x80], // half of a pair
      [0xf4, 0x90, 0x80, 0x80], // beyond U+10FFFF
      [0x61, 0x80, 0x62],
    ]
    for (const bytes of wrong) {
      const { raw, peer, frame } = await bench.raw()
      raw.write(Buffer.concat([frame('before'), frame(Uint8Array.from(bytes)), frame('after')]))
      await refusedBy('bad_frame', peer, 1)
      raw.terminate()
    }
  })

  on('bytes')('a frame announced as too large is broken before it has come', async (bench) => {
    const { raw, peer, frame } = await bench.raw()
    const whole = frame(new Uint8Array(frameBytes + 1))
    raw.write(whole.subarray(0, Math.min(64, whole.length)))
    await refusedBy('too_large', peer, 0)
    raw.terminate()
  })

  on('bytes', 'frameTimeout')('a frame that begins and does not end is broken', async (bench) => {
    const { raw, peer, frame } = await bench.raw()
    const whole = frame('never finished')
    raw.write(frame('before'))
    raw.write(whole.subarray(0, whole.length - 1))
    await peer.until(() => peer.brokenBy !== undefined, 'broken()', frameMs * 10 + 1000)
    assert.equal(peer.brokenBy, 'frame_timeout')
    await peer.untilGone()
    assert.deepEqual(peer.payloads, ['before'])
    raw.terminate()
  })

  on('bytes', 'frameTimeout')('silence between frames is no fault', async (bench) => {
    const quiet = await bench.raw()
    quiet.raw.write(quiet.frame('first'))
    assert.equal(await quiet.peer.next(), 'first')
    await frameTimePasses(bench)
    quiet.raw.write(quiet.frame('second'))
    assert.equal(await quiet.peer.next(), 'second')
    assert.equal(quiet.peer.brokenBy, undefined)
  })

  on('bytes')('survives arbitrary bytes', async (bench) => {
    let state = 12_345
    for (let round = 0; round < 20; round++) {
      const { raw, peer } = await bench.raw()
      // Larger ones would be refused anyway; what matters is that nothing throws.
      const noise = Uint8Array.from({ length: 600 }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
        return state >>> 24
      })
      raw.write(noise)
      await turns(3)
      raw.terminate()
      await peer.untilGone(closeMs + 5000)
    }
    const { client, peer } = await bench.connect()
    client.send('all is well')
    assert.equal(await peer.next(), 'all is well')
  })
}

/** Time enough for a frame to be late, measured by one that is. */
async function frameTimePasses(bench: TransportBench): Promise<void> {
  const { raw, peer, frame } = await bench.raw()
  raw.write(frame('late').subarray(0, 1))
  await peer.until(() => peer.brokenBy !== undefined, 'broken()', frameMs * 10 + 1000)
  raw.terminate()
}
