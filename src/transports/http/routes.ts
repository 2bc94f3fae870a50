/** The table of routes. */

import { PLAIN_ROUTES } from './plain-routes.ts'
import type { Route } from './route.ts'
import { inBody, inQuery, needed, token } from './route-fields.ts'
import { ADMIN_ROUTES } from './routes-admin.ts'
import { FILE_ROUTES } from './routes-files.ts'
import { MESSAGE_ROUTES } from './routes-messages.ts'
import { MODERATION_ROUTES, ROOM_ROUTES } from './routes-rooms.ts'

const SESSION: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/session',
    action: 'session.open',
    does: 'Comes in: makes a session.',
    fields: {
      name: inBody('A name for the person.'),
      token: inBody('From login, or from the application.'),
      ticket: inBody('From an earlier session: be the same guest again.'),
      lang: inBody('Language of error messages: en or pt-BR.'),
    },
    status: 201,
    who: 'none',
    result: 'Session',
  },
  {
    method: 'GET',
    path: '/v1/session',
    action: 'session.show',
    does: 'Who one is, and where.',
    fields: {},
    who: 'session',
    result: 'SessionInfo',
  },
  {
    method: 'DELETE',
    path: '/v1/session',
    action: 'session.end',
    does: 'Goes: leaves all rooms.',
    fields: {},
    who: 'session',
    result: 'Nothing',
  },
  {
    method: 'PUT',
    path: '/v1/session/name',
    action: 'nick',
    does: 'Takes another name.',
    fields: { name: needed(inBody('The name.')) },
    who: 'session',
    result: 'Nick',
  },
  {
    method: 'PUT',
    path: '/v1/session/lang',
    action: 'lang',
    does: 'The language of error messages.',
    fields: { lang: needed(inBody('en or pt-BR.')) },
    who: 'session',
    result: 'Lang',
  },
]

const RECEIVING: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/events',
    action: 'events',
    does: 'Everything one is told, as server-sent events. The id of each is where one is.',
    fields: {
      'last-event-id': inQuery('Where one was; the header of that name goes first.'),
      ticket: inQuery('Makes a session when the one of the request has expired.'),
      token: inQuery('The same, by a token.'),
      name: inQuery('A name for a session made by a ticket.'),
    },
    who: 'session',
    result: 'Anything',
  },
  {
    method: 'GET',
    path: '/v1/poll',
    action: 'poll',
    does: 'What one was told since the cursor; waits when there is nothing.',
    fields: {
      cursor: inQuery('The cursor of the poll before; what it gave is taken as received.'),
      wait: inQuery('Longest wait, in milliseconds.', 'integer'),
      ticket: inQuery('Makes a session when the one of the request has expired.'),
      token: inQuery('The same, by a token.'),
      name: inQuery('A name for a session made by a ticket.'),
    },
    who: 'session',
    result: 'Poll',
  },
]

const ACCOUNTS: readonly Route[] = [
  ...(['register', 'login'] as const).map(
    (op): Route => ({
      method: 'POST',
      path: op === 'register' ? '/v1/accounts' : '/v1/login',
      action: op,
      does: op === 'register' ? 'Makes an account and logs in.' : 'Logs in.',
      fields: { name: needed(inBody('The name.')), password: needed(inBody('The password.')) },
      status: op === 'register' ? 201 : 200,
      who: 'none',
      result: 'Login',
    }),
  ),
  {
    method: 'POST',
    path: '/v1/logout',
    action: 'logout',
    does: 'Ends a token, or all of its account.',
    fields: { token, everywhere: inBody('All tokens of the account.', 'boolean') },
    who: 'session',
    result: 'LoggedOut',
  },
  {
    method: 'POST',
    path: '/v1/validate',
    action: 'validate',
    does: 'Asks what a token is worth.',
    fields: { token: needed(inBody('A token.')) },
    who: 'none',
    result: 'Validated',
  },
  {
    method: 'POST',
    path: '/v1/renew',
    action: 'renew',
    does: 'Moves the end of a token.',
    fields: { token },
    who: 'session',
    result: 'Renewed',
  },
  {
    method: 'POST',
    path: '/v1/password',
    action: 'password',
    does: 'Changes the password: all other tokens of the account end.',
    fields: { old: needed(inBody('The old one.')), new: needed(inBody('The new one.')) },
    who: 'session',
    result: 'Login',
  },
]

const SERVER: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/ping',
    action: 'ping',
    does: 'The time of the server.',
    fields: {},
    who: 'none',
    result: 'Time',
  },
  {
    method: 'GET',
    path: '/v1/help',
    action: 'help',
    does: 'The operations of this server.',
    fields: {},
    who: 'none',
    result: 'Help',
  },
  {
    method: 'GET',
    path: '/v1/openapi.json',
    action: 'openapi',
    does: 'This table, as an OpenAPI document.',
    fields: {},
    who: 'none',
    result: 'Anything',
  },
  {
    method: 'GET',
    path: '/health',
    action: 'health',
    does: 'Figures; 503 while the server starts or closes.',
    fields: {},
    who: 'none',
    result: 'Anything',
  },
  {
    method: 'GET',
    path: '/ready',
    action: 'ready',
    does: 'Whether clients should be sent here: 200, or 503.',
    fields: {},
    who: 'none',
    result: 'Anything',
  },
]

/** Only there where it is asked for. */
export const METRICS_ROUTE: Route = {
  method: 'GET',
  path: '/metrics',
  action: 'metrics',
  does: 'Figures for a monitor, as text.',
  fields: {},
  who: 'none',
  result: 'Anything',
}

/** Every route under `/v1`, and those for monitors. */
export const VERSIONED_ROUTES: readonly Route[] = [
  ...SESSION,
  ...RECEIVING,
  ...ROOM_ROUTES,
  ...MESSAGE_ROUTES,
  ...FILE_ROUTES,
  ...MODERATION_ROUTES,
  ...ACCOUNTS,
  ...ADMIN_ROUTES,
  ...SERVER,
]

/** All routes there are. */
export const ROUTES: readonly Route[] = [...VERSIONED_ROUTES, ...PLAIN_ROUTES]
