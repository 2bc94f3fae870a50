/** One connection of bytes: nothing of the server's own code reads what comes. */

import { connect, type Socket } from 'node:net'

const PATIENCE = 5000

/**
 * Reads what a server writes in one wire's way: the first message of these bytes, and how many it
 * takes; null: it isn't whole yet.
 */
type Reader = (bytes: Buffer) => { readonly message: Message; readonly size: number } | null

/** What came: a payload, the close frame of a WebSocket, or an answer by HTTP. */
export interface Message {
  readonly payload?: string
  readonly closeFrame?: number
  readonly status?: number
  readonly headers?: string
}

export const readTcp: Reader = (bytes) => {
  const size = bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + bytes.readUInt32BE(0)
  if (bytes.length < size) return null
  return { message: { payload: bytes.toString('utf8', 4, size) }, size }
}

/** Frames of a server: whole and unmasked. */
export const readWebSocket: Reader = (bytes) => {
  if (bytes.length < 2) return null
  const [first = 0, second = 0] = bytes
  let length = second & 127
  let at = 2
  if (length === 126) {
    if (bytes.length < 4) return null
    length = bytes.readUInt16BE(2)
    at = 4
  } else if (length === 127) {
    if (bytes.length < 10) return null
    length = Number(bytes.readBigUInt64BE(2))
    at = 10
  }
  const size = at + length
  if (bytes.length < size) return null
  if ((first & 15) === 8) {
    return { message: { closeFrame: length < 2 ? 1005 : bytes.readUInt16BE(at) }, size }
  }
  const isData = (first & 15) <= 2
  return { message: isData ? { payload: bytes.toString('utf8', at, size) } : {}, size }
}

/** Answers with a Content-Length, with parts, or with the end of the connection as theirs. */
export const readHttp: Reader = (bytes) => {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const headers = bytes.toString('latin1', 0, end)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(headers)?.[1])
  const hasNone = status < 200 || status === 204 || status === 304
  const length = hasNone ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(headers)?.[1] ?? 0)
  const size = end + 4 + length
  if (bytes.length < size) return null
  return { message: { status, headers, payload: bytes.toString('utf8', end + 4, size) }, size }
}

/** See the file. */
export class Line {
  reader: Reader
  readonly socket: Socket
  readonly messages: Message[] = []
  ended = false
  private bytes: Buffer[] = []
  private rest: Buffer = Buffer.alloc(0)
  private stir = (): void => {}

  constructor(port: number, reader: Reader) {
    this.reader = reader
    this.socket = connect(port, '127.0.0.1')
    this.socket.setNoDelay(true)
    this.socket.on('data', (chunk: Buffer) => this.take(chunk))
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.ended = true
      this.stir()
    })
  }

  /** Everything that came, as it came. */
  get all(): string {
    return Buffer.concat(this.bytes).toString('utf8')
  }

  write(part: string | Buffer): void {
    this.socket.write(part)
  }

  /** Waits until something is so; fails with what there is. */
  async until<T>(what: string, look: () => T | undefined | false): Promise<T> {
    const end = Date.now() + PATIENCE
    for (;;) {
      const found = look()
      if (found !== undefined && found !== false) return found
      const left = end - Date.now()
      if (left <= 0) {
        throw new Error(`${what}: never; closed: ${this.ended}; there is ${this.all.slice(-2000)}`)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.stir = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** The first message, from here on, that this is said of. */
  next(what: string, match: (message: Message) => boolean): Promise<Message> {
    const from = this.messages.length
    return this.until(what, () => this.messages.slice(from).find(match))
  }

  closed(): Promise<boolean> {
    return this.until('the connection is closed', () => this.ended)
  }

  destroy(): void {
    this.socket.destroy()
  }

  private take(chunk: Buffer): void {
    this.bytes.push(chunk)
    this.rest = Buffer.concat([this.rest, chunk])
    for (let one = this.reader(this.rest); one !== null; one = this.reader(this.rest)) {
      this.rest = this.rest.subarray(one.size)
      this.messages.push(one.message)
      if (one.message.status === 101) this.reader = readWebSocket
    }
    this.stir()
  }
}
