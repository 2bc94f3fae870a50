/** Putting payloads on the wire: each payload's header and UTF-8, all in one buffer. */

import { FRAME_HEADER_BYTES } from '../protocol/framing.ts'
import type { Framing } from '../spi/transport.ts'

/** How a framing writes what stands before a payload of `length` bytes. */
interface Header {
  /** Its size in bytes. */
  size(length: number): number
  write(target: Buffer, at: number, length: number): void
}

/** Node's direct ways of writing a string, about 100 ns faster than `write` with an encoding. */
interface StringWriter {
  latin1Write(text: string, at: number, length: number): number
  utf8Write(text: string, at: number, length: number): number
}

/** Writes one payload, header first; returns where the next begins. */
function put(target: Buffer, at: number, payload: string, length: number, header: Header): number {
  header.write(target, at, length)
  const from = at + header.size(length)
  const writer = target as Buffer & StringWriter
  // As many bytes as UTF-16 units: nothing but ASCII, where Latin-1 is the same and faster.
  if (length === payload.length) writer.latin1Write(payload, from, length)
  else writer.utf8Write(payload, from, length)
  return from + length
}

/**
 * One buffer for all of them. What is written at once (acknowledgements) comes from Node's pool,
 * which is faster; what is shared has memory of its own: a slow reader may hold it for long, and
 * would hold all of the pool with it.
 */
function packAll(payloads: readonly string[], header: Header, shared: boolean): Buffer {
  const allocate = shared ? Buffer.allocUnsafeSlow : Buffer.allocUnsafe
  const first = payloads[0] as string
  if (payloads.length === 1) {
    const length = Buffer.byteLength(first)
    const target = allocate(header.size(length) + length)
    put(target, 0, first, length, header)
    return target
  }
  const lengths = payloads.map((payload) => Buffer.byteLength(payload))
  let size = 0
  for (const length of lengths) size += header.size(length) + length
  const target = allocate(size)
  let at = 0
  for (let i = 0; i < lengths.length; i++) {
    at = put(target, at, payloads[i] as string, lengths[i] as number, header)
  }
  return target
}

const tcpHeader: Header = {
  size: () => FRAME_HEADER_BYTES,
  write(target, at, length) {
    target.writeUInt32BE(length, at)
  },
}

/** A whole text message in one frame, unmasked, as servers send it (RFC 6455, 5.2). */
const webSocketHeader: Header = {
  size: (length) => (length < 126 ? 2 : length < 0x10000 ? 4 : 10),
  write(target, at, length) {
    target[at] = 0x81 // FIN, text
    if (length < 126) {
      target[at + 1] = length
    } else if (length < 0x10000) {
      target[at + 1] = 126
      target.writeUInt16BE(length, at + 2)
    } else {
      target[at + 1] = 127
      target.writeBigUInt64BE(BigInt(length), at + 2)
    }
  },
}

/** Four bytes of length, big-endian, before each payload. A frame is a Buffer. */
export const lengthPrefixed: Framing = {
  name: 'tcp',
  pack: (payloads, shared = false) => packAll(payloads, tcpHeader, shared),
}

/** One uncompressed text message per payload, ready for the raw socket. A frame is a Buffer. */
export const webSocketFrames: Framing = {
  name: 'websocket',
  pack: (payloads, shared = false) => packAll(payloads, webSocketHeader, shared),
}
