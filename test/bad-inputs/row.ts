/** What a row of the catalogue of bad inputs is. */

import type { ErrorCode } from '../../src/errors.ts'

/** The server that a row meets; see `worlds.ts`. */
export type Setting =
  /** Guests and accounts, default limits. */
  | 'usual'
  /** No guests: only who has an account. */
  | 'strict'
  /** Waits for nobody: 300 ms for `hello`, 200 for a frame, a request. */
  | 'hasty'
  /** Low limits of everything. */
  | 'narrow'
  /** As many connections of this address as there may be are there already. */
  | 'crowded'
  /** Its database is a file that can only be read. */
  | 'readonly'

/** What is wrong with the storage while the input is handled. */
export type Trouble =
  /** Every call fails at once. */
  | 'failing'
  /** Another process has the database file locked. */
  | 'locked'
  /** There is no room for another page. */
  | 'full'

/** What rows need to know of the server they meet: made before the first row. */
export interface Known {
  /** Of Ana, who has an account. */
  readonly token: string
  /** Of an account that has logged out. */
  readonly revoked: string
  /** Tickets of guests who are banned from, and muted in, `sala`. */
  readonly banned: string
  readonly muted: string
  /** A session by HTTP, of a guest who is in `sala`. */
  readonly session: string
  /** A file in the room `convidados`, where the reader isn't. */
  readonly file: string
}

/** What is sent: a text or bytes, several one after the other, or made of what is known. */
export type Part = string | Buffer
export type Sent = Part | readonly Part[] | ((known: Known) => Part | readonly Part[])

interface Common {
  /** In words: the row's name, and its line in the table. */
  readonly what: string
  readonly sends: Sent
  readonly setting?: Setting
  readonly trouble?: Trouble
  /** Only where the data are kept so. */
  readonly storage?: 'memory' | 'sqlite'
}

/** Bytes on a TCP connection, or behind the upgrade of a WebSocket. */
export interface WireRow extends Common {
  readonly by: 'tcp' | 'websocket'
  /** JSON requests before, which succeed. */
  readonly before?: Before
  /** The error of the reply; null: there is none, only the end. */
  readonly error: ErrorCode | null
  /** The connection ends with this code; absent: it is kept. */
  readonly close?: number
  /** What the close frame of a WebSocket says, where that isn't `close`. */
  readonly frame?: number
}

/** JSON payloads, tried over TCP and over WebSocket. */
export interface JsonRow extends Common {
  readonly by: 'json'
  readonly before?: Before
  readonly error: ErrorCode
  readonly close?: number
}

/** Lines that somebody types. */
export interface TextRow extends Common {
  readonly by: 'text'
  /** What one is told: the text of this error, or these words. */
  readonly error: ErrorCode
  readonly says?: string
  readonly close?: number
}

/** One request by HTTP, an upgrade among them, as bytes. */
export interface HttpRow extends Common {
  readonly by: 'http'
  readonly status: number
  /** The error of the body; null: the reply is not ours, but that of Node's parser. */
  readonly error: ErrorCode | null
  /**
   * The connection is closed after the answer; absent: the next request on it is answered;
   * `maybe`: as the answer's `Connection` says, by whether all of the body had come.
   */
  readonly closed?: true | 'maybe'
}

export type Row = WireRow | JsonRow | TextRow | HttpRow
export type Before = readonly object[] | ((known: Known) => readonly object[])

/** A part of the catalogue. */
export interface Chapter {
  readonly title: string
  readonly rows: readonly Row[]
}

// ── how rows say what they send ─────────────────────────────────────────────────────────────────

/** A frame on TCP: its length, as told, and what follows. */
export function frame(payload: string | Uint8Array, told?: number): Buffer {
  const body = Buffer.from(payload)
  const head = Buffer.alloc(4)
  head.writeUInt32BE(told ?? body.length)
  return Buffer.concat([head, body])
}

/** A request of JSON, with the id that the reply is known by. */
export const ask = (op: string, fields: object = {}): string =>
  JSON.stringify({ id: 'bad', op, ...fields })

export const HELLO = { op: 'hello', version: 1 } as const
/** Somebody who is in the room `sala`. */
export const INSIDE: readonly object[] = [HELLO, { op: 'join', room: 'sala' }]

/** A request by HTTP with a JSON body. */
export function request(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): string {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: chat.example',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined || 'Content-Type' in headers ? [] : ['Content-Type: application/json']),
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(text)}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${text}`
}

/** The same in the name of the session that is known. */
export const mine =
  (method: string, path: string, body?: unknown) =>
  ({ session }: Known): string =>
    request(method, path, body, { 'Tertulia-Session': session })
