/** The texts of the chat page, in English. */

import type { Role } from '../../protocol/types.ts'

const plural = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`

/** `Ana`, `Ana and Bob`, `Ana, Bob and 3 others`. */
function listed(names: readonly string[], all = names.length): string {
  const shown = names.slice(0, 3)
  const rest = all - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${plural(rest, 'other', 'others')}`
  if (shown.length < 2) return shown.join('')
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`
}

/** In English. Other languages have the same shape. */
export const CHAT_EN = {
  // Outside
  welcome: 'A table, good company, and all the time in the world. Pull up a chair.',
  comeIn: 'Come in',
  sentAway: 'Your visit was ended by an administrator.',

  // The frame
  skip: 'To the message box',
  rooms: 'Rooms',
  sections: { mine: 'Your rooms', private: 'Private', others: 'More rooms' },
  findRoom: 'Find a room',
  noRooms: 'You are in no room yet. Choose one below, or make one.',
  nothingFound: 'Nothing of that name.',
  toRooms: 'Back to the rooms',
  preferences: 'Preferences',
  otherName: 'Another name',
  administration: 'Administration',
  noticesOn: 'Notify me on the desktop',
  noticesOff: 'Stop notifying me',
  noticesAreOn: 'You will be told of mentions and private messages.',
  noticesAreOff: 'You will not be notified any more.',
  noticesDenied: 'The browser does not allow notifications for this page.',
  switchTitle: 'Go to',
  switchHint: 'A room or a person',
  switchKeys: 'Ctrl + K goes to a room from anywhere',
  emptyTitle: 'Which table will it be?',
  emptyText: 'Choose a room at the side, or open one of your own.',
  loading: 'Loading',
  someone: 'Somebody',
  you: 'You',

  // The connection
  states: { connecting: 'Connecting…', online: 'Online', waiting: 'Offline', closed: 'Closed.' },
  offlineTrying: 'No connection. Trying to get back…',
  offlineWaiting: (seconds: number): string =>
    seconds > 0
      ? `No connection. Trying again in ${seconds} s. What you write waits until then.`
      : 'No connection. Trying to get back…',
  tryNow: 'Try now',

  // Rooms
  newRoom: 'New room',
  makeRoom: 'Create room',
  makeIt: 'Create it',
  noSuchRoom: (room: string): string => `There is no room #${room}`,
  makeItText: 'You can create it, and be its owner.',
  roomName: 'Name',
  roomNameHint: 'Letters, numbers and dashes: book-club',
  topic: 'Topic',
  topicHint: 'What people talk about here. May be left empty.',
  roomPassword: 'Password of the room',
  roomPasswordHint: 'Ask somebody who is in there.',
  roomPasswordNew: 'Password',
  roomPasswordNewHint: 'Left empty: everybody may come in.',
  passwordTitle: (room: string): string => `#${room} has a password`,
  enter: 'Enter',
  otherPassword: 'Another password',
  hasPassword: 'The room has one. Left empty, it stays as it is.',
  noPassword: 'No password any more',
  withPassword: 'with a password',
  privateRoom: 'Private room',
  privateRoomHint: 'Not in the list; only people who were invited come in.',
  readOnlyRoom: 'Read-only',
  readOnlyRoomHint: 'Only moderators may write here.',
  slowRoom: 'Seconds between messages',
  slowRoomHint: 'Of one person. Left empty: no wait.',
  settings: 'Room settings',
  settingsOf: (room: string): string => `Settings of #${room}`,
  save: 'Save',
  saved: 'Saved.',
  done: 'Done.',
  roomMenu: 'More about this room',
  copyLink: 'Copy link to this room',
  copied: 'Copied.',
  leave: 'Leave',
  leaveTitle: (room: string): string => `Leave ${room}?`,
  leaveText: 'You can come back whenever you like.',
  leaveClosedText: 'To come back you may need the password, or an invitation.',
  leavePrivateText: 'It comes back when one of you writes again.',
  deleteRoom: 'Delete room',
  deleteRoomTitle: (room: string): string => `Delete #${room}?`,
  deleteRoomText: 'Deleting a room takes everything that was said in it, for everybody, for good.',
  typeName: (room: string): string => `Type ${room} to go on`,
  roomDeleted: (room: string): string => `#${room} was deleted.`,
  unreadCount: (count: number): string => plural(count, 'unread message', 'unread messages'),
  mentionCount: (count: number): string => plural(count, 'mention of you', 'mentions of you'),
  peopleCount: (count: number): string => plural(count, 'person', 'people'),
  gone: {
    kick: (room: string): string => `You were put out of #${room}`,
    ban: (room: string): string => `You were banned from #${room}`,
    closed: (room: string): string => `#${room} was deleted`,
    refused: (room: string): string => `You can't be in #${room} any more`,
  },
  comeAgain: 'Come in again',

  // People
  whoIsHere: 'Who is here',
  andMore: (count: string): string => `and ${count} more`,
  isTyping: 'typing…',
  typing: (names: readonly string[]): string =>
    `${listed(names)} ${names.length === 1 ? 'is' : 'are'} typing…`,
  about: (name: string): string => `About ${name}`,
  roles: { owner: 'Owner', moderator: 'Moderator', member: 'Member' },
  talkInPrivate: 'Private message',
  mention: 'Mention',
  names: 'Names',
  onlyYouTwo: 'Just the two of you',
  startPrivate: (name: string): string => `This is between you and ${name}, and nobody else.`,
  firstText: 'Begin with a few words; files can follow.',
  invite: 'Invite',
  inviteTitle: 'Invite somebody',
  inviteText: 'They may come in without the password, also into a private room.',
  personName: 'Their name',
  makeModerator: 'Make moderator',
  takeModerator: 'No moderator any more',
  mute: 'Mute',
  unmute: 'Unmute',
  kick: 'Put out',
  ban: 'Ban',
  unban: 'Lift the ban',
  kickTitle: (name: string): string => `Put ${name} out?`,
  kickText: 'They can come back, if the room lets them in.',
  banTitle: (name: string): string => `Ban ${name}?`,
  banText: 'They are put out, and can not come back.',
  muteTitle: (name: string): string => `Mute ${name}?`,
  muteText: 'They can read, but not write.',
  reason: 'Reason (everybody in the room sees it)',
  forHowLong: 'For how long',
  times: ['10 minutes', 'an hour', 'a day', 'a week', 'for good'] as readonly string[],
  bannedAndMuted: 'Banned and muted',
  isBanned: 'banned',
  isMuted: 'muted',
  nobody: 'Nobody.',
  youAreMuted: (until: string): string =>
    until === '' ? 'You are muted in this room.' : `You are muted in this room until ${until}.`,
  until: (time: string): string => `until ${time}`,

  // Messages
  messages: 'Messages',
  messageLabel: (name: string, time: string): string => `${name}, ${time}`,
  today: 'Today',
  yesterday: 'Yesterday',
  newMessages: 'New',
  startRoom: (room: string): string => `This is where #${room} begins.`,
  gap: (count: string): string => `${count} messages are not kept any more`,
  reset: 'The room started afresh: what was said before is gone',
  many: {
    joined: (count: string): string => `${count} people came in`,
    left: (count: string): string => `${count} people left`,
    lost: (count: string): string => `${count} people lost the connection`,
  },
  joined: (name: string): string => `${name} came in`,
  left: (name: string): string => `${name} left`,
  lost: (name: string): string => `${name} lost the connection`,
  renamed: (was: string, name: string): string => `${was} is now ${name}`,
  acts: {
    kick: (by: string, to: string): string => `${by} put ${to} out`,
    ban: (by: string, to: string): string => `${by} banned ${to}`,
    unban: (by: string, to: string): string => `${by} lifted the ban of ${to}`,
    mute: (by: string, to: string): string => `${by} muted ${to}`,
    unmute: (by: string, to: string): string => `${by} unmuted ${to}`,
    invite: (by: string, to: string): string => `${by} invited ${to}`,
    settings: (by: string): string => `${by} changed the room`,
    role: (by: string, to: string, role: Role | undefined): string =>
      role === undefined
        ? `${by}: ${to} has no role any more`
        : `${by} made ${to} ${role === 'owner' ? 'an owner' : `a ${role}`}`,
  },
  edited: '(edited)',
  wasDeleted: 'This message was deleted',
  answeredElsewhere: 'An earlier message',
  notFound: 'That message can not be found any more.',
  react: 'React',
  answer: 'Reply',
  more: 'More',
  edit: 'Edit',
  delete: 'Delete',
  deleteTitle: 'Delete this message?',
  deleteText: 'It is gone for everybody.',
  copyText: 'Copy text',
  reactedBy: (names: readonly string[], count: number): string => listed(names, count),
  emoji: 'Emoji',
  toNewest: 'Newest',
  toNewestCount: (count: number): string =>
    count === 0 ? 'To the newest message' : `To the newest message, ${count} unread`,
  olderFailed: 'Earlier messages did not come. Again?',
  sending: 'Sending…',
  waiting: 'Waiting for the connection',
  notSent: 'Not sent.',
  again: 'Try again',
  drop: 'Discard',

  // Writing
  writeIn: (room: string): string => `Write in ${room}`,
  writeTo: (name: string): string => `Write to ${name}`,
  send: 'Send',
  attach: 'Attach a file',
  answering: (name: string): string => `Reply to ${name}`,
  editing: 'Edit your message',
  stop: 'Stop',
  tooLong: (chars: string, most: string): string =>
    `This message is too long: ${chars} characters, and ${most} is the most. Please shorten it.`,
  filesToSend: 'Files to send',
  noFilesHere: 'No files can be shared on this server.',
  tooLarge: (name: string, most: string): string =>
    `${name} is too large: a file may have ${most} at most.`,
  takeAway: (name: string): string => `Take ${name} away`,
  dropHere: 'Drop to send here',
  openPicture: (name: string): string => `Open picture ${name}`,
  downloadFile: (name: string): string => `Download ${name}`,
}

/** The shape of the texts. */
export type ChatTexts = typeof CHAT_EN
