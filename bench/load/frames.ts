// Framing on the load generator's side: how frames are delimited and made, and message frames whose
// only changing part, the digits of the message's number, is patched in place.

/** How a byte stream is cut into frames. */
export interface Framing {
  /** Whole size of the frame that begins at `at`; 0 when its header isn't complete before `end`. */
  size(bytes: Buffer, at: number, end: number): number
  /** Size of its header, which is complete. */
  head(bytes: Buffer, at: number): number
  /** A frame from client to server. */
  make(payload: string): Buffer
}

/** Frames of a WebSocket; the mask is all zeros, which masks nothing but costs the server the same. */
export const webSocket: Framing = {
  size(bytes, at, end) {
    if (end - at < 2) return 0
    const short = (bytes[at + 1] as number) & 127
    if (short < 126) return 2 + short
    if (short === 126) return end - at < 4 ? 0 : 4 + bytes.readUInt16BE(at + 2)
    return end - at < 10 ? 0 : 10 + bytes.readUInt32BE(at + 6)
  },
  head(bytes, at) {
    const short = (bytes[at + 1] as number) & 127
    return short < 126 ? 2 : short === 126 ? 4 : 10
  },
  make: (payload) => masked(0x81, Buffer.from(payload)),
}

/** Four bytes of length, big-endian, before each payload. */
export const lengthPrefixed: Framing = {
  size: (bytes, at, end) => (end - at < 4 ? 0 : 4 + bytes.readUInt32BE(at)),
  head: () => 4,
  make(payload) {
    const body = Buffer.from(payload)
    const head = Buffer.alloc(4)
    head.writeUInt32BE(body.length)
    return Buffer.concat([head, body])
  },
}

/** The answer to a WebSocket ping. */
export function pong(payload: Buffer): Buffer {
  return masked(0x8a, payload)
}

function masked(first: number, body: Buffer): Buffer {
  const short = body.length < 126
  const head = Buffer.alloc(short ? 6 : 8)
  head[0] = first
  head[1] = 0x80 | (short ? body.length : 126)
  if (!short) head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}

/** Stands in a message's payload wherever its number goes. */
export const NUMBER = '#######'

/** Numbers begin here, so that they have seven digits and none of them leads with a zero. */
export const FIRST_NUMBER = 1_000_000

/** One sender's message, made once; each use is a copy with its number written into it. */
export class MessageFrame {
  readonly #frame: Buffer
  readonly #places: number[] = []

  constructor(framing: Framing, payload: string) {
    this.#frame = framing.make(payload)
    let at = this.#frame.indexOf(NUMBER)
    while (at >= 0) {
      this.#places.push(at)
      at = this.#frame.indexOf(NUMBER, at + NUMBER.length)
    }
  }

  /** The bytes of `count` messages, numbered from `first` on. */
  numbered(first: number, count: number): Buffer {
    const { length } = this.#frame
    const out = Buffer.allocUnsafe(length * count)
    for (let i = 0; i < count; i++) {
      out.set(this.#frame, i * length)
      for (const place of this.#places) writeDigits(out, i * length + place, first + i)
    }
    return out
  }
}

function writeDigits(out: Buffer, at: number, number: number): void {
  let rest = number
  for (let i = at + NUMBER.length - 1; i >= at; i--) {
    out[i] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}

/** The number in the `length` digits at `at`. */
export function readDigits(bytes: Buffer, at: number, length: number): number {
  let number = 0
  for (let i = at; i < at + length; i++) number = number * 10 + (bytes[i] as number) - 48
  return number
}
