/** Bad inputs: acts of people who may not. Guests of the room `sala`, unless they say otherwise. */

import type { ErrorCode } from '../../src/errors.ts'
import { ask, INSIDE, type JsonRow, type Row } from './row.ts'

const act = (
  op: string,
  what: string,
  fields: object,
  error: ErrorCode = 'forbidden',
  more: Partial<JsonRow> = {},
): Row => ({
  what: what === '' ? `\`${op}\`` : `\`${op}\`, ${what}`,
  by: 'json',
  sends: ask(op, fields),
  before: INSIDE,
  error,
  ...more,
})
const OWNER = { room: 'sala', person: 'Dona de sala' }

export const MODERATION: readonly Row[] = [
  act('kick', 'the owner', OWNER),
  act('ban', 'the owner', OWNER),
  act('ban', 'until a text', { ...OWNER, until: 'tomorrow' }, 'bad_request'),
  act('unban', 'oneself, by the banned', { room: 'sala', person: 'Quem ban' }, 'forbidden', {
    before: ({ banned: ticket }) => [{ op: 'hello', version: 1, ticket }],
  }),
  act('mute', 'the owner', OWNER),
  act('unmute', 'oneself, by the muted', { room: 'sala', person: 'Quem mute' }, 'forbidden', {
    before: ({ muted: ticket }) => [{ op: 'hello', version: 1, ticket }],
  }),
  act('role', 'owner, for oneself', { room: 'sala', person: 'Eva', role: 'owner' }, 'forbidden', {
    before: [
      { op: 'hello', version: 1, name: 'Eva' },
      { op: 'join', room: 'sala' },
    ],
  }),
  act('role', 'one that there isn’t', { ...OWNER, role: 'king' }, 'bad_request'),
  act('invite', 'into a room of others', { room: 'convidados', person: 'Tereza' }),
  act('set', 'a room of others', { room: 'sala', settings: { topic: 'x' } }),
  act('set', 'the password of a room of others', { room: 'fechada', settings: { password: null } }),
  act('set', 'a room for ever', { room: 'sala', settings: {}, permanent: true }),
  act('close', 'a room of others', { room: 'sala' }),
  act('close', 'the room where people start', { room: 'geral' }),
  act('roster', 'who is banned', { room: 'sala', filter: 'banned' }),
  act('roster', 'by a word that there isn’t', { room: 'sala', filter: 'rich' }, 'bad_request'),
  act('admin_stats', '', {}),
  act('admin_people', '', {}),
  act('admin_disconnect', 'by a guest', { person: 'Tereza' }),
  act('admin_account', 'makes an account', {
    account: 'Zé',
    create: true,
    password: 'x'.repeat(20),
  }),
  act('admin_limits', 'lifts the limits', { set: { rooms: 1_000_000 } }),
  act('admin_sweep', '', {}),
  act('admin_erase', 'by a guest', { person: 'Tereza' }),
  act('admin_export', 'by a guest', { person: 'Tereza' }),
]
