/** The routes for simple clients that ask again and again, without version. */

import type { Route, RouteField } from './route.ts'

const text = (place: 'query' | 'body', does: string, as?: string): RouteField => ({
  in: place,
  type: 'string',
  does,
  ...(as !== undefined && { as }),
})
const needed = (field: RouteField): RouteField => ({ ...field, required: true })

const room = needed(text('body', 'The room.'))
const username = needed(text('body', 'The name of the person.'))
const password = needed(text('body', 'The password.'))
const account = {
  username: needed(text('body', 'The name of the account.', 'name')),
  password,
}

/** See `plain.ts` for what they mean. */
export const PLAIN_ROUTES: readonly Route[] = (
  [
    {
      method: 'POST',
      path: '/join',
      action: 'plain.join',
      does: 'Enters a room; makes it if it is not there.',
      fields: { room, username, password: text('body', 'Of the room, where it has one.') },
      who: 'none',
      result: 'PlainJoined',
    },
    {
      method: 'POST',
      path: '/leave',
      action: 'plain.leave',
      does: 'Leaves a room.',
      fields: { room, username },
      who: 'none',
      result: 'PlainRoom',
    },
    {
      method: 'POST',
      path: '/send',
      action: 'plain.send',
      does: 'Says something in a room.',
      fields: {
        room,
        username,
        message: needed(text('body', 'What.')),
        'idempotency-key': {
          in: 'header',
          type: 'string',
          does: 'Your own key of this message: repeating the request makes no second one.',
        },
      },
      who: 'none',
      result: 'PlainSent',
    },
    {
      method: 'GET',
      path: '/receive',
      action: 'plain.receive',
      does: 'What came since the last time.',
      fields: {
        room: needed(text('query', 'The room.')),
        last_timestamp: {
          in: 'query',
          type: 'number',
          does: 'The last timestamp one was given, unchanged. Absent or 0: the newest.',
        },
        username: text(
          'query',
          'The name of the person. Absent: whoever joined from this address.',
        ),
        seq: { in: 'query', type: 'integer', does: 'Instead of a timestamp: the last seq.' },
        after: { in: 'query', type: 'integer', does: 'The same as seq.' },
        limit: { in: 'query', type: 'integer', does: 'At most so many. Default 50.' },
        wait: {
          in: 'query',
          type: 'integer',
          does: 'Waits so many milliseconds when there is nothing.',
        },
      },
      who: 'none',
      result: 'PlainMessages',
    },
    {
      method: 'GET',
      path: '/user_rooms',
      action: 'plain.rooms',
      does: 'The rooms a person is in.',
      fields: { username: needed(text('query', 'The name of the person.')) },
      who: 'none',
      result: 'PlainRooms',
    },
    {
      method: 'POST',
      path: '/register',
      action: 'register',
      does: 'Makes an account and logs in.',
      fields: account,
      status: 201,
      who: 'none',
      result: 'Login',
    },
    {
      method: 'POST',
      path: '/login',
      action: 'login',
      does: 'Logs in: gives a token, and where to chat.',
      fields: account,
      who: 'none',
      result: 'Login',
    },
    {
      method: 'POST',
      path: '/validate_token',
      action: 'validate',
      does: 'Asks what a token is worth.',
      fields: { token: needed(text('body', 'A token.')) },
      who: 'none',
      result: 'Validated',
    },
  ] satisfies readonly Route[]
).map((route) => ({ ...route, plain: true }))
