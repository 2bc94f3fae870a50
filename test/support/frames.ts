/** WebSocket frames as a client sends them. */

/** A frame as clients send it: masked (with zeros, which change nothing). */
export function clientFrame(first: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 6 : length < 0x10000 ? 8 : 14)
  head[0] = first
  head[1] = 0x80 | (length < 126 ? length : length < 0x10000 ? 126 : 127)
  if (length >= 0x10000) head.writeBigUInt64BE(BigInt(length), 2)
  else if (length >= 126) head.writeUInt16BE(length, 2)
  return Buffer.concat([head, payload])
}

/** A text message. */
export const text = (payload: string) => clientFrame(0x81, Buffer.from(payload))
export const PONG = clientFrame(0x8a, Buffer.alloc(0))
