/** The routes of rooms and of the people in them. */

import type { Route } from './route.ts'
import {
  afterName,
  forMs,
  inBody,
  inQuery,
  limit,
  needed,
  person,
  reason,
  room,
  until,
} from './route-fields.ts'

/** Rooms, and who is in them. */
export const ROOM_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/rooms',
    action: 'rooms',
    does: 'The rooms there are.',
    fields: { after: afterName, limit },
    who: 'session',
    result: 'Rooms',
  },
  {
    method: 'POST',
    path: '/v1/rooms',
    action: 'create',
    does: 'Makes a room, without entering it.',
    fields: {
      room: needed(inBody('Its name.')),
      permanent: inBody('It stays when nobody is in it, if the application agrees.', 'boolean'),
      settings: inBody('Its settings.', 'object'),
    },
    status: 201,
    who: 'session',
    result: 'Room',
  },
  {
    method: 'GET',
    path: '/v1/rooms/{room}',
    action: 'join',
    does: 'The room as it is now. Enters it, if it is there.',
    fields: { room },
    fixed: { create: false },
    who: 'session',
    result: 'Joined',
  },
  {
    method: 'PATCH',
    path: '/v1/rooms/{room}',
    action: 'set',
    does: 'Changes settings; those not named stay.',
    fields: {
      room,
      settings: needed(inBody('What changes; null sets back.', 'object')),
      permanent: inBody('It stays when nobody is in it, if the application agrees.', 'boolean'),
    },
    who: 'session',
    enter: 'existing',
    result: 'Room',
  },
  {
    method: 'DELETE',
    path: '/v1/rooms/{room}',
    action: 'close',
    does: 'Deletes the room and all that was said in it.',
    fields: { room },
    who: 'session',
    enter: 'existing',
    result: 'RoomName',
  },
  {
    method: 'PUT',
    path: '/v1/rooms/{room}/members/me',
    action: 'join',
    does: 'Enters the room; makes it if it is not there.',
    fields: {
      room,
      create: inBody('Make it if it is not there. Default true.', 'boolean'),
      password: inBody('Of the room, where it has one.'),
      recent: inBody('The newest so many entries.', 'integer'),
      since: inBody('Where one was: what came later comes with the answer.', 'position'),
    },
    who: 'session',
    result: 'Joined',
  },
  {
    method: 'DELETE',
    path: '/v1/rooms/{room}/members/me',
    action: 'leave',
    does: 'Leaves the room.',
    fields: { room },
    who: 'session',
    result: 'RoomName',
  },
  {
    method: 'GET',
    path: '/v1/rooms/{room}/members',
    action: 'members',
    does: 'Who is there.',
    fields: { room, after: afterName, limit },
    who: 'session',
    enter: 'existing',
    result: 'Members',
  },
  {
    method: 'GET',
    path: '/v1/rooms/{room}/roster',
    action: 'roster',
    does: 'Who is what in the room, present or not.',
    fields: {
      room,
      filter: inQuery('role, invited, muted or banned.'),
      after: afterName,
      limit,
    },
    who: 'session',
    enter: 'existing',
    result: 'Roster',
  },
  {
    method: 'GET',
    path: '/v1/rooms/{room}/files',
    action: 'files',
    does: 'Files of the room, newest first.',
    fields: { room, before: inQuery('Files of messages before this seq.', 'integer'), limit },
    who: 'session',
    enter: 'existing',
    result: 'Files',
  },
]

/** Doing something to somebody. */
const act = (
  op: 'kick' | 'ban' | 'unban' | 'mute' | 'unmute' | 'invite',
  does: string,
  fields: Route['fields'] = {},
): Route => ({
  method: 'POST',
  path: `/v1/rooms/{room}/members/{person}/${op}`,
  action: op,
  does,
  fields: { room, person, reason, ...fields },
  who: 'session',
  enter: 'existing',
  result: 'Done',
})

/** What is done to people in a room. */
export const MODERATION_ROUTES: readonly Route[] = [
  act('invite', 'Lets a person into a private room.'),
  act('kick', 'Puts a person out.'),
  act('ban', 'Puts a person out and keeps them out.', {
    until,
    forMs,
    address: inBody(
      'Also others of their address. Absent: with a guest, guests who come later.',
      'boolean',
    ),
  }),
  act('unban', 'Lets them in again.'),
  act('mute', 'Takes the word from a person.', { until, forMs }),
  act('unmute', 'Gives it back.'),
  {
    method: 'PUT',
    path: '/v1/rooms/{room}/members/{person}/role',
    action: 'role',
    does: 'Gives a role, or takes it away.',
    fields: {
      room,
      person,
      role: needed(inBody('owner, moderator, member; null takes it away.', 'role')),
      reason,
    },
    who: 'session',
    enter: 'existing',
    result: 'Done',
  },
]
