/** Links over TCP, plain and with TLS: 4 bytes of length, then the payload. */

import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { OpenLink } from '../client/types.ts'
import { FrameDecoder, frameHeader } from '../protocol/framing.ts'

/** No frame of a server is larger: a page of history, each entry with details. */
const MOST_BYTES = 64 * 1024 * 1024

/** A connection that is closed has so long to get rid of its last bytes, in ms. */
const LINGER_MS = 2000

/** Opens links to `tcp://host:port` and `tls://host:port`. */
export const openTcp: OpenLink = (url, ears) => {
  const { protocol, hostname, port } = new URL(url)
  // IPv6 stands in brackets.
  const host = hostname.replace(/^\[|\]$/g, '')
  const where = { host, port: Number(port) }
  const isTls = protocol === 'tls:'
  const socket: Socket = isTls
    ? connectTls({ ...where, ...(isIP(host) === 0 && { servername: host }) })
    : connect(where)
  let over = false
  const end = (reason?: string): void => {
    if (over) return
    over = true
    socket.destroy()
    ears.closed(reason === undefined ? {} : { reason })
  }
  const decoder = new FrameDecoder(
    {
      onFrame(payload) {
        if (!over) ears.payload(new TextDecoder().decode(payload))
      },
    },
    MOST_BYTES,
  )
  socket.setNoDelay(true)
  socket.setKeepAlive(true)
  socket.on(isTls ? 'secureConnect' : 'connect', () => {
    if (!over) ears.opened()
  })
  socket.on('data', (chunk: Uint8Array) => {
    if (!over && !decoder.push(chunk)) end('a frame was too large')
  })
  socket.on('error', (error) => end(error.message))
  socket.on('close', () => end())
  return {
    send(payload) {
      if (over) return
      const bytes = new TextEncoder().encode(payload)
      socket.cork()
      socket.write(frameHeader(bytes.length))
      socket.write(bytes)
      socket.uncork()
    },
    close() {
      if (over) return
      over = true
      // What was written last still goes out, if the other side takes it.
      socket.end(() => socket.destroy())
      setTimeout(() => socket.destroy(), LINGER_MS).unref()
      ears.closed({})
    },
  }
}
