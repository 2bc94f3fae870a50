/**
 * The public face of Tertulia: what an application imports.
 *
 * @module tertulia
 */

export {
  type AttachOptions,
  type ChatServer,
  type ChatServerOptions,
  createChatServer,
  type Listening,
  type ListeningOnWeb,
  type ListenOptions,
  type MountOptions,
} from './chat.ts'
export type { ChatAdmin, NameOf } from './core/admin-face.ts'
export type { ChatEvents, Listener } from './core/events.ts'
export type { Heard, Participant } from './core/participant.ts'
export type { ChangeOptions, Place, RoomHandle, SendOptions } from './core/room-handle.ts'
export type { Stats } from './core/server.ts'
export {
  ChatError,
  type ChatErrorDetails,
  CLOSE,
  ERRORS,
  type ErrorCode,
  type ErrorRow,
  isChatError,
  mayReconnect,
} from './errors.ts'
export type { Lang } from './i18n/languages.ts'
export { LIMITS, type Limits } from './limits.ts'
export type {
  AdminLimit,
  AdminOp,
  AdminOperations,
  AdminPerson,
  AdminResults,
  AdminRoom,
  AdminSession,
  AdminStats,
  AuditLine,
  KeptMembership,
  MessageFigures,
  NodeFigures,
} from './protocol/admin-types.ts'
export type {
  AnnouncedLimits,
  ChangeKind,
  Entry,
  EntryDetails,
  EntryKind,
  Gap,
  JoinResult,
  Op,
  Operations,
  Person,
  Position,
  Push,
  Reaction,
  Results,
  RoomInfo,
  WireError,
} from './protocol/types.ts'
export type { Accounts, Authenticate, Credentials, Identity, Validated } from './spi/auth.ts'
export type { Broker, BrokerHandler, Unsubscribe } from './spi/broker.ts'
export type { Clock, MakeId, Timer } from './spi/clock.ts'
export type { Codec } from './spi/codec.ts'
export type { FileStore } from './spi/files.ts'
export type { Actor, Hook, HookResult, Hooks } from './spi/hooks.ts'
export type { Logger } from './spi/logger.ts'
export type { Labels, MetricInfo, MetricsSink, Sample } from './spi/metrics.ts'
export type { PageAnswer, PageAsk, Pages } from './spi/pages.ts'
export type {
  AccountRecord,
  AccountStore,
  AuditRecord,
  AuditStore,
  FileRecord,
  FileRecords,
  MemberChange,
  MemberFilter,
  MemberRecord,
  MemberStore,
  Membership,
  PersonData,
  Records,
  TokenRecord,
  TokenStore,
} from './spi/records.ts'
export type {
  Appended,
  NewEntry,
  Page,
  Range,
  RoomRecord,
  RoomStore,
  Storage,
  StoredSettings,
} from './spi/storage.ts'
export type {
  Connection,
  ConnectionInfo,
  FileDownload,
  FileHost,
  FileUpload,
  Frame,
  Framing,
  Refused,
  Sink,
  Transport,
  TransportHost,
} from './spi/transport.ts'
export { memoryStorage } from './storage/memory.ts'
export type { FetchInfo } from './transports/http/fetch-exchange.ts'
export type { FetchHandler, NodeHandler } from './transports/http/transport.ts'
export type { Origins } from './transports/websocket-handshake.ts'
