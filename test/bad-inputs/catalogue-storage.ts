/** Bad moments: good requests while the storage can't. */

import type { ErrorCode } from '../../src/errors.ts'
import { PASSWORD } from '../support/accounts.ts'
import {
  ask,
  HELLO,
  INSIDE,
  type JsonRow,
  mine,
  type Row,
  request,
  type Setting,
  type Trouble,
} from './row.ts'

interface Bad {
  readonly trouble?: Trouble
  readonly setting?: Setting
  readonly storage?: 'sqlite'
}
const FAILING: Bad = { trouble: 'failing' }
const LOCKED: Bad = { trouble: 'locked', storage: 'sqlite' }
const FULL: Bad = { trouble: 'full', storage: 'sqlite' }
const READONLY: Bad = { setting: 'readonly', storage: 'sqlite' }
const MOMENT = (bad: Bad): string => bad.trouble ?? 'read-only'

function json(bad: Bad, op: string, fields: object, more: Partial<JsonRow> = {}): Row {
  const what = `${MOMENT(bad)}: \`${op}\``
  const error: ErrorCode = 'unavailable'
  return { what, by: 'json', sends: ask(op, fields), before: INSIDE, error, ...bad, ...more }
}
const http = (bad: Bad, method: string, path: string, body?: object): Row => ({
  what: `${MOMENT(bad)}: ${method} ${path}`,
  by: 'http',
  sends: path.startsWith('/v1/rooms') ? mine(method, path, body) : request(method, path, body),
  status: 503,
  error: 'unavailable',
  ...bad,
})
const SAY = { room: 'sala', text: 'x' }
const ACCOUNT = { username: 'Zeca', password: PASSWORD }

export const STORAGE: readonly Row[] = [
  json(FAILING, 'send', SAY),
  json(FAILING, 'react', { room: 'sala', seq: 1, text: '👍' }),
  json(FAILING, 'join', { room: 'nova' }, { before: [HELLO] }),
  json(FAILING, 'create', { room: 'nova' }, { before: [HELLO] }),
  json(FAILING, 'rooms', {}),
  json(FAILING, 'unread', {}),
  json(FAILING, 'roster', { room: 'sala', filter: 'role' }),
  json(FAILING, 'register', { name: 'Zeca', password: PASSWORD }, { before: [] }),
  json(FAILING, 'login', { name: 'Ana', password: PASSWORD }, { before: [] }),
  {
    what: 'failing: `validate`',
    by: 'json',
    sends: ({ token }) => ask('validate', { token }),
    error: 'unavailable',
    ...FAILING,
  },
  { what: 'failing: a line of text', by: 'text', sends: 'oi', error: 'unavailable', ...FAILING },
  http(FAILING, 'POST', '/v1/rooms/sala/messages', { text: 'x' }),
  http(FAILING, 'GET', '/v1/rooms/nova/messages'),
  http(FAILING, 'POST', '/login', ACCOUNT),
  http(FAILING, 'POST', '/register', ACCOUNT),
  json(LOCKED, 'send', SAY),
  json(LOCKED, 'join', { room: 'nova' }, { before: [HELLO] }),
  json(LOCKED, 'register', { name: 'Zeca', password: PASSWORD }, { before: [] }),
  http(LOCKED, 'POST', '/v1/rooms/sala/messages', { text: 'x' }),
  json(FULL, 'send', { room: 'sala', text: '🙂'.repeat(4000) }),
  http(FULL, 'POST', '/v1/rooms/sala/messages', { text: '🙂'.repeat(4000) }),
  json(READONLY, 'send', SAY),
  json(READONLY, 'join', { room: 'nova' }, { before: [HELLO] }),
  json(READONLY, 'create', { room: 'nova' }, { before: [HELLO] }),
  json(READONLY, 'register', { name: 'Zeca', password: PASSWORD }, { before: [] }),
  http(READONLY, 'POST', '/register', ACCOUNT),
]
