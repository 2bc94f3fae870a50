/** What may stand in the fields of a request. */

import assert from 'node:assert/strict'
import { isChatError } from '../errors.ts'
import type { Malformed, Op, Operations, Request } from '../protocol/types.ts'
import { isWellFormed } from '../protocol/validate.ts'
import { OPERATIONS } from './samples.ts'

type Check = (value: unknown) => boolean
type Shape<O extends Op> = { readonly [K in keyof Operations[O]]-?: readonly [Check, boolean] }

const isText: Check = (value) => typeof value === 'string' && isWellFormed(value)
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isLimit: Check = (value) => isCount(value) && (value as number) > 0
const isFlag: Check = (value) => typeof value === 'boolean'
const isPosition: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  isText((value as { epoch?: unknown }).epoch) &&
  isCount((value as { seq?: unknown }).seq)
const isCid: Check = (value) => isText(value) && value !== ''

const must = (check: Check) => [check, true] as const
const may = (check: Check) => [check, false] as const

const SHAPES: { readonly [O in Op]: Shape<O> } = {
  help: {},
  hello: { version: must(isCount), name: may(isText), ticket: may(isText), lang: may(isText) },
  ping: {},
  nick: { name: must(isText) },
  lang: { lang: must(isText) },
  create: { room: must(isText), permanent: may(isFlag) },
  join: {
    room: must(isText),
    create: may(isFlag),
    since: may(isPosition),
    recent: may(isCount),
  },
  leave: { room: must(isText) },
  rooms: { after: may(isText), limit: may(isLimit) },
  members: { room: must(isText), after: may(isText), limit: may(isLimit) },
  send: { room: must(isText), text: must(isText), cid: may(isCid) },
  msg: { to: must(isText), text: must(isText), cid: may(isCid) },
  history: { room: must(isText), after: may(isCount), before: may(isCount), limit: may(isLimit) },
  typing: { room: must(isText), on: may(isFlag) },
  quit: {},
}

/** Fails when a field is missing, is unknown, or has the wrong shape. */
export function assertShape(decoded: Request | Malformed): void {
  const { id, op } = decoded
  assert(id === null || id === undefined || isText(id) || isCount(id), `id: ${String(id)}`)
  if (op === null) {
    assert(isChatError(decoded.error), 'a Malformed has a ChatError')
    return
  }
  assert.notEqual(id, null, 'the id of a request is null')
  assert(OPERATIONS.includes(op), `op: ${String(op)}`)
  const shape = SHAPES[op] as Readonly<Record<string, readonly [Check, boolean]>>
  const fields = decoded as unknown as Readonly<Record<string, unknown>>
  for (const [key, [check, required]] of Object.entries(shape)) {
    if (!(key in fields)) assert(!required, `${op}: ${key} is missing`)
    else assert(check(fields[key]), `${op}: ${key} is ${JSON.stringify(fields[key])}`)
  }
  for (const key of Object.keys(fields)) {
    assert(key === 'id' || key === 'op' || Object.hasOwn(shape, key), `${op}: ${key} is unknown`)
  }
}
