// The mark at the beginning of every text: who sent it, and which of the sender's messages it is.

import { NUMBER, readDigits } from './frames.ts'

const MAGIC = '~b~'
const SENDER_DIGITS = 5
const MARK_LENGTH = MAGIC.length + SENDER_DIGITS + NUMBER.length
const TEXT_LENGTH = 64
const [B0, B1, B2] = Buffer.from(MAGIC) as unknown as [number, number, number]

export function senderDigits(sender: number): string {
  return String(sender).padStart(SENDER_DIGITS, '0')
}

/** A text of 64 bytes, with NUMBER where the message's number goes. */
export function markedText(sender: number): string {
  const mark = `${MAGIC}${senderDigits(sender)}${NUMBER}`
  return `${mark} the quick brown fox jumps over the lazy dog and on`.padEnd(TEXT_LENGTH, '.')
}

/**
 * Finds marks. What stands behind the text has the same width in every message of a server, so the
 * distance from the end is looked up once and then only confirmed.
 */
export class MarkReader {
  sender = 0
  number = 0
  #fromEnd = 0

  /** Reads the mark of the payload between `body` and `end`; false when it has none. */
  read(bytes: Buffer, body: number, end: number): boolean {
    let at = end - this.#fromEnd
    if (at < body || bytes[at] !== B0 || bytes[at + 1] !== B1 || bytes[at + 2] !== B2) {
      at = bytes.indexOf(MAGIC, body)
      if (at < 0 || at + MARK_LENGTH > end) return false
      this.#fromEnd = end - at
    }
    this.sender = readDigits(bytes, at + MAGIC.length, SENDER_DIGITS)
    this.number = readDigits(bytes, at + MAGIC.length + SENDER_DIGITS, NUMBER.length)
    return true
  }
}
