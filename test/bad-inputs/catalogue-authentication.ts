/** Bad inputs: people who aren't who they say. */

import { CLOSE, type ErrorCode } from '../../src/errors.ts'
import { NEXT, PASSWORD } from '../support/accounts.ts'
import {
  ask,
  HELLO,
  type HttpRow,
  type JsonRow,
  type Known,
  type Row,
  request,
  type Sent,
} from './row.ts'

const json = (what: string, sends: Sent, error: ErrorCode, more: Partial<JsonRow> = {}): Row => ({
  what,
  by: 'json',
  sends,
  error,
  ...more,
})
const http = (
  what: string,
  sends: Sent,
  status: number,
  error: ErrorCode,
  more: Partial<HttpRow> = {},
): Row => ({ what, by: 'http', sends, status, error, ...more })
const register = (what: string, fields: object, error: ErrorCode): Row =>
  json(
    `\`register\`, ${what}`,
    ask('register', { name: 'Zeca', password: PASSWORD, ...fields }),
    error,
  )
const login = (what: string, fields: object, error: ErrorCode, more: Partial<JsonRow> = {}): Row =>
  json(
    `\`login\`, ${what}`,
    ask('login', { name: 'Ana', password: PASSWORD, ...fields }),
    error,
    more,
  )
const asAna = ({ token }: Known): readonly object[] => [{ ...HELLO, token }]
const bearer = (token: string): string =>
  request('GET', '/v1/session', undefined, { Authorization: `Bearer ${token}` })
const post = (path: string, body: object): string => request('POST', path, body)
const strict = { setting: 'strict' } as const

export const AUTHENTICATION: readonly Row[] = [
  register('a short password', { password: 'curta' }, 'password_weak'),
  register('a well-known password', { password: 'password123' }, 'password_weak'),
  register('a password of 1,025 bytes', { password: 'x'.repeat(1025) }, 'password_weak'),
  register('a password of 4,097 characters', { password: 'x'.repeat(4097) }, 'bad_request'),
  register('the password is a number', { password: 12345678 }, 'bad_request'),
  register('no password', { password: undefined }, 'bad_request'),
  register('a name that is taken', { name: 'ANA' }, 'name_taken'),
  register('a name of two scripts', { name: 'Аnа' }, 'name_invalid'),
  register('a name that looks like a taken one', { name: 'Апа' }, 'name_taken'),
  register('a name that is reserved', { name: 'moderator' }, 'name_reserved'),
  register('a name with a line break', { name: 'a\nb' }, 'name_invalid'),
  login('another password', { password: NEXT }, 'credentials_wrong'),
  login('no such account', { name: 'Ninguém' }, 'credentials_wrong'),
  login('an empty password', { password: '' }, 'credentials_wrong'),
  login('SQL as a name', { name: "' OR 1=1 --" }, 'credentials_wrong'),
  login('an object as a password', { password: { $gt: '' } }, 'bad_request'),
  json(
    '`login`, wrong ones again and again',
    Array.from({ length: 3 }, () => ask('login', { name: 'Rui', password: NEXT })),
    'rate_limited',
    { setting: 'narrow' },
  ),
  json('`hello`, a token that is none', ask('hello', { version: 1, token: 'x' }), 'unauthorized'),
  json(
    '`hello`, a token that was logged out',
    ({ revoked: token }) => ask('hello', { version: 1, token }),
    'unauthorized',
  ),
  json(
    '`hello`, a token with one sign more',
    ({ token }) => ask('hello', { version: 1, token: `${token}x` }),
    'unauthorized',
  ),
  json('`hello`, the token is a number', ask('hello', { version: 1, token: 7 }), 'bad_request'),
  json('`hello`, the name of an account', ask('hello', { version: 1, name: 'Ana' }), 'name_taken'),
  json('`hello`, no guests', ask('hello', { version: 1 }), 'unauthorized', strict),
  json(
    '`hello`, no guests, a name',
    ask('hello', { version: 1, name: 'Zé' }),
    'unauthorized',
    strict,
  ),
  json('`join` before hello, no guests', ask('join', { room: 'sala' }), 'hello_required', {
    ...strict,
    close: CLOSE.protocol,
  }),
  json('`validate`, no token', ask('validate'), 'bad_request'),
  json('`logout` of nobody', ask('logout'), 'hello_required', { close: CLOSE.protocol }),
  json('`renew` by a guest', ask('renew'), 'unauthorized', { before: [HELLO] }),
  json('`password` by a guest', ask('password', { old: 'x', new: NEXT }), 'unauthorized', {
    before: [HELLO],
  }),
  json(
    '`password`, the old one is wrong',
    ask('password', { old: NEXT, new: NEXT }),
    'credentials_wrong',
    {
      before: asAna,
    },
  ),
  json(
    '`password`, the new one is weak',
    ask('password', { old: PASSWORD, new: 'ana' }),
    'password_weak',
    {
      before: asAna,
    },
  ),
  json('`nick` by an account', ask('nick', { name: 'Anita' }), 'forbidden', { before: asAna }),
  http('a token that is none', bearer('nothing'), 401, 'unauthorized'),
  http('a token that was logged out', ({ revoked }) => bearer(revoked), 401, 'unauthorized'),
  http(
    'a name and password in the header',
    request('GET', '/v1/session', undefined, { Authorization: 'Basic QW5hOng=' }),
    401,
    'hello_required',
  ),
  http('no token, no guests', post('/v1/session', { name: 'Zé' }), 401, 'unauthorized', strict),
  http(
    '/register, a name that is taken',
    post('/register', { username: 'ana', password: PASSWORD }),
    409,
    'name_taken',
  ),
  http(
    '/register, a short password',
    post('/register', { username: 'Zeca', password: 'x' }),
    400,
    'password_weak',
  ),
  http('/register without a password', post('/register', { username: 'Zeca' }), 400, 'bad_request'),
  http(
    '/login, another password',
    post('/login', { username: 'Ana', password: NEXT }),
    401,
    'credentials_wrong',
  ),
  http(
    '/login, no such account',
    post('/login', { username: 'Ninguém', password: NEXT }),
    401,
    'credentials_wrong',
  ),
  http(
    '/login, an object as a password',
    post('/login', { username: 'Ana', password: { $gt: '' } }),
    400,
    'bad_request',
  ),
  http('/validate_token without a token', post('/validate_token', {}), 400, 'bad_request'),
]
