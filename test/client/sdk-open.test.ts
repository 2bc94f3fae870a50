/** Connections that need more than an address. */

import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { webSocketLink } from '../../src/client-node.ts'
import { start } from '../support/server.ts'
import { secured } from './sdk-secured.ts'
import { client } from './sdk-support.ts'

it('a certificate that nobody vouches for: by an authority of one’s own, and not without', async () => {
  const { where } = await start()
  const tls = await secured(Number(new URL(where.url as string).port))
  const url = `wss://localhost:${tls.port}`
  const trusting = client(url, {
    name: 'Ana',
    open: (address, ears) => webSocketLink(new WebSocket(address, { ca: tls.ca }), ears),
  })
  expect((await trusting.ready).name).toBe('Ana')
  const doubting = client(url)
  const why = await new Promise((told) =>
    doubting.on('state', ({ state, error }) => state === 'waiting' && told(error?.code)),
  )
  expect(why).toBe('unavailable')
  await Promise.all([trusting.close(), doubting.close()])
  await tls.close()
})

it('who one is, by cookies', async () => {
  const { url } = await start({
    authenticate(_shown, { headers }) {
      const id = /session=(\w+)/.exec(`${headers?.cookie}`)?.[1]
      return id === undefined ? null : { id, name: id.toUpperCase() }
    },
  })
  const chat = client(url, {
    open: (address, ears) =>
      webSocketLink(new WebSocket(address, { headers: { cookie: 'session=ana' } }), ears),
  })
  expect(await chat.ready).toEqual({ id: 'ana', name: 'ANA' })
})

it('an address that a WebSocket does not take is told, and harms nobody', async () => {
  // Unhandled, what the package throws would end the program.
  const chat = client('ws://127.0.0.1:1/#fragment')
  const why = await new Promise((told) =>
    chat.on('state', ({ state, error }) => state === 'waiting' && told(error?.code)),
  )
  expect(why).toBe('unavailable')
  await chat.close()
})
