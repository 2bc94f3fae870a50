/**
 * Follows the frames of a WebSocket by their headers alone (RFC 6455, 5.2), to know whether the
 * bytes so far end inside a message. The parser in use doesn't tell; without knowing, a peer could
 * leave a message open for ever and keep the connection alive with pongs between its fragments.
 */
export class FrameBoundary {
  /** What was begun last began in the chunk that was pushed last. */
  fresh = false
  /** A message has begun and its last fragment hasn't. */
  private fragmented = false
  private stage: 'start' | 'length' | 'more' = 'start'
  /** First byte of the frame: FIN and opcode. */
  private first = 0
  private masked = false
  private length = 0
  private lengthBytes = 0
  /** Bytes of mask and payload still to come. */
  private rest = 0

  /** A frame, or a message of several, has begun and not ended. */
  get open(): boolean {
    return this.rest > 0 || this.fragmented || this.stage !== 'start'
  }

  push(chunk: Uint8Array): void {
    const end = chunk.length
    let at = 0
    this.fresh = false
    while (at < end) {
      if (this.rest > 0) {
        const step = Math.min(this.rest, end - at)
        this.rest -= step
        at += step
        if (this.rest === 0) this.finish()
      } else {
        this.header(chunk[at++] as number)
      }
    }
  }

  private header(byte: number): void {
    switch (this.stage) {
      case 'start':
        this.first = byte
        this.stage = 'length'
        // Control frames may stand between fragments: the message is as old as it was.
        if (!this.fragmented) this.fresh = true
        break
      case 'length':
        this.masked = byte > 127
        this.length = byte & 127
        this.lengthBytes = this.length === 126 ? 2 : this.length === 127 ? 8 : 0
        if (this.lengthBytes === 0) this.body()
        else {
          this.length = 0
          this.stage = 'more'
        }
        break
      case 'more':
        this.length = this.length * 256 + byte
        this.lengthBytes -= 1
        if (this.lengthBytes === 0) this.body()
    }
  }

  private body(): void {
    this.stage = 'start'
    this.rest = this.length + (this.masked ? 4 : 0)
    if (this.rest === 0) this.finish()
  }

  private finish(): void {
    const isData = (this.first & 0x08) === 0
    if (isData) this.fragmented = this.first < 0x80
  }
}
