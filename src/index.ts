/** The public face of Tertulia: what an application imports. */

export {
  type AttachOptions,
  type ChatServer,
  type ChatServerOptions,
  createChatServer,
  type Listening,
  type ListenOptions,
} from './chat.ts'
export type { ChatAdmin } from './core/admin-face.ts'
export type { ChatEvents, Listener } from './core/events.ts'
export type { Heard, Participant } from './core/participant.ts'
export type { RoomHandle, SendOptions } from './core/room-handle.ts'
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
export type { AdminOp, AdminOperations, AdminResults } from './protocol/admin-types.ts'
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
export type {
  Appended,
  NewEntry,
  Page,
  Range,
  RoomRecord,
  RoomStore,
  Storage,
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
