/** Puts one row of the catalogue to a server, and looks at everything that became of it. */

import { expect } from 'vitest'
import { ERRORS } from '../../src/errors.ts'
import { texts } from '../../src/i18n/languages.ts'
import { clientFrame } from '../support/frames.ts'
import { Line, type Message, readHttp, readTcp } from './line.ts'
import {
  frame,
  type HttpRow,
  type Known,
  type Part,
  type Row,
  request,
  type TextRow,
} from './row.ts'
import type { World } from './worlds.ts'

/** How a row is put: JSON goes both ways. */
export type Wire = 'tcp' | 'websocket' | 'http' | 'text'

/** What no client may ever see: stacks, SQL, and where things lie. */
const INSIDE = [
  // A line of a stack; "a whole number of at least 0" is none.
  /\bat (?!least|most)[^"\n]*:\d+/,
  /SELECT |INSERT |UPDATE |DELETE FROM|sqlite/i,
  /node_modules|node:internal|\/src\/|\/work\/|\/tmp\/|\.ts\b/,
  /Error:|EACCES|ENOENT|undefined|\[object/,
]

const UPGRADE = request('GET', '/', undefined, {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
})

type Payload = Readonly<Record<string, unknown>>
const parsed = ({ payload = '' }: Message): Payload => {
  try {
    return JSON.parse(payload) as Payload
  } catch {
    return {}
  }
}

/** See the file. */
export async function put(row: Row, wire: Wire, world: World): Promise<void> {
  const overHttp = wire === 'http' || wire === 'websocket'
  const line = new Line(overHttp ? world.port : world.tcpPort, overHttp ? readHttp : readTcp)
  const pack = (payload: string): Buffer =>
    wire === 'websocket' ? clientFrame(0x81, Buffer.from(payload)) : frame(payload)
  try {
    await enter(row, wire, line, world.known, pack)
    const from = line.messages.length
    const before = await world.look()
    const restore = row.trouble === undefined ? null : world.begin(row.trouble)
    try {
      const parts = partsOf(row, world.known)
      const packed = row.by === 'json' || row.by === 'text'
      const come = answer(row, wire, line, from)
      for (const part of parts) {
        line.write(packed ? pack(part as string) : part)
        await new Promise(setImmediate)
      }
      await come
      if (!isClosed(row, line)) await stillThere(wire, line, pack)
      if (restore !== null) await world.control.lives()
    } finally {
      restore?.()
    }
    for (const inside of INSIDE) expect(line.all).not.toMatch(inside)
    await expect.poll(() => world.look(), { timeout: 5000 }).toEqual(before)
    if (row.setting === 'readonly') await world.control.lives()
    else await world.control.talks(wire)
    if (row.trouble === undefined && row.setting !== 'readonly') expect(world.broke).toEqual([])
  } finally {
    line.destroy()
  }
}

function partsOf({ sends }: Row, known: Known): readonly Part[] {
  const made = typeof sends === 'function' ? sends(known) : sends
  return typeof made === 'string' || Buffer.isBuffer(made) ? [made] : made
}

const isClosed = (row: Row, line: Line): boolean =>
  row.by === 'http' ? row.closed === true || isLast(line) : row.close !== undefined
const codeOf = (err: unknown): unknown => (err as { readonly code?: unknown }).code

/** The upgrade, and what has to be done before; all of it succeeds. */
async function enter(
  row: Row,
  wire: Wire,
  line: Line,
  known: Known,
  pack: (payload: string) => Buffer,
): Promise<void> {
  if (wire === 'websocket') {
    const upgraded = line.next('the upgrade', ({ status }) => status !== undefined)
    line.write(UPGRADE)
    expect(await upgraded).toMatchObject({ status: 101 })
  }
  if (wire === 'text') {
    const greeted = line.next(
      'the greeting',
      ({ payload }) => payload?.includes('English') === true,
    )
    line.write(pack('/lang en'))
    await greeted
  }
  if (!('before' in row) || row.before === undefined) return
  const requests = typeof row.before === 'function' ? row.before(known) : row.before
  for (const [id, fields] of requests.entries()) {
    const replied = line.next('a reply', (message) => parsed(message).re === id)
    line.write(pack(JSON.stringify({ id, ...fields })))
    expect(parsed(await replied)).toHaveProperty('ok')
  }
}

/** Waits for what the row says that comes, and no more than that. */
async function answer(row: Row, wire: Wire, line: Line, from: number): Promise<void> {
  if (row.by === 'http') return answerHttp(row, line)
  if (row.by === 'text') return answerText(row, line)
  const { error, close } = row
  const came = (): readonly Payload[] => line.messages.slice(from).map(parsed)
  if (error !== null) {
    // Of several requests the last may be the one that is too much.
    const isLast = Array.isArray(row.sends)
    const replied = await line.until(`the error ${error}`, () =>
      came().find(({ err }) => err !== undefined && (!isLast || codeOf(err) === error)),
    )
    expect(replied.err).toMatchObject({
      code: error,
      message: expect.stringMatching(/\S/),
      retryable: ERRORS[error].retryable,
    })
  }
  if (close === undefined) return
  const frameCode = row.by === 'websocket' ? row.frame : undefined
  if (frameCode === undefined) {
    const told = await line.until('the close event', () => came().find((m) => m.ev === 'close'))
    expect(told).toMatchObject({ code: close, reconnect: close < 3500 })
  }
  if (wire === 'websocket') {
    const { closeFrame } = await line.until('a close frame', () =>
      line.messages.find((message) => message.closeFrame !== undefined),
    )
    expect(closeFrame).toBe(frameCode ?? close)
    line.write(clientFrame(0x88, Buffer.from([3, 232])))
  }
  await line.closed()
  if (error === null) expect(came().filter((m) => 'err' in m)).toEqual([])
}

async function answerHttp({ status, error, closed }: HttpRow, line: Line): Promise<void> {
  const answered = await line.next('an answer', (message) => message.status !== undefined)
  expect(answered.status, line.all).toBe(status)
  if (error !== null) {
    expect(parsed(answered)).toEqual({
      error: expect.objectContaining({ code: error, retryable: ERRORS[error].retryable }),
    })
    expect(answered.headers).toMatch(/\r\nx-content-type-options: nosniff\r\n/i)
  }
  if (closed === true || isLast(line)) await line.closed()
  if (closed === undefined) expect(isLast(line)).toBe(false)
}

/** The answer says that it is the last on this connection. */
const isLast = (line: Line): boolean =>
  /\r\nconnection: close\b/i.test(line.messages.at(-1)?.headers ?? '')

async function answerText({ error, says, close }: TextRow, line: Line): Promise<void> {
  const told = says ?? texts('en').errors[error]
  await line.next('a line', ({ payload = '' }) =>
    payload.split('\n').some((one) => one.includes(told)),
  )
  if (close !== undefined) await line.closed()
}

/** The connection is good for more. */
async function stillThere(wire: Wire, line: Line, pack: (payload: string) => Buffer) {
  if (wire === 'http') {
    const next = line.next('the next answer', ({ status }) => status !== undefined)
    line.write(request('GET', '/ready'))
    expect(await next).toMatchObject({ status: 200 })
    return
  }
  const [asked, match] =
    wire === 'text'
      ? ['/help', (m: Message): boolean => m.payload?.includes('Commands:') === true]
      : ['{"id":"still","op":"ping"}', (m: Message): boolean => parsed(m).re === 'still']
  const next = line.next('the next reply', match)
  line.write(pack(asked))
  await next
}
