/** Bad inputs: requests that are read, and can't be done. */

import type { ErrorCode } from '../../src/errors.ts'
import { CLOSE } from '../../src/errors.ts'
import { ask, HELLO, INSIDE, type JsonRow, type Row } from './row.ts'

function command(
  op: string,
  what: string,
  fields: object,
  error: ErrorCode,
  more: Partial<JsonRow> = {},
): Row {
  const name = what === '' ? `\`${op}\`` : `\`${op}\`, ${what}`
  return { what: name, by: 'json', sends: ask(op, fields), before: INSIDE, error, ...more }
}
const join = (what: string, fields: object, error: ErrorCode, more: Partial<JsonRow> = {}): Row =>
  command('join', what, { room: 'sala', ...fields }, error, { before: [HELLO], ...more })
const send = (what: string, fields: object, error: ErrorCode, more: Partial<JsonRow> = {}): Row =>
  command('send', what, { room: 'sala', text: 'x', ...fields }, error, more)
const history = (what: string, fields: object, error: ErrorCode): Row =>
  command('history', what, { room: 'sala', ...fields }, error)
const narrow = { setting: 'narrow' } as const
const within = (room: string): readonly object[] => [HELLO, { op: 'join', room }]

export const COMMANDS: readonly Row[] = [
  join('no room', { room: undefined }, 'bad_request'),
  join('a room of no name', { room: '' }, 'bad_request'),
  join('a room of 257 characters', { room: 'x'.repeat(257) }, 'bad_request'),
  join('a room of 65 characters', { room: 'x'.repeat(65) }, 'room_invalid'),
  join('a room with a space', { room: 'a b' }, 'room_invalid'),
  join('a room that is a path', { room: '../../etc' }, 'room_invalid'),
  join('a room that is SQL', { room: "'; DROP TABLE rooms" }, 'room_invalid'),
  join('a conversation of two others', { room: '@a:b' }, 'room_not_found'),
  join(
    'a room that isn’t there, not to be made',
    { room: 'nova', create: false },
    'room_not_found',
  ),
  join('`create` is a text', { create: 'yes' }, 'bad_request'),
  join('`since` is a number', { since: 3 }, 'bad_request'),
  join('`since` without an epoch', { since: { seq: 1 } }, 'bad_request'),
  join('`since` below zero', { since: { epoch: 'x', seq: -1 } }, 'bad_request'),
  join('`recent` over 1,000', { recent: 1001 }, 'bad_request'),
  join('without the room’s password', { room: 'fechada' }, 'room_password'),
  join('another password', { room: 'fechada', password: 'segredo' }, 'room_password'),
  join('not invited', { room: 'convidados' }, 'invite_only'),
  join(
    'with a position, not invited',
    { room: 'convidados', since: { epoch: 'x', seq: 0 } },
    'invite_only',
  ),
  join('the room is full', { room: 'cheia' }, 'room_full'),
  join('banned', {}, 'banned', { before: ({ banned: ticket }) => [{ ...HELLO, ticket }] }),
  join('in as many rooms as may be', { room: 'geral' }, 'too_many_rooms', {
    ...narrow,
    before: INSIDE,
  }),
  join('as many rooms as there may be', { room: 'nova' }, 'server_full', narrow),
  command('leave', 'not in the room', { room: 'geral' }, 'not_member'),
  send('not in the room', { room: 'geral' }, 'not_member'),
  send('no text', { text: undefined }, 'bad_request'),
  send('the text is a number', { text: 7 }, 'bad_request'),
  send('the text is a list', { text: ['x'] }, 'bad_request'),
  send('half of a surrogate pair', { text: 'x\ud83d' }, 'bad_request'),
  send('an empty text', { text: '' }, 'text_empty'),
  send('a text of white space', { text: ' \n\t ' }, 'text_empty'),
  send('a text over `messageChars`', { text: 'x'.repeat(4001) }, 'text_too_long'),
  send('a text over `messageBytes`', { text: '🙂'.repeat(30) }, 'text_too_long', narrow),
  send('an empty `cid`', { cid: '' }, 'bad_request'),
  send('a `cid` of 65 characters', { cid: 'x'.repeat(65) }, 'bad_request'),
  send('the `cid` is a number', { cid: 7 }, 'bad_request'),
  send('a `cid` used for something else', { cid: 'k' }, 'conflict', {
    before: [...INSIDE, { op: 'send', room: 'sala', text: 'y', cid: 'k' }],
  }),
  send('an answer to nothing', { ref: 1_000_000 }, 'entry_not_found'),
  send('an answer to 0', { ref: 0 }, 'bad_request'),
  send('a file that isn’t there', { file: 'x' }, 'file_not_found'),
  send('muted', {}, 'muted', {
    before: ({ muted: ticket }) => [
      { ...HELLO, ticket },
      { op: 'join', room: 'sala' },
    ],
  }),
  send('the room is read-only', { room: 'leitura' }, 'room_read_only', {
    before: within('leitura'),
  }),
  send('again before `slowMs` passed', { room: 'lenta' }, 'slow_mode', {
    before: [HELLO, { op: 'join', room: 'lenta' }, { op: 'send', room: 'lenta', text: 'x' }],
  }),
  command('edit', 'another’s message', { room: 'sala', seq: 1, text: 'x' }, 'forbidden'),
  command('edit', 'no message', { room: 'sala', seq: 1_000_000, text: 'x' }, 'entry_not_found'),
  command('edit', 'the message 0', { room: 'sala', seq: 0, text: 'x' }, 'bad_request'),
  command('edit', 'an empty text', { room: 'sala', seq: 1, text: '' }, 'text_empty'),
  command('delete', 'another’s message', { room: 'sala', seq: 1 }, 'forbidden'),
  command('delete', 'no message', { room: 'sala', seq: 1_000_000 }, 'entry_not_found'),
  command(
    'react',
    'to no message',
    { room: 'sala', seq: 1_000_000, text: '👍' },
    'entry_not_found',
  ),
  command('react', 'two words', { room: 'sala', seq: 1, text: 'a b' }, 'bad_request'),
  command('react', 'nothing', { room: 'sala', seq: 1, text: '' }, 'text_empty'),
  command(
    'react',
    'over `reactionChars`',
    { room: 'sala', seq: 1, text: 'x'.repeat(17) },
    'text_too_long',
  ),
  command('react', 'one too many', { room: 'sala', seq: 1, text: '❤️' }, 'too_many_reactions', {
    ...narrow,
    before: [...INSIDE, { op: 'react', room: 'sala', seq: 1, text: '👍' }],
  }),
  command('msg', 'to nobody', { to: 'Ninguém', text: 'x' }, 'person_not_found'),
  command('msg', 'to no name', { to: '', text: 'x' }, 'bad_request'),
  command('msg', 'to oneself', { to: 'Eco', text: 'x' }, 'forbidden', {
    before: [{ ...HELLO, name: 'Eco' }],
  }),
  history('not in the room', { room: 'geral' }, 'not_member'),
  history('both ways', { after: 1, before: 5 }, 'bad_request'),
  history('a page of 0', { limit: 0 }, 'bad_request'),
  history('a page of 1,001', { limit: 1001 }, 'bad_request'),
  history('after −1', { after: -1 }, 'bad_request'),
  history('at a text', { at: 'yesterday' }, 'bad_request'),
  command('members', 'not in the room', { room: 'geral' }, 'not_member'),
  command('rooms', 'a page of a text', { limit: 'all' }, 'bad_request'),
  command('read', 'before everything', { room: 'sala', seq: -1 }, 'bad_request'),
  command('read', 'not in the room', { room: 'geral', seq: 1 }, 'not_member'),
  command('typing', 'not in the room', { room: 'geral' }, 'not_member'),
  command('typing', '`on` is a text', { room: 'sala', on: 'yes' }, 'bad_request'),
  command('lang', 'none', {}, 'bad_request'),
  command('nick', 'nothing', { name: '' }, 'name_invalid'),
  command('nick', 'reserved', { name: 'System' }, 'name_reserved'),
  command('nick', 'somebody’s', { name: 'TEREZA' }, 'name_taken'),
  command('create', 'a room that is there', { room: 'sala' }, 'room_exists'),
  command('create', 'a conversation', { room: '@a:b' }, 'room_invalid'),
  command('create', 'as many as there may be', { room: 'nova' }, 'server_full', narrow),
  command('create', 'settings that are `null`', { room: 'nova', settings: null }, 'bad_request'),
  command('create', 'a time below zero', { room: 'nova', settings: { slowMs: -1 } }, 'bad_request'),
  command(
    'create',
    'a topic over `reasonChars`',
    { room: 'nova', settings: { topic: 'x'.repeat(201) } },
    'text_too_long',
  ),
  {
    what: '50 requests at once where 40 may come',
    by: 'json',
    sends: Array.from({ length: 50 }, () => ask('ping')),
    before: [HELLO],
    error: 'rate_limited',
    ...narrow,
  },
  {
    what: '100 requests at once where 40 may come',
    by: 'json',
    sends: Array.from({ length: 100 }, () => ask('ping')),
    before: [HELLO],
    error: 'rate_limited',
    close: CLOSE.flood,
    ...narrow,
  },
]
