/** The table of routes, and what is made from it; cursors. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OPS } from '../src/protocol/validate.ts'
import { logPart, readCursor, writeCursor } from '../src/transports/http/cursor.ts'
import { Journal } from '../src/transports/http/journal.ts'
import { openApi, routeTable } from '../src/transports/http/openapi.ts'
import { RouteTable } from '../src/transports/http/route.ts'
import { ROUTES, VERSIONED_ROUTES } from '../src/transports/http/routes.ts'
import { SCHEMAS } from '../src/transports/http/schemas.ts'

describe('the table', () => {
  const table = new RouteTable(ROUTES)

  it('has a row for every operation of the protocol', () => {
    /** Done by rows of their own. */
    const elsewhere: Record<string, string> = {
      hello: 'session.open',
      quit: 'session.end',
      send: 'say',
      history: 'messages',
    }
    const actions = VERSIONED_ROUTES.map(({ action }) => action as string)
    for (const op of OPS) expect(actions, op).toContain(elsewhere[op] ?? op)
  })

  it('finds each of its rows, and its fields in the path', () => {
    for (const route of ROUTES) {
      const path = route.path.replace(/\{(\w+)\}/g, 'the-$1')
      const found = table.find(route.method, path)
      if (found === null || 'allow' in found) throw new Error(`${route.method} ${path}: not found`)
      expect(found.route).toBe(route)
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
      expect(found.params).toEqual(Object.fromEntries(names.map((name) => [name, `the-${name}`])))
      const inPath = Object.entries(route.fields).filter(([, field]) => field.in === 'path')
      expect(inPath.map(([name]) => name).sort()).toEqual(names.sort())
    }
  })

  it('has each row once', () => {
    const keys = ROUTES.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('never throws, whatever the path', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('GET', 'X', ''),
        (path, method) => {
          table.find(method, path)
          table.find(method, `/v1/rooms/${path}`)
        },
      ),
    )
  })
})

describe('the OpenAPI document', () => {
  const document = openApi(ROUTES, 'Test') as {
    paths: Record<string, Record<string, { operationId: string; parameters?: object[] }>>
    components: { schemas: object }
  }

  it('has every row, under an id of its own, with schemas that are there', () => {
    const ids: string[] = []
    for (const { method, path, result } of ROUTES) {
      const operation = document.paths[path]?.[method.toLowerCase()]
      expect(operation, path).toBeDefined()
      ids.push(operation?.operationId as string)
      expect(Object.keys(SCHEMAS)).toContain(result)
    }
    expect(new Set(ids).size).toBe(ROUTES.length)
    for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(document.components.schemas, name).toHaveProperty(name as string)
    }
  })

  it('says that fields of the path are required, as it must be', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
        for (const { parameters } of Object.values(operations)) {
          expect(parameters).toContainEqual(
            expect.objectContaining({ name, in: 'path', required: true }),
          )
        }
      }
    }
  })

  it('is a table in the papers as well', () => {
    const lines = routeTable(ROUTES).split('\n')
    expect(lines).toHaveLength(ROUTES.length + 2)
    expect(lines.find((line) => line.includes('`POST /join`'))).toBe(
      '| `POST /join` | Enters a room; makes it if it is not there. | **room**, **username**, password |',
    )
  })
})

describe('cursors', () => {
  const room = fc.string({ minLength: 1, unit: 'grapheme' })
  const epoch = fc.oneof(fc.base64String({ minLength: 1 }), room)
  const positions = fc.array(fc.tuple(room, epoch, fc.maxSafeNat()))

  it('say what was written into them, and stand in a header and a query as they are', () => {
    fc.assert(
      fc.property(positions, fc.integer({ min: -1, max: 1e9 }), (list, next) => {
        const wanted = new Map(list.map(([name, log, seq]) => [name, { epoch: log, seq }]))
        const parts = [...wanted].map(([name, at]) => logPart(name, at.epoch) + at.seq)
        const text = writeCursor('a-tag_12', next, parts)
        expect(text).toMatch(/^[\w.~*-]+$/)
        const read = readCursor(text)
        expect([read.tag, read.next]).toEqual(['a-tag_12', next])
        expect(read.positions).toEqual(wanted)
      }),
    )
  })

  it('that are none are refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          readCursor(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_request' })
        }
      }),
    )
    expect(() => readCursor('a.1'.padEnd(70_000, '~'))).toThrow()
  })
})

describe('the journal', () => {
  const heard = (payload: string) => ({ payload, bytes: payload.length, push: {} })

  it('keeps nothing until somebody reads, then what not all have had, within bounds', () => {
    const journal = new Journal(100)
    journal.add(heard('x'))
    expect([journal.end, journal.has(0), journal.at(0)]).toEqual([1, false, undefined])
    const [fast, slow] = [{ next: 1 }, { next: 1 }]
    journal.enter(fast)
    journal.enter(slow)
    for (let i = 0; i < 5; i++) journal.add(heard('0123456789'))
    fast.next = 6
    journal.trim()
    expect(journal.has(1)).toBe(true)
    slow.next = 3
    journal.trim()
    expect([journal.has(2), journal.has(3)]).toEqual([false, true])
    for (let i = 0; i < 20; i++) journal.add(heard('0123456789'))
    expect(journal.has(3)).toBe(false)
    let kept = 0
    for (let i = 0; i <= journal.end; i++) kept += journal.at(i)?.bytes ?? 0
    expect(kept).toBeLessThanOrEqual(100)
    expect(kept).toBeGreaterThan(0)
  })
})
