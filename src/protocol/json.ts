/** The protocol's own codec: one JSON object per payload. */

import type { Codec } from '../spi/codec.ts'
import type { Entry, Malformed, Person, Reply, Request, RequestId, ServerEvent } from './types.ts'
import { malformed, readRequest } from './validate.ts'

// Entries and the replies to sends are nearly all that a server writes. They are put together by
// hand: about twice as fast as JSON.stringify on an object made for it. (Remembering the encoded
// `from` of each person was measured too: it gains less on the living than it costs on history.)

/** What a JSON string must escape; surrogates only when alone, which JSON.stringify finds out. */
const NEEDS_CARE = /["\\\u0000-\u001f\ud800-\udfff]/

const quote = (text: string): string => (NEEDS_CARE.test(text) ? JSON.stringify(text) : `"${text}"`)

const quoteId = (id: RequestId | null): string =>
  typeof id === 'string' ? quote(id) : id === null ? 'null' : `${id}`

const person = ({ id, name }: Person): string => `{"id":${quote(id)},"name":${quote(name)}}`

function encodeEntry(entry: Entry): string {
  const { room, seq, ts, kind, from, text, to, cid, ref, edited, deleted, reactions, details } =
    entry
  let json = `{"ev":"${kind}","room":${quote(room)},"seq":${seq},"ts":${ts},"from":${person(from)},"text":${quote(text)}`
  if (to !== undefined) json += `,"to":${person(to)}`
  if (cid !== undefined) json += `,"cid":${quote(cid)}`
  if (ref !== undefined) json += `,"ref":${ref}`
  if (edited !== undefined) json += `,"edited":${edited}`
  if (deleted === true) json += ',"deleted":true'
  if (reactions !== undefined) json += `,"reactions":${JSON.stringify(reactions)}`
  if (details !== undefined) json += `,"details":${JSON.stringify(details)}`
  return `${json}}`
}

/** A result with entries: the rest as it is, then the entries in the shape they have when pushed. */
function encodeWithEntries(ok: { readonly entries: readonly Entry[] }): string {
  const { entries, ...rest } = ok
  return `${JSON.stringify(rest).slice(0, -1)},"entries":[${entries.map(encodeEntry).join(',')}]}`
}

function encodeResult(reply: Reply): string {
  switch (reply.op) {
    case 'send':
    case 'edit':
    case 'delete':
    case 'react': {
      const { seq, ts, duplicate } = reply.ok
      return `{"seq":${seq},"ts":${ts}${duplicate === true ? ',"duplicate":true' : ''}}`
    }
    case 'join':
    case 'history':
    case 'admin_export':
      return encodeWithEntries(reply.ok)
    default:
      return JSON.stringify(reply.ok)
  }
}

function encode(event: ServerEvent): string | null {
  switch (event.type) {
    case 'entry':
      return encodeEntry(event.entry)
    case 'reply':
      return `{"re":${quoteId(event.id)},"ok":${encodeResult(event)}}`
    case 'error': {
      const { code, message, retryable, retryAfterMs } = event.err
      const err = { code, message, retryable, retryAfterMs }
      return `{"re":${quoteId(event.id)},"err":${JSON.stringify(err)}}`
    }
    case 'push':
      return JSON.stringify(event.push)
    case 'welcome':
      return null
  }
}

function decode(payload: string): Request | Malformed {
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return malformed(null, 'bad_json')
  }
  return readRequest(value)
}

/**
 * Requests `{"id", "op", …}`; replies `{"re", "ok"}` or `{"re", "err"}`; pushes `{"ev", …}`.
 * Malformed requests carry `bad_json`, `bad_request` or `unknown_op`.
 *
 * @example
 * jsonCodec.decode('{"id":1,"op":"join","room":"geral"}') // { id: 1, op: 'join', room: 'geral' }
 */
export const jsonCodec: Codec = { name: 'json', decode, encode }
