/**
 * The error table. Whatever Tertulia refuses, it refuses with one of these codes; the same code
 * stands in the protocol's replies, in `ChatError.code` and in the catalogue of texts for people.
 */

/** One row of the table: what a code means to each kind of caller. */
export interface ErrorRow {
  /** Status of an HTTP reply that carries this error. */
  readonly http: number
  /** The connection is closed with this code after the error; `null` keeps it open. */
  readonly close: number | null
  /** The same request may succeed later without being changed. */
  readonly retryable: boolean
  /** Short English text; people see the text of their language instead. */
  readonly text: string
}

/**
 * Close codes. 3000–3499 (ours) and 4000–4499 (the host's) mean "come back",
 * 3500–3999 and 4500–4999 mean "don't". Idea: Centrifugo's disconnect codes.
 */
export const CLOSE = {
  normal: 1000,
  shutdown: 3000,
  slowConsumer: 3001,
  pingTimeout: 3002,
  overloaded: 3003,
  flood: 3004,
  internal: 3005,
  frameTimeout: 3006,
  finished: 3007,
  protocol: 3500,
  helloTimeout: 3501,
  tooLarge: 3502,
  forbidden: 3503,
  version: 3504,
  unauthorized: 3505,
  removed: 3506,
} as const

const row = (http: number, close: number | null, retryable: boolean, text: string): ErrorRow => ({
  http,
  close,
  retryable,
  text,
})

/** Every error code, with what it means. `PROTOCOL.md` shows the same table; a test compares. */
export const ERRORS = {
  bad_frame: row(400, CLOSE.protocol, false, 'the bytes are not a frame of this protocol'),
  bad_json: row(400, CLOSE.protocol, false, 'the frame is not a JSON object'),
  bad_request: row(400, null, false, 'a field is missing or has the wrong shape'),
  unknown_op: row(400, null, false, 'there is no such operation'),
  unsupported_version: row(400, CLOSE.version, false, 'this protocol version is not spoken here'),
  hello_required: row(401, CLOSE.protocol, false, 'say hello first'),
  hello_twice: row(400, null, false, 'hello was said already'),
  unauthorized: row(401, null, false, 'these credentials are not accepted'),
  forbidden: row(403, null, false, 'this is not allowed'),
  origin_refused: row(403, CLOSE.forbidden, false, 'pages of this origin may not connect'),
  too_large: row(413, CLOSE.tooLarge, false, 'the frame is larger than the limit'),
  text_empty: row(400, null, false, 'the message has no text'),
  text_too_long: row(413, null, false, 'the message is too long'),
  name_invalid: row(
    400,
    null,
    false,
    'this name has characters or a length that names cannot have',
  ),
  name_reserved: row(403, null, false, 'this name, or one that looks like it, is reserved'),
  name_taken: row(409, null, false, 'somebody here has this name, or one that looks like it'),
  room_invalid: row(400, null, false, 'rooms cannot have this name'),
  room_not_found: row(404, null, false, 'there is no such room'),
  room_exists: row(409, null, false, 'there is a room of this name already'),
  room_full: row(403, null, true, 'the room is full'),
  room_closed: row(410, null, false, 'the room was closed'),
  entry_not_found: row(404, null, false, 'there is no such message, or it was deleted'),
  too_many_reactions: row(409, null, false, 'this message has as many reactions as it can have'),
  unsupported: row(501, null, false, 'this server, or its storage, does not do that'),
  banned: row(403, null, false, 'you may not come into this room'),
  muted: row(403, null, false, 'you may not speak in this room'),
  invite_only: row(403, null, false, 'only who was invited may come into this room'),
  room_password: row(403, null, false, 'the password of this room is needed'),
  room_read_only: row(403, null, false, 'only moderators may speak in this room'),
  slow_mode: row(429, null, true, 'in this room one speaks more slowly; wait a little'),
  credentials_wrong: row(401, null, false, 'the name or the password is wrong'),
  password_weak: row(400, null, false, 'this password is too short, too long or too well known'),
  file_not_found: row(404, null, false, 'there is no such file'),
  file_too_large: row(413, null, false, 'the file is larger than the limit'),
  file_type_refused: row(415, null, false, 'files of this kind are not accepted'),
  quota_exceeded: row(507, null, false, 'there is no space left for files'),
  not_found: row(404, null, false, 'there is nothing at this address'),
  method_not_allowed: row(405, null, false, 'this address does not take that method'),
  session_not_found: row(404, null, true, 'there is no such session, or it has expired'),
  not_member: row(403, null, false, 'you are not in this room'),
  person_not_found: row(404, null, false, 'nobody of this name is here'),
  too_many_rooms: row(403, null, false, 'you are in as many rooms as you can be'),
  server_full: row(503, null, true, 'the server has as many rooms as it can have'),
  conflict: row(409, null, false, 'this cid was used before, for something else'),
  rate_limited: row(429, null, true, 'too many requests; wait a little'),
  flood: row(429, CLOSE.flood, true, 'far too many requests'),
  overloaded: row(503, null, true, 'the server is too busy at the moment'),
  too_many_connections: row(503, CLOSE.overloaded, true, 'too many connections'),
  unavailable: row(503, null, true, 'the storage does not answer at the moment'),
  hook_failed: row(500, null, true, 'the application could not decide about this'),
  slow_consumer: row(503, CLOSE.slowConsumer, true, 'you read more slowly than the room talks'),
  hello_timeout: row(408, CLOSE.helloTimeout, false, 'nothing was said in time'),
  frame_timeout: row(408, CLOSE.frameTimeout, true, 'a frame began and did not end in time'),
  ping_timeout: row(408, CLOSE.pingTimeout, true, 'no sign of life in time'),
  shutting_down: row(503, CLOSE.shutdown, true, 'the server is closing; come back soon'),
  closed: row(503, null, true, 'the connection is closed'),
  invalid_options: row(500, null, false, 'an option has a value it cannot have'),
  internal: row(500, null, true, 'something went wrong here'),
} as const satisfies Record<string, ErrorRow>

/** The code of an error: a key of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS

/** What may come with a {@link ChatError}. */
export interface ChatErrorDetails {
  /** Wait this long before trying again, in milliseconds. */
  readonly retryAfterMs?: number
  /** What lay beneath; never shown to clients. */
  readonly cause?: unknown
}

/**
 * The only error class of the library. Recognise it by `code` (see {@link isChatError}), never by
 * `instanceof`: two copies of the package may be loaded at once.
 *
 * @example
 * beforeSend({ text }) {
 *   if (text.includes('http://')) throw new ChatError('forbidden', 'no links here')
 * }
 */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined
  /** A text was given and is meant for the client; else the catalogue's text of its language. */
  readonly custom: boolean

  /**
   * @param code a row of {@link ERRORS}
   * @param message shown to the client; default: the row's text
   */
  constructor(code: ErrorCode, message?: string, details: ChatErrorDetails = {}) {
    super(
      message ?? ERRORS[code].text,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.code = code
    this.custom = message !== undefined
    this.retryAfterMs = details.retryAfterMs
  }

  /** The same request may succeed later without being changed. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }

  /** The HTTP status that goes with the code. */
  get status(): number {
    return ERRORS[this.code].http
  }
}

/** Tells whether something thrown is a {@link ChatError} of any copy of this package. */
export function isChatError(error: unknown): error is ChatError {
  return (
    error instanceof Error &&
    error.name === 'ChatError' &&
    Object.hasOwn(ERRORS, (error as { code?: unknown }).code as PropertyKey)
  )
}

/** Should a client that was closed with this code come back? */
export function mayReconnect(code: number): boolean {
  if (code >= 3000 && code < 5000) return code % 1000 < 500
  // 1000 normal and 1002/1003/1007–1010 are final; going away (1001), lost (1006), 1011–1014 are not.
  return code === 1001 || code === 1006 || (code >= 1011 && code <= 1014)
}
