/** Fields that several routes have. */

import type { RouteField } from './route.ts'

export const inPath = (does: string, type: RouteField['type'] = 'string'): RouteField => ({
  in: 'path',
  type,
  does,
  required: true,
})
export const inQuery = (does: string, type: RouteField['type'] = 'string'): RouteField => ({
  in: 'query',
  type,
  does,
})
export const inBody = (does: string, type: RouteField['type'] = 'string'): RouteField => ({
  in: 'body',
  type,
  does,
})
export const needed = (field: RouteField): RouteField => ({ ...field, required: true })

export const room = inPath('The room.')
export const seq = inPath('The entry.', 'integer')
export const cid: RouteField = {
  in: 'header',
  type: 'string',
  does: 'Your own key of this entry: repeating the request makes no second one. Also `cid` in the body.',
}
export const bodyCid = inBody('The same as the header `Idempotency-Key`.')
export const person = inPath('Id or name of the person.')
export const reason = inBody('Shown to everybody in the room.')
export const until = inBody('Until when, in milliseconds since 1970. Absent: for good.', 'integer')
export const forMs = inBody(
  'It ends so many milliseconds from now. Not together with `until`.',
  'integer',
)
export const limit = inQuery('At most so many.', 'integer')
export const afterName = inQuery('Where the page before ended: its `next`, or the last name.')
export const token = inBody('A token. Default: the one the session was made with.')
export const once = { 'idempotency-key': { ...cid, as: 'cid' }, cid: bodyCid }
