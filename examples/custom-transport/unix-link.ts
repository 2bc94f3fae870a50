/** The other end: lets `connect` of `tertulia/client` speak to a Unix socket. */

import { connect } from 'node:net'
import type { OpenLink } from 'tertulia/client'
import { FrameDecoder } from 'tertulia/protocol'
import { framing } from './unix-connection.ts'

/** The most that a server may send in one frame, in bytes. */
const MOST = 16 * 1024 * 1024

/**
 * Opens addresses such as `unix:/run/chat.sock`.
 *
 * @example
 * const chat = connect('unix:/run/chat.sock', { open: openUnix })
 */
export const openUnix: OpenLink = (url, ears) => {
  const socket = connect(new URL(url).pathname)
  const decoder = new FrameDecoder(
    { onFrame: (payload) => ears.payload(new TextDecoder().decode(payload)) },
    MOST,
  )
  let reason: string | undefined
  socket.on('connect', () => ears.opened())
  socket.on('data', (chunk) => {
    if (!decoder.push(chunk)) socket.destroy()
  })
  socket.on('error', (error) => {
    reason = error.message
  })
  socket.on('close', () => ears.closed(reason === undefined ? {} : { reason }))
  return {
    send: (payload) => void socket.write(framing.pack([payload])),
    close: () => void socket.end(),
  }
}
