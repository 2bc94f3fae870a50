/**
 * The published suite on what stands between HTTP and the core: a connection without a wire. What it
 * says of oversized payloads doesn't fit: those are refused before they are any, and the session
 * goes on.
 */

import { describe, expect, it } from 'vitest'
import type { TransportHost } from '../src/spi/transport.ts'
import { makeMailbox } from '../src/testing/mailbox.ts'
import { transportSuite } from '../src/testing/transport-suite.ts'
import { Channel } from '../src/transports/http/channel.ts'
import { EchoHost, FULL } from './support/transport-host.ts'

const INFO = { transport: 'http', address: '127.0.0.1', secure: false }
const NOT_HERE = [
  'a larger payload is broken, and nothing after it is taken',
  'counts bytes, not characters',
  'one that goes too far leaves the others alone',
  'before welcomed() takes limits.helloBytes and no more',
]

function subject() {
  let host: TransportHost | null = null
  const channels = new Set<Channel>()
  return {
    transport: {
      name: 'http',
      async start(given: TransportHost) {
        host = given
      },
      async stop() {
        host = null
        for (const channel of channels) channel.leave({ code: 3000, reason: '' })
        // A microtask later they have said so.
        await Promise.resolve()
      },
    },
    async connect() {
      if (host === null) throw new Error('nobody listens')
      const { put, end, next, closed } = makeMailbox<string>()
      const channel = Channel.open(
        host,
        {
          heard: ({ payload }) => put(payload),
          ended(how) {
            channels.delete(channel)
            end(how)
          },
        },
        INFO,
      )
      channels.add(channel)
      const leave = (): void => channel.leave({ code: 1000, reason: '' })
      const send = (payload: string): void => {
        try {
          channel.say(payload)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ChatError' })
        }
      }
      return { send, close: leave, terminate: leave, next, closed }
    },
  }
}

describe('the channel of an HTTP session', () => {
  transportSuite({
    test(name, run) {
      if (!NOT_HERE.includes(name)) it(name, run)
    },
    supports: { closeCodes: true, pause: true, welcome: true },
    factory: subject,
  })

  it('refuses what is too large, and goes on', async () => {
    const host = new EchoHost({ helloBytes: 10, frameBytes: 20 })
    const heard: string[] = []
    const channel = Channel.open(
      host,
      { heard: ({ payload }) => heard.push(payload), ended() {} },
      INFO,
    )
    const { sink } = { sink: await host.connection() }
    expect(() => channel.say('x'.repeat(11))).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    )
    channel.say('welcome me')
    expect(() => channel.say('é'.repeat(11))).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    )
    channel.say('é'.repeat(10))
    expect(heard).toEqual(['welcome me', 'é'.repeat(10)])
    expect(sink.others).toEqual([])
  })

  it('is refused with the code of the table', () => {
    const host = new EchoHost()
    const owner = { heard() {}, ended() {} }
    host.refusal = FULL
    expect(() => Channel.open(host, owner, INFO)).toThrow(
      expect.objectContaining({ code: 'too_many_connections' }),
    )
    host.refusal = null
    host.refusalOnAccept = { refused: { code: 3505, status: 401, reason: 'who are you?' } }
    expect(() => Channel.open(host, owner, INFO)).toThrow(
      expect.objectContaining({ code: 'unauthorized', message: 'who are you?' }),
    )
  })
})
