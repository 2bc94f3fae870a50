/** One thing that can be got: its bytes, packed in advance, and what is said of them. */

import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Encoding } from './negotiate.ts'

/** Bytes and their kind. */
export interface Content {
  readonly type: string
  readonly bytes: Uint8Array
  /** Changes with the bytes, and stands in addresses: letters, digits, `-` and `_`. */
  readonly hash: string
  /** Where packing made it smaller. */
  readonly packed: ReadonlyMap<Encoding, Uint8Array>
}

/** What is smaller gains nothing from packing, in bytes. */
const WORTH_PACKING = 512

const HASH_CHARS = 12

/** What is in a file, by the end of its name; what isn't here is not served. */
export const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

const isText = (type: string): boolean => /^text\/|[+]json$|[+]xml$/.test(type)

/** Makes it ready to be sent. */
export function contentOf(type: string, given: Uint8Array | string): Content {
  const bytes = typeof given === 'string' ? Buffer.from(given) : given
  const packed = new Map<Encoding, Uint8Array>()
  if (isText(type) && bytes.length >= WORTH_PACKING) {
    const params = {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      // The best (11) saves 8 % more, but takes seventy times as long: whoever starts a server waits.
      [constants.BROTLI_PARAM_QUALITY]: 6,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    }
    packed.set('br', brotliCompressSync(bytes, { params }))
    packed.set('gzip', gzipSync(bytes, { level: 9 }))
  }
  return { type, bytes, hash: hashOf(bytes), packed }
}

/** A short name of these bytes. */
export function hashOf(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('base64url').slice(0, HASH_CHARS)
}
