/** Parts of a file that a request asks for (RFC 9110, 13 and 14). */

/** From `start` (inclusive) to `end` (exclusive). */
export interface Part {
  readonly start: number
  readonly end: number
}

/**
 * The part that a `Range` header asks for; `null`: all of it, since nothing else is asked for that can
 * be understood (also several parts); `none`: there is no such part.
 */
export function partOf(header: string | undefined, size: number): Part | null | 'none' {
  const asked = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '')
  if (asked === null) return null
  const [, first = '', last = ''] = asked
  if (first === '') {
    if (last === '') return null
    const start = Math.max(0, size - Number(last))
    return start < size ? { start, end: size } : 'none'
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return null
  if (start >= size) return 'none'
  return { start, end: last === '' ? size : Math.min(size, Number(last) + 1) }
}

/** Does an `If-None-Match` header name this version? */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((one) => {
    const known = one.trim().replace(/^W\//, '')
    return known === etag || known === '*'
  })
}
