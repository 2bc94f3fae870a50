/** Every limit of the library, with unit and default. `PROTOCOL.md` names those a client meets. */

/** Limits of one server. All finite by default; give `limits: { … }` to change some. */
export interface Limits {
  /** Largest frame a client may send, in bytes of UTF-8. */
  readonly frameBytes: number
  /** WebSocket messages may come in at most this many fragments. */
  readonly frameFragments: number
  /** All bytes a connection may send before `hello` succeeded. */
  readonly helloBytes: number
  /** Length of a message's text, in Unicode code points. */
  readonly messageChars: number
  /** Length of a message's text, in bytes of UTF-8. */
  readonly messageBytes: number
  /** Length of a person's name, in Unicode code points. */
  readonly nameChars: number
  /** Length of a room's name, in Unicode code points. */
  readonly roomNameChars: number
  /** Rooms one connection may be in at a time. */
  readonly roomsPerConnection: number
  /** Connections that may be in one room at a time, on one node. */
  readonly membersPerRoom: number
  /** Rooms the server may hold. */
  readonly rooms: number
  /** Rooms the clients of one address may create in an hour. */
  readonly createsPerHour: number
  /** Connections to this node. */
  readonly connections: number
  /** Connections from one address (IPv6: from one /64); of sockets on an HTTP port four times as many and 64. */
  readonly connectionsPerAddress: number
  /** Commands of one connection, per second, sustained. */
  readonly commandsPerSecond: number
  /** Commands of one connection that may come at once. */
  readonly commandBurst: number
  /** Commands of all connections of one address, per second, sustained. */
  readonly addressCommandsPerSecond: number
  /** Commands of all connections of one address that may come at once. */
  readonly addressCommandBurst: number
  /** Commands refused as too many, less those accepted since, after which a connection is closed. */
  readonly floodRefusals: number
  /** Commands of one connection waiting for one before them, after which reading stops. */
  readonly inboxCommands: number
  /** Bytes of such commands, after which reading stops until they are handled. */
  readonly inboxBytes: number
  /** Bytes waiting for a connection that does not read, before it is closed as slow. */
  readonly outboxBytes: number
  /** Sends waiting for storage, on this node. */
  readonly commitQueue: number
  /** Text bytes waiting for storage, on this node. */
  readonly commitQueueBytes: number
  /** Sends in one transaction. */
  readonly commitBatch: number
  /** Entries in one page of history. */
  readonly historyPage: number
  /** Text in one page of history, in UTF-16 units; a page has one entry at least. */
  readonly historyPageUnits: number
  /** Rooms or members in one page of a list. */
  readonly listPage: number
  /** Members above which a room tells how many come and go, not who. */
  readonly presenceMembers: number
  /** Entries a node keeps in memory per open room for those who come back. */
  readonly recentEntries: number
  /** Text of those entries, in UTF-16 units. */
  readonly recentUnits: number
  /** Different reactions one entry may have. */
  readonly reactionsPerEntry: number
  /** Length of a reaction, in Unicode code points. */
  readonly reactionChars: number
  /** Persons that one message may mention. */
  readonly mentionsPerMessage: number
  /** Length of the reason given for something done to a person, and of a room's topic, in Unicode code points. */
  readonly reasonChars: number
  /** Members kept of one room: with a role, a sanction, an invitation, or a read mark. */
  readonly membersKept: number
  /** Shortest password of an account, in Unicode code points. */
  readonly passwordMinChars: number
  /** Longest password, in bytes of UTF-8. */
  readonly passwordBytes: number
  /** Passwords hashed or checked at once. */
  readonly hashesAtOnce: number
  /** Passwords waiting to be hashed or checked. */
  readonly hashesWaiting: number
  /** Accounts that one address may make in an hour. */
  readonly registersPerHour: number
  /** Wrong passwords from one address, per hour. */
  readonly failuresPerHour: number
  /** Wrong passwords for one account, from whatever address, per hour. */
  readonly accountFailuresPerHour: number
  /** Accounts there may be. */
  readonly accounts: number
  /** Tokens an account may have; the one that ends first goes beyond that. */
  readonly tokensPerAccount: number
  /** A token ends after this, unless it is renewed, in ms. */
  readonly tokenMs: number
  /** Entries of the audit trail; the oldest go beyond that. */
  readonly auditEntries: number
  /** Body of an HTTP request, in bytes. */
  readonly bodyBytes: number
  /** Time an HTTP request may take to arrive, in ms. */
  readonly requestMs: number
  /** Clients by HTTP at a time: each counts as a connection, too. */
  readonly httpSessions: number
  /** Streams and polls of one client by HTTP that wait at a time: as many windows of a browser. */
  readonly httpReceivers: number
  /** A client by HTTP that asks for nothing is gone after this, in ms. */
  readonly httpIdleMs: number
  /** Longest wait of one long-polling request, in ms. */
  readonly pollMs: number
  /** Size of a file, in bytes. */
  readonly fileBytes: number
  /** Files of one person together, in bytes. */
  readonly personFilesBytes: number
  /** All files together, in bytes. */
  readonly allFilesBytes: number
  /** Files arriving at once, on one node. */
  readonly uploadsAtOnce: number
  /** Time a file may take to arrive, in ms. */
  readonly uploadMs: number
  /** A file that was not sent in a message is deleted after this, in ms. */
  readonly orphanMs: number
  /** Silence allowed before `hello` succeeded, in ms. */
  readonly helloMs: number
  /** Time a frame may take from its first byte to its last, in ms. */
  readonly frameMs: number
  /** Silence after which the server asks for a sign of life (WebSocket ping, TCP keep-alive), in ms. */
  readonly pingMs: number
  /** Time to answer that, in ms. */
  readonly pongMs: number
  /** Time a connection may take to read all that waits for it (at most `outboxBytes` or so), in ms. */
  readonly stallMs: number
  /** Time a closing connection has for its last bytes, in ms. */
  readonly closeMs: number
  /** Time `close()` waits for what is in flight, in ms. */
  readonly drainMs: number
  /** Time a hook may take, in ms. */
  readonly hookMs: number
  /** Time one call of the storage may take, in ms. */
  readonly storageMs: number
  /** A temporary room that nobody is in is kept this long, in ms. */
  readonly emptyRoomMs: number
  /** How often a node compares its positions with storage, in ms. */
  readonly positionMs: number
  /** People on a node that gives no sign of life count as here for this long, in ms. */
  readonly presenceMs: number
  /** A guest may come back as the same person for this long, in ms. */
  readonly ticketMs: number
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const KIB = 1024
const MIB = 1024 * KIB

/** The defaults: good for some thousands of people on one node. */
export const LIMITS: Limits = Object.freeze({
  frameBytes: 64 * KIB,
  frameFragments: 64,
  helloBytes: 8 * KIB,
  messageChars: 4000,
  messageBytes: 16 * KIB,
  nameChars: 32,
  roomNameChars: 64,
  roomsPerConnection: 100,
  membersPerRoom: 10_000,
  rooms: 10_000,
  createsPerHour: 100,
  connections: 50_000,
  connectionsPerAddress: 256,
  commandsPerSecond: 50,
  commandBurst: 200,
  addressCommandsPerSecond: 1000,
  addressCommandBurst: 4000,
  floodRefusals: 1000,
  inboxCommands: 256,
  inboxBytes: 256 * KIB,
  outboxBytes: MIB,
  commitQueue: 10_000,
  commitQueueBytes: 16 * MIB,
  commitBatch: 1000,
  historyPage: 100,
  historyPageUnits: 128 * KIB,
  listPage: 100,
  presenceMembers: 500,
  recentEntries: 128,
  recentUnits: 16 * KIB,
  reactionsPerEntry: 20,
  reactionChars: 16,
  mentionsPerMessage: 50,
  reasonChars: 200,
  membersKept: 100_000,
  passwordMinChars: 8,
  passwordBytes: 1024,
  hashesAtOnce: 2,
  hashesWaiting: 100,
  registersPerHour: 20,
  failuresPerHour: 60,
  accountFailuresPerHour: 20,
  accounts: 1_000_000,
  tokensPerAccount: 20,
  tokenMs: 30 * 24 * 60 * MINUTE,
  auditEntries: 100_000,
  bodyBytes: 64 * KIB,
  requestMs: 30 * SECOND,
  httpSessions: 10_000,
  httpReceivers: 32,
  httpIdleMs: MINUTE,
  pollMs: 25 * SECOND,
  fileBytes: 16 * MIB,
  personFilesBytes: 256 * MIB,
  allFilesBytes: 10 * 1024 * MIB,
  uploadsAtOnce: 16,
  uploadMs: 2 * MINUTE,
  orphanMs: 60 * MINUTE,
  helloMs: 30 * SECOND,
  frameMs: 10 * SECOND,
  pingMs: 30 * SECOND,
  pongMs: 15 * SECOND,
  stallMs: 60 * SECOND,
  closeMs: 5 * SECOND,
  drainMs: 10 * SECOND,
  hookMs: 5 * SECOND,
  storageMs: 10 * SECOND,
  emptyRoomMs: 10 * MINUTE,
  positionMs: 2 * SECOND,
  presenceMs: 15 * SECOND,
  ticketMs: 24 * 60 * MINUTE,
})
