import { describe, it } from 'vitest'
import { realClock } from '../../src/testing/clock.ts'
import { makeMailbox } from '../../src/testing/mailbox.ts'
import { testNetwork } from '../../src/testing/network.ts'
import { transportSuite } from '../../src/testing/transport-suite.ts'
import { tcpFrame } from './clients.ts'

// The simulated network is a transport like any other, as long as nothing breaks.
describe('the simulated network', () => {
  transportSuite({
    test: it,
    supports: {
      closeCodes: true,
      bytes: true,
      backPressure: true,
      pause: true,
      welcome: true,
      ping: true,
      frameTimeout: true,
    },
    factory() {
      const network = testNetwork({ clock: realClock, seed: 1, delay: [0, 2], split: 0.3 })
      const transport = network.transport()
      const connect = async () => {
        const { put, end, next, closed } = makeMailbox<string>()
        return { link: transport.connect({ payload: put, closed: end }), next, closed }
      }
      return {
        transport,
        async connect() {
          const { link, next, closed } = await connect()
          return {
            send: (payload) => link.send(payload),
            close: () => link.close(),
            terminate: () => link.cut(),
            pause: () => link.pause(),
            resume: () => link.resume(),
            next,
            closed,
          }
        },
        async raw() {
          const { link } = await connect()
          return { write: (bytes) => link.write(bytes), terminate: () => link.cut() }
        },
        frame: tcpFrame,
      }
    },
  })
})
