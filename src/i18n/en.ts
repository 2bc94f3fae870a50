/** Texts in English. */

import type { Catalog } from './catalog.ts'
import { sizeText } from './sizes.ts'

const people = (count: number): string => `${count} ${count === 1 ? 'person' : 'people'}`
const seconds = (count: number): string => `${count} ${count === 1 ? 'second' : 'seconds'}`
const pad = (part: number): string => String(part).padStart(2, '0')

/** `: Alice, Bob, and 3 more`; nothing where no name is known. */
function listed(names: readonly string[], count: number): string {
  if (names.length === 0) return ''
  const rest = count - names.length
  return `: ${names.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`
}

/** What Tertulia says in English. */
export const EN: Catalog = {
  errors: {
    bad_frame: 'That could not be read: the bytes are not a frame of this protocol.',
    bad_json: 'That could not be read: it is not a JSON object.',
    bad_request: 'Something is missing, or has the wrong form.',
    unknown_op: 'There is no such command.',
    unsupported_version: 'This server does not speak that version of the protocol.',
    hello_required: 'Say hello first.',
    hello_twice: 'You have said hello already.',
    unauthorized: 'These credentials are not accepted.',
    forbidden: 'You are not allowed to do that.',
    origin_refused: 'Pages from there may not connect to this server.',
    too_large: 'That was larger than this server accepts.',
    text_empty: 'The message is empty.',
    text_too_long: 'The message is too long.',
    name_invalid: 'A name cannot have those characters, or that length. Try another.',
    name_reserved: 'This name, or one that looks like it, is reserved. Try another.',
    name_taken: 'Somebody here has this name, or one that looks like it. Try another.',
    room_invalid: 'A room cannot have that name. Use letters, numbers, and _ - . in it.',
    room_not_found: 'There is no such room.',
    room_exists: 'There is a room of that name already.',
    room_full: 'The room is full.',
    room_closed: 'The room was closed.',
    entry_not_found: 'There is no such message, or it was deleted.',
    too_many_reactions: 'That message has as many reactions as it can have.',
    unsupported: 'This server does not do that.',
    banned: 'You may not come into this room.',
    muted: 'You may not speak in this room.',
    invite_only: 'Only who was invited may come into this room.',
    room_password: 'This room has a password, and that was not it.',
    room_read_only: 'Only moderators may speak in this room.',
    slow_mode: 'In this room one speaks more slowly. Wait a little.',
    credentials_wrong: 'The name or the password is wrong.',
    password_weak: 'That password is too short, too long or too well known.',
    file_not_found: 'There is no such file.',
    file_too_large: 'That file is larger than this server accepts.',
    file_type_refused: 'Files of that kind are not accepted.',
    quota_exceeded: 'There is no space left for files.',
    not_found: 'There is nothing at this address.',
    method_not_allowed: 'This address does not take that method.',
    session_not_found: 'There is no such session, or it has expired. Come in again.',
    not_member: 'You are not in that room.',
    person_not_found: 'Nobody of that name is here.',
    too_many_rooms: 'You are in as many rooms as you can be. Leave one first.',
    server_full: 'The server has as many rooms as it can have.',
    conflict: 'Something else was sent under the same key before.',
    rate_limited: 'Too fast. Wait a little.',
    flood: 'Far too many requests.',
    overloaded: 'The server is too busy right now. Try again soon.',
    too_many_connections: 'There are too many connections right now. Try again later.',
    unavailable: 'Messages cannot be stored right now. Try again soon.',
    hook_failed: 'That could not be checked. Try again.',
    slow_consumer: 'Your connection could not keep up with the conversation.',
    hello_timeout: 'Nothing was said in time.',
    frame_timeout: 'Something began to arrive and never ended.',
    ping_timeout: 'There was no sign of life from your side.',
    shutting_down: 'The server is closing.',
    closed: 'The connection is closed.',
    invalid_options: 'An option has a value it cannot have.',
    internal: 'Something went wrong here. Try again.',
  },
  commands: {
    help: { args: '', about: 'shows this list' },
    nick: { args: '<name>', about: 'changes your name' },
    lang: { args: '<en|pt-BR>', about: 'changes the language' },
    create: { args: '<room>', about: 'makes a room' },
    join: {
      args: '<room> [password]',
      about: 'enters a room, and makes it if it is not there',
    },
    leave: { args: '[room]', about: 'leaves a room' },
    rooms: { args: '', about: 'lists the rooms' },
    who: { args: '[room]', about: 'tells who is in a room' },
    msg: {
      args: '<name> <text>',
      about: 'speaks to one person ("two words" if the name has spaces)',
    },
    history: { args: '[room] [number]', about: 'shows the last messages' },
    edit: { args: '<text>', about: 'gives your last message another text' },
    delete: { args: '', about: 'deletes your last message' },
    react: { args: '<emoji>', about: 'reacts to the last message in the room' },
    topic: { args: '[text]', about: 'says what the room is about' },
    set: {
      args: '<password|private|readonly|slow|topic> <value>',
      about: 'changes the room: a word (or -), on or off, seconds, text',
    },
    close: { args: '<room>', about: 'deletes a room and all that was said in it' },
    invite: { args: '<name>', about: 'lets somebody into the room' },
    kick: { args: '<name> [reason]', about: 'puts somebody out of the room' },
    ban: {
      args: '<name> [10m] [reason]',
      about: 'puts somebody out and keeps them out (for 30s, 10m, 2h, 7d)',
    },
    unban: { args: '<name>', about: 'lets somebody in again' },
    mute: { args: '<name> [10m] [reason]', about: 'takes the word from somebody' },
    unmute: { args: '<name>', about: 'gives it back' },
    op: { args: '<name>', about: 'makes somebody a moderator of the room' },
    deop: { args: '<name>', about: 'takes that back' },
    register: { args: '<name> <password>', about: 'makes an account, for the name to stay yours' },
    login: { args: '<name> <password>', about: 'comes in by your account' },
    logout: { args: '', about: 'leaves your account' },
    password: {
      args: '<old> <new>',
      about: 'changes your password ("in quotes" if it has spaces)',
    },
    quit: { args: '', about: 'says goodbye' },
  },
  people,
  day: (year, month, day) => `${year}-${pad(month)}-${pad(day)}`,
  privateRoom: 'private',
  goodbye: 'Goodbye!',
  guest: 'guest',
  room: {
    joined: (name, count) => `${name} came in (${people(count)})`,
    left: (name, count) => `${name} left (${people(count)})`,
    lost: (name, count) => `${name} lost the connection (${people(count)})`,
    removed: (name, count) => `${name} was put out (${people(count)})`,
    renamed: (was, name) => `${was} is now ${name}`,
    gap: (from, to) =>
      from === to
        ? `message ${from} can no longer be shown`
        : `messages ${from}–${to} can no longer be shown`,
    reset: 'the room began afresh: what was said before is gone',
    closed: 'the room was closed',
    edited: (name, text) => `${name} edited: ${text}`,
    deleted: (name) => `${name} deleted a message`,
    reacted: (name, emoji) => `${name} reacted with ${emoji}`,
    unreacted: (name, emoji) => `${name} took ${emoji} back`,
    acts: {
      kick: (by, to) => `${by} put ${to} out`,
      ban: (by, to) => `${by} banned ${to}`,
      unban: (by, to) => `${by} lifted the ban on ${to}`,
      mute: (by, to) => `${by} muted ${to}`,
      unmute: (by, to) => `${by} gave ${to} the word back`,
      role: (by, to, role) =>
        role === undefined
          ? `${to} has no role any more, by ${by}`
          : `${to} is ${role} now, by ${by}`,
      invite: (by, to) => `${by} invited ${to}`,
      settings: (by, topic) =>
        `${by} changed the settings of the room${topic === undefined ? '' : ` (topic: ${topic})`}`,
    },
  },
  marks: {
    edited: 'edited',
    deleted: 'message deleted',
    file: (name, bytes) => `file: ${name}, ${sizeText(bytes, '.')}`,
  },
  you: {
    welcome: (name) => `Welcome, ${name}!`,
    speak: (room) => `Write and press Enter to speak in ${room}.`,
    noRoom: 'Enter a room with /join <room>; /rooms lists them.',
    hint: '/help shows the commands; /nick <name> changes your name.',
    renamed: (name) => `You are now ${name}`,
    logIn:
      'Log in with /login <name> <password>, or make an account with /register <name> <password>.',
    outside: 'Only who has logged in may come in here. Log in first.',
    loggedOut: 'You are logged out',
    newPassword: 'Your password was changed. You are logged out everywhere else',
    language: 'I speak English now',
    created: (room) => `${room} was made. Come in with /join ${room}`,
    joined: (room, count, members) =>
      `You are in ${room} (${people(count)}${listed(members, count)})`,
    topic: (room, topic) => `The topic of ${room}: ${topic}`,
    first: (room) => `${room} is new: you made it`,
    left: (room) => `You left ${room}`,
    closed: (room) => `${room} is gone, with all that was said in it`,
    removed: (room, reason) => `You were put out of ${room}${reason === '' ? '' : `: ${reason}`}`,
    home: (room) => `Everybody starts in ${room}: /join <room> goes elsewhere, /quit ends`,
    noRooms: 'There are no rooms yet. Make one with /create <room>',
    moreRooms: 'There are more rooms than fit here',
    members: (room, count, members) => `${people(count)} in ${room}${listed(members, count)}`,
    silence: (room) => `Nothing was said in ${room} yet`,
    closing: (reason) => (reason === '' ? 'Goodbye.' : `Goodbye: ${reason}`),
    comeBack: (wait) => (wait === undefined ? 'Come back soon.' : `Come back in ${seconds(wait)}.`),
    retryIn: (wait) => `(in ${seconds(wait)})`,
  },
  help: {
    title: 'Commands:',
    speak: 'Everything else is a message. Write // to begin one with /',
    unknown: (command) =>
      `There is no command ${command}. /help shows those that exist; write // to send text that begins with /`,
    usage: (usage) => `Write: ${usage}`,
  },
}
