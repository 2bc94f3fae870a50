/** Files are known by their content. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_FILE_TYPES,
  FILE_TYPES,
  type FileType,
  inspectFile,
  isShown,
} from '../../src/files/type.ts'
import { SAMPLES } from './samples.ts'

function typeOf(bytes: Uint8Array, allowed: readonly FileType[] = FILE_TYPES, step = bytes.length) {
  const inspection = inspectFile(allowed)
  for (let at = 0; at < bytes.length; at += Math.max(1, step)) {
    inspection.look(bytes.subarray(at, at + Math.max(1, step)))
  }
  return inspection.end()
}

const refusal = { code: 'file_type_refused' }
const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

describe('the type of a file', () => {
  it.each(Object.entries(SAMPLES))('%s, in one part or in many', (type, bytes) => {
    for (const step of [1, 2, 7, 15, 16, 17, 1000])
      expect(typeOf(bytes, FILE_TYPES, step)).toBe(type)
  })

  const others: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['HTML', latin('<!doctype html><script>alert(1)</script>')],
    ['SVG', latin('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['HTML before the head of a PDF', latin('<html>%PDF-1.4')],
    ['a head of PNG that is followed by HTML', latin('\x89PNG\r\n\x1a\n<html><script>')],
    ['a head of WebP without picture', latin('RIFF\0\0\0\0WEBPjunk')],
    ['sound in RIFF', latin('RIFF\0\0\0\0WAVEfmt ')],
    ['a program', latin('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0')],
    ['a zip', latin('PK\x03\x04\x14\0\0\0\b\0\0\0!\0\0\0\0\0')],
    ['the first bytes of a PNG', latin('\x89PNG\r\n\x1a\n')],
    ['the first bytes of a JPEG', latin('\xff\xd8\xff')],
    ['the first bytes of a GIF', latin('GIF89a')],
    ['a picture from another program', latin('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0')],
  ]
  it.each(others)('%s is none of the usual ones', (_, bytes) => {
    expect(() => typeOf(bytes, DEFAULT_FILE_TYPES)).toThrow(expect.objectContaining(refusal))
  })

  it('text is accepted when it is asked for, and never shown', () => {
    const sample = SAMPLES['text/plain']
    expect(() => typeOf(sample, DEFAULT_FILE_TYPES)).toThrow(expect.objectContaining(refusal))
    expect(typeOf(latin('<html>'), ['text/plain'])).toBe('text/plain')
    expect(FILE_TYPES.filter((type) => !isShown(type))).toEqual(['text/plain'])
    expect(isShown('image/svg+xml')).toBe(false)
    expect(isShown('text/html')).toBe(false)
  })

  it('text is looked at to its end', () => {
    const long = Buffer.from('ação '.repeat(30_000))
    expect(typeOf(long, FILE_TYPES, 333)).toBe('text/plain')
    for (const wrong of ['\0', '\x1b[31m', '\x7f', '\xff', '\xc3']) {
      const bytes = Buffer.concat([long, latin(wrong)])
      expect(() => typeOf(bytes, FILE_TYPES, 4096), JSON.stringify(wrong)).toThrow(
        expect.objectContaining(refusal),
      )
    }
  })

  it('what is not accepted is refused by its head', () => {
    const inspection = inspectFile(['image/png'])
    expect(() => inspection.look(SAMPLES['image/gif'])).toThrow(expect.objectContaining(refusal))
  })

  it('any bytes have a type or are refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.integer({ min: 1, max: 20 }),
        (bytes, step) => {
          try {
            expect(FILE_TYPES).toContain(typeOf(bytes, FILE_TYPES, step))
          } catch (error) {
            expect(error).toMatchObject(refusal)
          }
        },
      ),
    )
  })
})
