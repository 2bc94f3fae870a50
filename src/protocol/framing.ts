/** Frames on a byte stream: 4 bytes of length, unsigned, big-endian, then that many bytes. */

/** Bytes before each payload. */
export const FRAME_HEADER_BYTES = 4

/** The largest length that four bytes can announce. */
const MAX_LENGTH = 0xffff_ffff
/** First size of the buffer for a frame that came in parts, in bytes. */
const FIRST_BUFFER = 512

/**
 * The header of a frame.
 *
 * @param length bytes of payload that follow, 0 to 4,294,967,295
 * @example
 * socket.write(frameHeader(payload.length))
 * socket.write(payload)
 */
export function frameHeader(length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 0 || length > MAX_LENGTH) {
    throw new RangeError('a frame has 0 to 4294967295 bytes')
  }
  return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length)
}

/** Takes what a {@link FrameDecoder} finds. An object, so that a decoder needs no closure. */
export interface FrameHandler {
  /** A whole frame has come. The payload may be kept; it is part of what was pushed, or a copy. */
  onFrame(payload: Uint8Array): void
}

/**
 * Finds the frames in a stream of bytes, however it is cut up.
 *
 * A frame that lies whole in one chunk is handed on without copying. One that comes in parts is
 * gathered in a buffer that grows with what has come, never with what was announced: whoever
 * announces 64 KiB and sends nothing costs nothing.
 *
 * @example
 * const decoder = new FrameDecoder({ onFrame: (payload) => console.log(payload.length) }, 65536)
 * socket.on('data', (chunk) => {
 *   if (!decoder.push(chunk)) socket.destroy()
 * })
 */
export class FrameDecoder {
  /** Largest payload taken, in bytes. May be changed at any time: holds from the next header on. */
  maxBytes: number
  /** Frames handed on so far. */
  frames = 0
  private readonly handler: FrameHandler
  private stopped = false
  /** Bytes of the header that have come, 0 to 4. */
  private headerBytes = 0
  /** The length announced, as far as it has come. */
  private length = 0
  /** Payload bytes that were gathered, and where. */
  private have = 0
  private buffer: Uint8Array | null = null

  constructor(handler: FrameHandler, maxBytes: number) {
    this.handler = handler
    this.maxBytes = maxBytes
  }

  /** A frame has begun and not ended. */
  get pending(): boolean {
    return this.headerBytes > 0
  }

  /** A frame was too large, or `stop` was called: everything that comes is ignored. */
  get broken(): boolean {
    return this.stopped
  }

  /** Ignores everything from now on, also the rest of the chunk that is being read. */
  stop(): void {
    this.stopped = true
    this.buffer = null
  }

  /**
   * Takes the next bytes; calls `onFrame` for each frame that they complete.
   *
   * @returns false when a frame announced more than `maxBytes`, or the decoder was broken already
   */
  push(chunk: Uint8Array): boolean {
    const end = chunk.length
    let at = 0
    while (!this.stopped) {
      if (this.headerBytes < FRAME_HEADER_BYTES) {
        while (this.headerBytes < FRAME_HEADER_BYTES) {
          if (at === end) return true
          this.length = ((this.length << 8) | (chunk[at] as number)) >>> 0
          at += 1
          this.headerBytes += 1
        }
        if (this.length > this.maxBytes) this.stop()
      } else {
        const missing = this.length - this.have
        if (end - at < missing) {
          if (at < end) this.gather(chunk.subarray(at))
          return true
        }
        const rest = chunk.subarray(at, at + missing)
        at += missing
        this.complete(rest)
      }
    }
    return false
  }

  private complete(rest: Uint8Array): void {
    let payload = rest
    if (this.have > 0) {
      this.gather(rest)
      payload = (this.buffer as Uint8Array).subarray(0, this.length)
    }
    this.headerBytes = 0
    this.length = 0
    this.have = 0
    this.buffer = null
    this.frames += 1
    this.handler.onFrame(payload)
  }

  /** Adds a part. The size at least doubles each time, so every byte is moved at most twice or so. */
  private gather(part: Uint8Array): void {
    const need = this.have + part.length
    if (this.buffer === null || this.buffer.length < need) {
      const size = Math.min(this.length, Math.max(need, this.have * 2, FIRST_BUFFER))
      const larger = new Uint8Array(size)
      if (this.buffer !== null) larger.set(this.buffer.subarray(0, this.have))
      this.buffer = larger
    }
    this.buffer.set(part, this.have)
    this.have = need
  }
}
