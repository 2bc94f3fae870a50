import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FRAME_HEADER_BYTES, FrameDecoder, frameHeader } from '../src/protocol/framing.ts'

function collect(maxBytes = 1 << 20) {
  const frames: Uint8Array[] = []
  const decoder = new FrameDecoder({ onFrame: (payload) => frames.push(payload) }, maxBytes)
  return { frames, decoder }
}

function encode(payloads: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(payloads.flatMap((payload) => [frameHeader(payload.length), payload]))
}

const plain = (frames: readonly Uint8Array[]) => frames.map((frame) => Array.from(frame))

/** Cuts bytes at the given places (taken modulo what is there). */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const marks = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (a, b) => a - b,
  )
  const parts: Uint8Array[] = []
  let from = 0
  for (const mark of [...marks, bytes.length]) {
    parts.push(bytes.subarray(from, mark))
    from = mark
  }
  return parts
}

describe('frameHeader', () => {
  it('is the length, big-endian', () => {
    expect(Array.from(frameHeader(0))).toEqual([0, 0, 0, 0])
    expect(Array.from(frameHeader(0x01020304))).toEqual([1, 2, 3, 4])
    expect(Array.from(frameHeader(0xffffffff))).toEqual([255, 255, 255, 255])
  })

  it.each([-1, 1.5, 2 ** 32, Number.NaN])('refuses %s', (length) => {
    expect(() => frameHeader(length)).toThrow(RangeError)
  })
})

describe('FrameDecoder', () => {
  it('finds the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        (payloads, places) => {
          const { frames, decoder } = collect()
          for (const part of cut(encode(payloads), places)) expect(decoder.push(part)).toBe(true)
          expect(plain(frames)).toEqual(plain(payloads))
          expect(decoder.frames).toBe(payloads.length)
          expect(decoder.pending).toBe(false)
        },
      ),
    )
  })

  it('finds them byte by byte, and knows when it is inside one', () => {
    const payloads = [Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(4)]
    const { frames, decoder } = collect()
    const pending: boolean[] = []
    for (const byte of encode(payloads)) {
      decoder.push(Uint8Array.of(byte))
      pending.push(decoder.pending)
    }
    expect(plain(frames)).toEqual(plain(payloads))
    const inside = (length: number) => [...Array(FRAME_HEADER_BYTES + length - 1).fill(true), false]
    expect(pending).toEqual([...inside(3), ...inside(0), ...inside(1)])
  })

  it('hands on a frame that lies in one chunk without copying', () => {
    const chunk = encode([Uint8Array.of(1, 2), Uint8Array.of(3)])
    const { frames, decoder } = collect()
    decoder.push(chunk)
    expect(frames.map((frame) => [frame.buffer === chunk.buffer, frame.byteOffset])).toEqual([
      [true, chunk.byteOffset + 4],
      [true, chunk.byteOffset + 10],
    ])
  })

  it('also when only the header came before', () => {
    const payload = Uint8Array.of(7, 8, 9)
    const { frames, decoder } = collect()
    decoder.push(frameHeader(3))
    decoder.push(payload)
    expect(frames[0]?.buffer).toBe(payload.buffer)
  })

  it('leaves frames that were handed on alone', () => {
    const { frames, decoder } = collect()
    const bytes = encode([Uint8Array.of(1, 1, 1), Uint8Array.of(2, 2, 2)])
    for (const part of cut(bytes, [6, 12])) decoder.push(part)
    expect(plain(frames)).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ])
  })

  it('refuses a frame over the limit when its header is complete, and stays broken', () => {
    const { frames, decoder } = collect(10)
    expect(decoder.push(encode([new Uint8Array(10)]))).toBe(true)
    expect(decoder.push(Uint8Array.of(0, 0, 0))).toBe(true)
    expect(decoder.push(Uint8Array.of(11))).toBe(false)
    expect(decoder.broken).toBe(true)
    expect(decoder.push(encode([Uint8Array.of(1)]))).toBe(false)
    expect(frames).toHaveLength(1)
  })

  it('reads lengths as unsigned', () => {
    const { decoder } = collect(0x7fffffff)
    expect(decoder.push(Uint8Array.of(0x80, 0, 0, 0))).toBe(false)
  })

  it('takes larger frames once the limit is raised', () => {
    const { frames, decoder } = collect(10)
    decoder.push(encode([new Uint8Array(10)]))
    decoder.maxBytes = 100
    expect(decoder.push(encode([new Uint8Array(100)]))).toBe(true)
    expect(frames.map((frame) => frame.length)).toEqual([10, 100])
  })

  it('applies a limit changed by onFrame to the next frame of the same chunk', () => {
    const sizes: number[] = []
    const decoder = new FrameDecoder(
      {
        onFrame(payload) {
          sizes.push(payload.length)
          decoder.maxBytes = 100
        },
      },
      10,
    )
    expect(decoder.push(encode([new Uint8Array(10), new Uint8Array(50)]))).toBe(true)
    expect(sizes).toEqual([10, 50])
  })

  it('stops in the middle of a chunk when told to', () => {
    const sizes: number[] = []
    const decoder = new FrameDecoder(
      {
        onFrame(payload) {
          sizes.push(payload.length)
          decoder.stop()
        },
      },
      100,
    )
    expect(decoder.push(encode([new Uint8Array(1), new Uint8Array(2)]))).toBe(false)
    expect(sizes).toEqual([1])
  })

  it('allocates by what came, not by what was announced', () => {
    const decoders = Array.from({ length: 1000 }, () => collect(1 << 30).decoder)
    const before = process.memoryUsage().arrayBuffers
    for (const decoder of decoders) decoder.push(Uint8Array.of(0x3f, 0xff, 0xff, 0xff, 1))
    const each = (process.memoryUsage().arrayBuffers - before) / decoders.length
    expect(each).toBeLessThan(4096)
    expect(decoders.every((decoder) => decoder.pending)).toBe(true)
  })

  it('is linear in one byte at a time', () => {
    // 4 MiB byte by byte: copying all of it for each byte would move 8 TiB and never end.
    const size = 4 << 20
    const { frames, decoder } = collect(size)
    decoder.push(frameHeader(size))
    const byte = Uint8Array.of(5)
    for (let i = 0; i < size; i++) decoder.push(byte)
    expect(frames).toHaveLength(1)
    expect(frames[0]?.length).toBe(size)
    expect(frames[0]?.every((value) => value === 5)).toBe(true)
  })
})
