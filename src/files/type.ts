/** What a file is, by its content: what its name says of it doesn't count. */

import { ChatError } from '../errors.ts'

/**
 * The media types that are told apart. None of them is something that a browser runs: what looks like
 * HTML or SVG is none of them, or plain text.
 */
export const FILE_TYPES = [
  'application/pdf',
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'text/plain',
] as const

/** One of {@link FILE_TYPES}. */
export type FileType = (typeof FILE_TYPES)[number]

/** What is accepted unless the application says otherwise: all but `text/plain`. */
export const DEFAULT_FILE_TYPES: readonly FileType[] = FILE_TYPES.filter(
  (type) => type !== 'text/plain',
)

/** Names of files of a type end with one of these; the first is given to those that don't. */
export const EXTENSIONS: Readonly<Record<FileType, readonly string[]>> = {
  'application/pdf': ['pdf'],
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/png': ['png'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'text/plain': ['txt', 'text', 'md', 'csv', 'log'],
}

/** May a browser show it in its place? Else it is only offered for saving. */
export const isShown = (type: string): boolean =>
  type === 'application/pdf' || /^image\/(jpeg|png|gif|webp)$/.test(type)

/** Bytes by which a type is known, `.` for any byte, as Latin-1. */
const SIGNATURES: readonly (readonly [FileType, RegExp])[] = [
  // ISO 32000-1, 7.5.2
  ['application/pdf', /^%PDF-\d\.\d/],
  // ITU T.81, B.1.1.3: the start of an image, then another marker
  ['image/jpeg', /^\xff\xd8\xff[\xc0-\xfe]/],
  // W3C PNG, 5.2 and 11.2.1: the signature, then a header of 13 bytes
  ['image/png', /^\x89PNG\r\n\x1a\n\0\0\0\rIHDR/],
  ['image/gif', /^GIF8[79]a[\s\S]{7}/],
  // RFC 9649, 2.4
  ['image/webp', /^RIFF[\s\S]{4}WEBPVP8[ LX]/],
]

/** So many bytes decide about every signature. */
const LONGEST = 16
/** What text has none of: controls but tab, line feed, form feed and carriage return. */
const CONTROLS = /[\0-\x08\x0b\x0e-\x1f\x7f]/

/** Looks at the content of one file as it comes. */
export interface FileInspection {
  /** Takes the next bytes. Throws `file_type_refused` as soon as that is certain. */
  look(bytes: Uint8Array): void
  /** It has all been looked at. Gives its media type, or throws `file_type_refused`. */
  end(): FileType
}

/**
 * Begins to look at a file. Text is looked at to its last byte, anything else only at its head.
 *
 * @param allowed what is accepted
 */
export function inspectFile(allowed: readonly FileType[]): FileInspection {
  let head = Buffer.alloc(0)
  let type: FileType | null = null
  let text: InstanceType<typeof TextDecoder> | null = null

  const decide = (): void => {
    const start = head.toString('latin1')
    const found = SIGNATURES.find(([, signature]) => signature.test(start))
    if (found === undefined) {
      type = 'text/plain'
      text = new TextDecoder('utf-8', { fatal: true })
    } else type = found[0]
    if (!allowed.includes(type)) throw new ChatError('file_type_refused')
  }
  const read = (bytes: Uint8Array | undefined): void => {
    let decoded: string
    try {
      decoded = text?.decode(bytes, { stream: bytes !== undefined }) ?? ''
    } catch {
      throw new ChatError('file_type_refused')
    }
    if (CONTROLS.test(decoded)) throw new ChatError('file_type_refused')
  }

  return {
    look(bytes) {
      if (type !== null) return text === null ? undefined : read(bytes)
      head = Buffer.concat([head, bytes])
      if (head.length < LONGEST) return
      decide()
      if (text !== null) read(head)
    },
    end() {
      if (head.length === 0) throw new ChatError('file_type_refused')
      if (type === null) {
        decide()
        if (text !== null) read(head)
      }
      if (text !== null) read(undefined)
      return type as unknown as FileType
    },
  }
}
