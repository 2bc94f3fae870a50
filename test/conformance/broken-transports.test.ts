/** The suite for transports notices what a transport must not do. */

import { createServer } from 'node:net'
import { describe, it } from 'vitest'
import type { Connection, Sink, Transport, TransportHost } from '../../src/spi/transport.ts'
import type { TestFunction } from '../../src/testing/suite.ts'
import { transportSuite } from '../../src/testing/transport-suite.ts'
import { memoryTransport } from '../../src/transports/memory.ts'
import { tcpTransport } from '../../src/transports/tcp.ts'
import { memoryClient, tcpClient } from './clients.ts'
import { expectCaught } from './collect.ts'

/** What stands between the memory transport and its host. */
interface Break {
  connection?(good: Connection, sink: () => Sink): Partial<Connection>
  sink?(good: Sink, connection: Connection): Partial<Sink>
  host?(good: TransportHost): Partial<TransportHost>
  transport?(good: Transport): Partial<Transport>
}

/** Calls through to an object whose methods may need it as `this`. */
function over<T extends object>(good: T, changes: Partial<T>): T {
  return new Proxy(good, {
    get(target, key) {
      const source = Object.hasOwn(changes, key) ? changes : target
      const value: unknown = Reflect.get(source, key, source)
      return typeof value === 'function' ? value.bind(source) : value
    },
  })
}

function spoiled(good: Transport, spoil: Break): Transport {
  const transport = over(good, {
    start: (host) =>
      good.start(
        over(host, {
          accept(connection, info) {
            let sink: Sink | null = null
            const changed = over(
              connection,
              spoil.connection?.(connection, () => sink as Sink) ?? {},
            )
            const accepted = host.accept(changed, info)
            if ('refused' in accepted) return accepted
            sink = accepted
            return over(accepted, spoil.sink?.(accepted, connection) ?? {})
          },
          ...spoil.host?.(host),
        }),
      ),
  })
  return over(transport, spoil.transport?.(good) ?? {})
}

/** What is broken, and the test that must notice. */
const CASES: readonly (readonly [string, string, Break])[] = [
  [
    'swallows empty payloads',
    'carries an empty payload',
    {
      sink: (good) => ({
        payload(text) {
          if (text !== '') good.payload(text)
        },
      }),
    },
  ],
  [
    'spoils what is not ASCII',
    'carries all of Unicode',
    {
      sink: (good) => ({ payload: (text) => good.payload(Buffer.from(text, 'latin1').toString()) }),
    },
  ],
  [
    'drops a byte order mark',
    'carries all of Unicode',
    { sink: (good) => ({ payload: (text) => good.payload(text.replace(/^\ufeff/, '')) }) },
  ],
  [
    'changes the order',
    'carries payloads to the server in order',
    {
      sink(good) {
        let held: string | null = null
        return {
          payload(text) {
            if (held === null && text.startsWith('7')) held = text
            else {
              good.payload(text)
              if (held !== null) good.payload(held)
              held = null
            }
          },
        }
      },
    },
  ],
  [
    'empties the array of frames',
    'carries payloads to the client in order, however they are packed',
    {
      connection: (good) => ({
        send(frames) {
          const more = good.send([...frames])
          ;(frames as unknown[]).length = 0
          return more
        },
      }),
    },
  ],
  [
    'takes what is too large',
    'a larger payload is broken, and nothing after it is taken',
    {
      host: (good) => ({ limits: { ...good.limits, frameBytes: 1e6, helloBytes: 1e6 } }),
    },
  ],
  [
    'goes on after something too large',
    'a larger payload is broken, and nothing after it is taken',
    {
      sink: (good) => ({
        broken(code) {
          good.broken(code)
          good.payload('after')
        },
      }),
    },
  ],
  [
    'takes large frames of everybody',
    'before welcomed() takes limits.helloBytes and no more',
    { host: (good) => ({ limits: { ...good.limits, helloBytes: good.limits.frameBytes } }) },
  ],
  [
    'never has enough',
    'send() says when a reader is too slow, and what was sent is not lost',
    {
      connection: (good) => ({
        send(frames) {
          good.send(frames)
          return true
        },
      }),
    },
  ],
  [
    'does not count what waits',
    'send() says when a reader is too slow, and what was sent is not lost',
    { connection: () => ({ bufferedBytes: 0 }) },
  ],
  [
    'drops what is too much',
    'send() says when a reader is too slow, and what was sent is not lost',
    {
      connection: (good) => ({
        send: (frames) => (good.bufferedBytes > 64 * 1024 ? false : good.send(frames)),
      }),
    },
  ],
  [
    'calls back before send() returns',
    'send() says when a reader is too slow, and what was sent is not lost',
    {
      connection: (good, sink) => ({
        send(frames) {
          const more = good.send(frames)
          if (!more) sink().drained()
          return more
        },
      }),
    },
  ],
  [
    'says drained() without need',
    'drained() follows each time, and only when send() returned false',
    {
      connection: (good, sink) => ({
        send(frames) {
          setImmediate(() => sink().drained())
          return good.send(frames)
        },
      }),
    },
  ],
  [
    'cannot pause',
    'pause() makes a client that talks too much wait',
    { connection: () => ({ pause() {} }) },
  ],
  [
    'says closed() twice',
    'a client that ends by close() is gone, once',
    {
      sink: (good) => ({
        closed() {
          good.closed()
          good.closed()
        },
      }),
    },
  ],
  [
    'hears something after the end',
    'a client that ends by terminate() is gone, once',
    {
      sink: (good) => ({
        closed() {
          good.closed()
          good.drained()
        },
      }),
    },
  ],
  [
    'tells the end before the last payloads',
    'payloads that came before the end are heard before closed()',
    {
      sink: (good) => ({
        payload: (text) => void setTimeout(() => good.payload(text), 1),
      }),
    },
  ],
  [
    'tells another code',
    'close() tells its code and reason',
    { connection: (good) => ({ close: (_code, reason) => good.close(1000, reason) }) },
  ],
  [
    'sends after close()',
    'close() twice, and send() after it, do nothing',
    {
      connection: (good) => ({
        close: (code, reason) => void setTimeout(() => good.close(code, reason), 5),
      }),
    },
  ],
  [
    'returns false after the end',
    'a client that ends by close() is gone, once',
    { connection: (good) => ({ send: (frames) => good.send(frames) && false }) },
  ],
  [
    'does not ask before it accepts',
    'a client refused before anything is allocated is told to go',
    { host: () => ({ refuses: () => null }) },
  ],
  [
    'rejects a second stop()',
    'stop() ends it all, as often as it is called',
    {
      transport(good) {
        let stopped = false
        return {
          async stop() {
            if (stopped) throw new Error('stopped already')
            stopped = true
            await good.stop()
          },
        }
      },
    },
  ],
  [
    'does not wait for those who leave',
    'stop() waits for connections that are still ending',
    {
      sink: (good) => ({ closed: () => void setTimeout(() => good.closed(), 500) }),
    },
  ],
]

const suite = (spoil: Break) => (test: TestFunction) =>
  transportSuite({
    test,
    supports: { closeCodes: true, ping: true, backPressure: true, pause: true, welcome: true },
    factory() {
      const transport = memoryTransport()
      return {
        transport: spoiled(transport, spoil),
        connect: async () => memoryClient(transport.connect()),
      }
    },
  })

describe('a transport that', () => {
  for (const [what, name, spoil] of CASES) {
    it(`${what} is noticed`, () => expectCaught(name, suite({}), suite(spoil)))
  }
})

it('a transport that leaves something open is noticed', async () => {
  const suite = (leak: boolean) => (test: TestFunction) =>
    transportSuite({
      test,
      factory() {
        const transport = tcpTransport({ port: 0 })
        const rest = createServer()
        return {
          transport: over(transport as Transport, {
            async start(host) {
              await transport.start(host)
              if (leak) await new Promise<void>((resolve) => rest.listen(0, () => resolve()))
            },
          }),
          connect: () => tcpClient(transport.address()?.port ?? 1),
          dispose: () => void rest.close(),
        }
      },
    })
  await expectCaught(
    'announces a connection with its name and where it comes from',
    suite(false),
    suite(true),
  )
})
