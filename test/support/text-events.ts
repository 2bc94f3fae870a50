/** Events, and both codecs, for the tests of the text protocol. */

import { textCodec } from '../../src/protocol/text.ts'
import type {
  Entry,
  Malformed,
  Person,
  Push,
  Reply,
  Request,
  ServerEvent,
} from '../../src/protocol/types.ts'

export const en = textCodec('en')
export const pt = textCodec('pt-BR')

export const alice: Person = { id: 'a', name: 'Alice' }
export const bob: Person = { id: 'b', name: 'Bob' }
export const carol: Person = { id: 'c', name: 'Carol' }
/** Times of the server's own zone, whatever it is. */
export const at = (day: number, hour: number, minute: number): number =>
  new Date(2025, 10, day, hour, minute).getTime()
export const entry = (fields: Partial<Entry> = {}): Entry => ({
  room: 'geral',
  seq: 1,
  ts: at(21, 14, 3),
  kind: 'message',
  from: alice,
  text: 'Olá a todos!',
  ...fields,
})
export const reply = (op: Reply['op'], ok: unknown): ServerEvent =>
  ({ type: 'reply', id: 0, op, ok }) as ServerEvent
export const push = (fields: Push): ServerEvent => ({ type: 'push', push: fields })

/** The same event in English and in Portuguese. */
export const both = (event: ServerEvent): [string | null, string | null] => [
  en.encode(event),
  pt.encode(event),
]
export const refused = (decoded: Request | Malformed): [string, string] => {
  if (decoded.op !== null) throw new Error(`decoded as ${decoded.op}`)
  return [decoded.error.code, decoded.error.message]
}
