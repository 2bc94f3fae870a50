import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChatError, type ErrorCode } from '../src/errors.ts'
import { jsonCodec } from '../src/protocol/json.ts'
import type { Entry, RequestId, ServerEvent } from '../src/protocol/types.ts'
import { OPS } from '../src/protocol/validate.ts'
import { entry, id, natural, person, request, unicode, wire } from './support/requests.ts'

const read = (value: unknown) => jsonCodec.decode(JSON.stringify(value))

/** Code and text of a refusal; fails when the payload was accepted. */
function refusal(payload: string): { id: RequestId | null; code: ErrorCode; message: string } {
  const decoded = jsonCodec.decode(payload)
  if (decoded.op !== null) throw new Error(`accepted: ${payload}`)
  return { id: decoded.id, code: decoded.error.code, message: decoded.error.message }
}

const refused = (value: unknown) => refusal(JSON.stringify(value))

// ── decode ──────────────────────────────────────────────────────────────────────────────────

describe('decode', () => {
  it('takes every valid request as it is', () => {
    fc.assert(
      fc.property(request, (given) => {
        const decoded = read(given)
        // toEqual does not tell an absent field from an undefined one: the keys do.
        expect(decoded).toEqual(given)
        expect(Object.keys(decoded).sort()).toEqual(Object.keys(given).sort())
      }),
      { numRuns: 500 },
    )
  })

  it('ignores unknown fields', () => {
    fc.assert(
      fc.property(request, fc.jsonValue(), (given, extra) => {
        expect(read({ ...given, unknown: extra, kind: extra })).toEqual(given)
      }),
    )
  })

  it('never throws on any string', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), unicode, fc.json()), (payload) => {
        const decoded = jsonCodec.decode(payload)
        expect(decoded.op === null ? decoded.error : decoded.op).toBeTruthy()
      }),
    )
  })

  it('never throws on any object with the right keys and wrong values', () => {
    const keys = [
      'id',
      'op',
      'room',
      'text',
      'cid',
      'since',
      'limit',
      'name',
      'version',
      '__proto__',
    ]
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(...OPS, 'constructor', ''))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (given) => {
        const decoded = read(given)
        if (decoded.op === null) expect(decoded.error).toBeInstanceOf(ChatError)
        else expect(OPS).toContain(decoded.op)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['', '{', 'olá', 'null', '1', '"x"', '[]', '[{"id":1,"op":"ping"}]', '{"id":1,}'])(
    'refuses what is not an object: %s',
    (payload) => {
      expect(refusal(payload)).toMatchObject({ id: null, code: 'bad_json' })
    },
  )

  it('survives deep nesting', () => {
    const deep = '['.repeat(30_000)
    expect(refusal(deep).code).toBe('bad_json')
    expect(jsonCodec.decode(`{"op":"ping","x":${deep}${']'.repeat(30_000)}}`)).toEqual({
      id: undefined,
      op: 'ping',
    })
  })

  it('is not fooled by names that every object has', () => {
    expect(refused({ id: 1, op: 'constructor' })).toMatchObject({ id: 1, code: 'unknown_op' })
    expect(refusal('{"id":1,"op":"__proto__"}').code).toBe('unknown_op')
    expect(refusal('{"id":1,"op":"leave","__proto__":{"room":"a"}}').code).toBe('bad_request')
    expect(jsonCodec.decode('{"op":"leave","room":"toString","__proto__":{"x":1}}')).toEqual({
      id: undefined,
      op: 'leave',
      room: 'toString',
    })
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  it('keeps the id where it can be read', () => {
    expect(refused({ id: 7, op: 'dance' })).toMatchObject({ id: 7, code: 'unknown_op' })
    expect(refused({ id: 'a', op: 'join' })).toMatchObject({ id: 'a', code: 'bad_request' })
    expect(refused({ op: 'join' })).toMatchObject({ id: null, code: 'bad_request' })
    expect(refused({ id: 7 })).toEqual({
      id: 7,
      code: 'bad_request',
      message: 'op: a string is needed',
    })
    expect(refused({ id: 7, op: 3 }).id).toBe(7)
  })

  it('leaves the text of codes without a field to the catalogue', () => {
    for (const given of ['x', '{"op":"dance"}']) {
      expect(jsonCodec.decode(given)).toMatchObject({ error: { custom: false } })
    }
  })

  it.each([-1, 1.5, 2 ** 53, '', 'x'.repeat(65), '\ud800', null, true, [], {}])(
    'refuses the id %j',
    (id) => {
      expect(refused({ id, op: 'ping' })).toMatchObject({ id: null, code: 'bad_request' })
      expect(refused({ id, op: 'ping' }).message).toMatch(/^id: /)
    },
  )

  const long = (length: number) => 'x'.repeat(length)
  it.each<[Record<string, unknown>, string]>([
    [{ op: 'send', text: 'a' }, 'room: a string is needed'],
    [{ op: 'send', room: 'a' }, 'text: a string is needed'],
    [{ op: 'send', room: 'a', text: 1 }, 'text: a string is needed'],
    [{ op: 'send', room: '', text: 'a' }, 'room: 1 to 256 characters are needed'],
    [{ op: 'send', room: long(257), text: 'a' }, 'room: 1 to 256 characters are needed'],
    [{ op: 'send', room: 'a', text: '\udc00' }, 'text: well-formed Unicode is needed'],
    [{ op: 'send', room: '\ud83d', text: 'a' }, 'room: well-formed Unicode is needed'],
    [{ op: 'send', room: 'a', text: 'a', cid: '' }, 'cid: 1 to 64 characters are needed'],
    [{ op: 'send', room: 'a', text: 'a', cid: long(65) }, 'cid: 1 to 64 characters are needed'],
    [{ op: 'send', room: 'a', text: 'a', cid: 5 }, 'cid: a string is needed'],
    [{ op: 'send', room: 'a', text: 'a', cid: null }, 'cid: a string is needed'],
    [{ op: 'send', room: 'a', text: 'a', cid: '\ud83d' }, 'cid: well-formed Unicode is needed'],
    [{ op: 'msg', to: '', text: 'a' }, 'to: 1 to 256 characters are needed'],
    [{ op: 'hello' }, 'version: a whole number of at least 0 is needed'],
    [{ op: 'hello', version: '1' }, 'version: a whole number of at least 0 is needed'],
    [{ op: 'hello', version: 1, name: {} }, 'name: a string is needed'],
    [{ op: 'hello', version: 1, name: long(257) }, 'name: at most 256 characters are allowed'],
    [
      { op: 'hello', version: 1, ticket: long(1025) },
      'ticket: at most 1024 characters are allowed',
    ],
    [{ op: 'hello', version: 1, lang: long(65) }, 'lang: at most 64 characters are allowed'],
    [{ op: 'nick' }, 'name: a string is needed'],
    [{ op: 'create', room: 'a', permanent: 1 }, 'permanent: true or false is needed'],
    [{ op: 'join', room: 'a', create: 'yes' }, 'create: true or false is needed'],
    [{ op: 'join', room: 'a', recent: 1001 }, 'recent: a whole number from 0 to 1000 is needed'],
    [{ op: 'join', room: 'a', recent: -1 }, 'recent: a whole number from 0 to 1000 is needed'],
    [{ op: 'rooms', limit: 0 }, 'limit: a whole number from 1 to 1000 is needed'],
    [{ op: 'rooms', after: 1 }, 'after: a string is needed'],
    [{ op: 'members', room: 'a', limit: 1.5 }, 'limit: a whole number from 1 to 1000 is needed'],
    [{ op: 'history', room: 'a', after: -1 }, 'after: a whole number of at least 0 is needed'],
    [{ op: 'history', room: 'a', before: 1e300 }, 'before: a whole number of at least 0 is needed'],
    [{ op: 'history', room: 'a', after: 1, before: 9 }, 'before: not together with after'],
    [{ op: 'history', room: 'a', before: 1, at: 9 }, 'at: not together with before'],
    [{ op: 'history', room: 'a', at: 1.5 }, 'at: a whole number of at least 0 is needed'],
    [{ op: 'send', room: 'a', text: 'a', ref: 0 }, 'ref: a whole number of at least 1 is needed'],
    [{ op: 'send', room: 'a', text: 'a', ref: '1' }, 'ref: a whole number of at least 1 is needed'],
    [{ op: 'send', room: 'a', text: 'a', file: '' }, 'file: 1 to 64 characters are needed'],
    [{ op: 'edit', room: 'a', seq: 0, text: 'a' }, 'seq: a whole number of at least 1 is needed'],
    [{ op: 'edit', room: 'a', seq: 1 }, 'text: a string is needed'],
    [{ op: 'delete', room: 'a' }, 'seq: a whole number of at least 1 is needed'],
    [{ op: 'delete', room: 'a', seq: 0 }, 'seq: a whole number of at least 1 is needed'],
    [{ op: 'react', room: 'a', seq: 0, text: 'a' }, 'seq: a whole number of at least 1 is needed'],
    [{ op: 'react', room: 'a', seq: 1, text: 'a', on: 1 }, 'on: true or false is needed'],
    [
      { op: 'role', room: 'a', person: 'b', role: 'king' },
      'role: null, or one of owner, moderator, member is needed',
    ],
    [
      { op: 'role', room: 'a', person: 'b' },
      'role: null, or one of owner, moderator, member is needed',
    ],
    [{ op: 'set', room: 'a', settings: [] }, 'settings: an object is needed'],
    [{ op: 'set', room: 'a', settings: null }, 'settings: an object is needed'],
    [
      { op: 'set', room: 'a', settings: { private: 1 } },
      'settings: private: null, or true or false is needed',
    ],
    [
      { op: 'set', room: 'a', settings: { people: 0 } },
      'settings: people: null, or a whole number from 1 to 1000000000 is needed',
    ],
    [
      { op: 'set', room: 'a', settings: { password: '' } },
      'settings: password: null, or 1 to 4096 characters are needed',
    ],
    [{ op: 'typing', room: 'a', on: 'x' }, 'on: true or false is needed'],
  ])('refuses %j', (given, message) => {
    expect(refused({ id: 1, ...given })).toEqual({ id: 1, code: 'bad_request', message })
  })

  it.each<unknown>([
    null,
    'x',
    [],
    {},
    { epoch: 'e' },
    { seq: 1 },
    { epoch: 'e', seq: -1 },
    { epoch: 'e', seq: 0.5 },
    { epoch: long(65), seq: 1 },
    { epoch: '\ud800', seq: 1 },
    { epoch: 1, seq: 1 },
  ])('refuses the position %j', (since) => {
    const given = refused({ id: 1, op: 'join', room: 'a', since })
    expect(given.message).toMatch(/^since: /)
  })

  it('hands on of settings only what it knows', () => {
    const given = JSON.parse('{"topic":"x","slowMs":null,"dance":1,"__proto__":{"private":true}}')
    expect(read({ id: 1, op: 'set', room: 'a', settings: given })).toEqual({
      id: 1,
      op: 'set',
      room: 'a',
      settings: { topic: 'x', slowMs: null },
    })
  })

  it('hands on of a position only what it knows', () => {
    expect(read({ op: 'join', room: 'a', since: { epoch: 'e', seq: 1, x: 2 } })).toEqual({
      id: undefined,
      op: 'join',
      room: 'a',
      since: { epoch: 'e', seq: 1 },
    })
  })
})

// ── encode ──────────────────────────────────────────────────────────────────────────────────

describe('encode', () => {
  const encode = (event: ServerEvent): string => {
    const payload = jsonCodec.encode(event)
    if (payload === null) throw new Error('nothing was written')
    return payload
  }

  it('writes entries exactly as JSON.stringify would', () => {
    fc.assert(
      fc.property(entry, (entry) => {
        expect(encode({ type: 'entry', entry })).toBe(JSON.stringify(wire(entry)))
      }),
      { numRuns: 500 },
    )
  })

  it('writes whatever code unit there is, lone surrogates too', () => {
    const from = { id: 'i', name: 'n' }
    for (let unit = 0; unit < 0x10000; unit++) {
      const text = `a${String.fromCharCode(unit)}b`
      const entry: Entry = { room: 'r', seq: 1, ts: 2, kind: 'message', from, text }
      const payload = jsonCodec.encode({ type: 'entry', entry })
      if (payload !== JSON.stringify(wire(entry))) expect.unreachable(`code unit ${unit}`)
    }
  })

  it('writes replies to sends exactly as JSON.stringify would', () => {
    const ok = fc.record(
      { seq: natural, ts: natural, duplicate: fc.constant(true as const) },
      { requiredKeys: ['seq', 'ts'] },
    ) as fc.Arbitrary<{ seq: number; ts: number; duplicate?: true }>
    fc.assert(
      fc.property(id, ok, (id, { seq, ts, duplicate }) => {
        const ok = duplicate ? { seq, ts, duplicate } : { seq, ts }
        const payload = encode({ type: 'reply', id, op: 'send', ok })
        expect(payload).toBe(JSON.stringify({ re: id, ok }))
      }),
    )
  })

  it('writes the entries of a join and of history as those that are pushed', () => {
    fc.assert(
      fc.property(id, fc.array(entry, { maxLength: 5 }), unicode, (id, entries, room) => {
        const rest = { room, epoch: 'e', head: 9, more: false }
        const history = encode({ type: 'reply', id, op: 'history', ok: { ...rest, entries } })
        const expected = { ...rest, entries: entries.map(wire) }
        expect(JSON.parse(history)).toEqual({ re: id, ok: expected })

        const joined = {
          created: true,
          permanent: false,
          count: 1,
          members: [],
          gap: { from: 1, to: 2 },
        }
        const join = encode({ type: 'reply', id, op: 'join', ok: { ...rest, ...joined, entries } })
        expect(JSON.parse(join)).toEqual({ re: id, ok: { ...expected, ...joined } })
      }),
    )
  })

  it('writes other replies as they are', () => {
    fc.assert(
      fc.property(id, person, (id, person) => {
        const payload = encode({ type: 'reply', id, op: 'nick', ok: { person, ticket: 't' } })
        expect(JSON.parse(payload)).toEqual({ re: id, ok: { person, ticket: 't' } })
      }),
    )
    expect(encode({ type: 'reply', id: 1, op: 'quit', ok: {} })).toBe('{"re":1,"ok":{}}')
  })

  it('writes refusals', () => {
    const err = { code: 'rate_limited', message: 'a "b"', retryable: true } as const
    expect(encode({ type: 'error', id: null, op: null, err })).toBe(
      '{"re":null,"err":{"code":"rate_limited","message":"a \\"b\\"","retryable":true}}',
    )
    expect(encode({ type: 'error', id: 'x"', op: 'send', err: { ...err, retryAfterMs: 50 } })).toBe(
      '{"re":"x\\"","err":{"code":"rate_limited","message":"a \\"b\\"","retryable":true,"retryAfterMs":50}}',
    )
  })

  it('writes pushes as they are', () => {
    const push = {
      ev: 'left',
      room: 'r',
      person: { id: 'i', name: 'n' },
      count: 2,
      why: 'lost',
    } as const
    expect(encode({ type: 'push', push })).toBe(JSON.stringify(push))
  })

  it('does not greet', () => {
    const person = { id: 'i', name: 'n' }
    expect(jsonCodec.encode({ type: 'welcome', person, room: undefined })).toBeNull()
  })
})
