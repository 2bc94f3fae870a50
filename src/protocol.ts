/**
 * The wire, for those who write a client or an adapter: `tertulia/protocol`.
 *
 * @module tertulia/protocol
 */

export { CLOSE, ERRORS, type ErrorCode, mayReconnect } from './errors.ts'
export type { Lang } from './i18n/languages.ts'
export { amended, isChange } from './protocol/entry.ts'
export { FrameDecoder, type FrameHandler } from './protocol/framing.ts'
export { jsonCodec } from './protocol/json.ts'
export { textCodec } from './protocol/text.ts'
export type * from './protocol/types.ts'
export type { Codec } from './spi/codec.ts'
