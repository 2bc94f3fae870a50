import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'vitest'
import { transportSuite } from '../../src/testing/transport-suite.ts'
import { memoryTransport } from '../../src/transports/memory.ts'
import { tcpTransport } from '../../src/transports/tcp.ts'
import { websocketTransport } from '../../src/transports/websocket.ts'
import { memoryClient, tcpClient, tcpFrame, tcpRaw, wsClient, wsFrame, wsRaw } from './clients.ts'

describe('tcp', () => {
  transportSuite({
    test: it,
    supports: {
      bytes: true,
      backPressure: true,
      pause: true,
      welcome: true,
      halfClose: true,
      frameTimeout: true,
      rival: true,
    },
    factory() {
      const transport = tcpTransport({ port: 0 })
      const port = (): number => transport.address()?.port ?? 1
      return {
        transport,
        connect: () => tcpClient(port()),
        raw: () => tcpRaw(port()),
        frame: tcpFrame,
        rival: () => tcpTransport({ port: port() }),
      }
    },
  })
})

describe('websocket, on a port of its own', () => {
  transportSuite({
    test: it,
    supports: {
      bytes: true,
      backPressure: true,
      pause: true,
      welcome: true,
      frameTimeout: true,
      rival: true,
      closeCodes: true,
      ping: true,
    },
    factory() {
      const transport = websocketTransport({ port: 0 })
      const port = (): number => transport.address()?.port ?? 1
      return {
        transport,
        connect: () => wsClient(port()),
        raw: () => wsRaw(port()),
        frame: wsFrame,
        rival: () => websocketTransport({ port: port() }),
      }
    },
  })
})

describe('websocket, on a server of the host', () => {
  transportSuite({
    test: it,
    supports: { closeCodes: true, ping: true, backPressure: true, pause: true, welcome: true },
    async factory() {
      const server = createServer((_, response) => response.end('not a chat'))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      return {
        transport: websocketTransport({ server }),
        connect: () => wsClient(port),
        dispose() {
          server.closeAllConnections()
          return new Promise((resolve) => server.close(() => resolve()))
        },
      }
    },
  })
})

describe('memory', () => {
  transportSuite({
    test: it,
    supports: { closeCodes: true, ping: true, backPressure: true, pause: true, welcome: true },
    factory() {
      const transport = memoryTransport()
      return {
        transport,
        connect: async () => memoryClient(transport.connect()),
      }
    },
  })
})
