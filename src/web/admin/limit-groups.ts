/** In which order limits are shown, and what they count. */

import type { Limits } from '../../limits.ts'
import type { Unit } from './format.ts'

/** What a limit is about. */
export const GROUPS = {
  rooms: [
    'rooms',
    'membersPerRoom',
    'roomsPerConnection',
    'createsPerHour',
    'emptyRoomMs',
    'roomNameChars',
    'presenceMembers',
    'membersKept',
    'recentEntries',
    'recentUnits',
  ],
  messages: [
    'messageChars',
    'messageBytes',
    'mentionsPerMessage',
    'reactionsPerEntry',
    'reactionChars',
    'reasonChars',
    'historyPage',
    'historyPageUnits',
    'listPage',
    'commitQueue',
    'commitQueueBytes',
    'commitBatch',
  ],
  speed: [
    'commandsPerSecond',
    'commandBurst',
    'addressCommandsPerSecond',
    'addressCommandBurst',
    'floodRefusals',
    'inboxCommands',
    'inboxBytes',
  ],
  connections: [
    'connections',
    'connectionsPerAddress',
    'frameBytes',
    'frameFragments',
    'helloBytes',
    'outboxBytes',
    'httpSessions',
    'httpReceivers',
    'bodyBytes',
  ],
  accounts: [
    'accounts',
    'nameChars',
    'passwordMinChars',
    'passwordBytes',
    'registersPerHour',
    'failuresPerHour',
    'accountFailuresPerHour',
    'tokensPerAccount',
    'tokenMs',
    'ticketMs',
    'hashesAtOnce',
    'hashesWaiting',
    'auditEntries',
  ],
  files: [
    'fileBytes',
    'personFilesBytes',
    'allFilesBytes',
    'uploadsAtOnce',
    'uploadMs',
    'orphanMs',
  ],
  times: [
    'helloMs',
    'frameMs',
    'pingMs',
    'pongMs',
    'stallMs',
    'closeMs',
    'drainMs',
    'hookMs',
    'storageMs',
    'requestMs',
    'httpIdleMs',
    'pollMs',
    'positionMs',
    'presenceMs',
  ],
} as const satisfies Readonly<Record<string, readonly (keyof Limits)[]>>

/** A key of {@link GROUPS}, or `other`: limits that this page doesn't know. */
export type Group = keyof typeof GROUPS | 'other'

/** The group of a limit. */
export function groupOf(name: string): Group {
  for (const [group, names] of Object.entries(GROUPS)) {
    if ((names as readonly string[]).includes(name)) return group as Group
  }
  return 'other'
}

/** Where a limit stands in its group. */
export const placeOf = (name: string): number => {
  const all: readonly string[] = Object.values(GROUPS).flat()
  const place = all.indexOf(name)
  return place === -1 ? all.length : place
}

/** What a limit counts: its name tells. */
export const unitOf = (name: string): Unit =>
  name.endsWith('Bytes') ? 'bytes' : name.endsWith('Ms') ? 'ms' : 'count'

/** What a limit is about, in one sentence each. */
export type LimitTexts = Readonly<Record<keyof Limits, string>>
