/** Names of files: made harmless for whoever saves the file, and for whoever reads the name. */

import { EXTENSIONS, type FileType } from './type.ts'

/** Most bytes of UTF-8 that a name has. Beyond 255 no file system keeps it. */
const MOST_BYTES = 120
/** What is looked at of a name that somebody gave. */
const MOST_UNITS = 1024

/** Devices of Windows, whatever comes after their dot. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i
/** Controls, bidi and other format characters, halves of pairs, unassigned, line separators. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** What Windows refuses, and what looks like a separator of folders. */
const FORBIDDEN = /[<>:"|?*∕⁄／＼⧸∖]/g

/**
 * The name by which a file is kept and offered. Of a path only the last part counts; without control,
 * bidi and invisible characters, without what file systems refuse, at most 120 bytes of UTF-8, and
 * with an extension that fits the type: `foto.jpg` that is a PNG becomes `foto.png`. Doing it twice
 * is doing it once.
 *
 * @example cleanFileName('../../férias.html', 'image/png') // 'férias.html.png'
 */
export function cleanFileName(raw: string, type: FileType): string {
  const last = raw.slice(-MOST_UNITS).split(/[/\\]/).at(-1) as string
  const plain = last
    .replace(/\s+/gu, ' ')
    .replace(UNSEEN, '')
    .replace(/ +/g, ' ')
    .normalize('NFC')
    .replace(FORBIDDEN, '_')
  const [base, extension] = fitting(trimmed(plain), type)
  const short = trimmed(cut(base, MOST_BYTES - Buffer.byteLength(extension) - 2))
  const shown = short === '' ? 'file' : short
  return `${DEVICE.test(shown) ? '_' : ''}${shown}.${extension}`
}

/** Without dots and spaces at its ends, which hide a file or get lost, and no option of a command. */
const trimmed = (name: string): string => name.replace(/^[\s.]+|[\s.]+$/g, '').replace(/^-+/, '_')

/** The name without its extension, and an extension that fits. */
function fitting(name: string, type: FileType): readonly [string, string] {
  const dot = name.lastIndexOf('.')
  const known = dot < 0 ? '' : name.slice(dot + 1).toLowerCase()
  const [first = ''] = EXTENSIONS[type]
  if (EXTENSIONS[type].includes(known)) return [name.slice(0, dot), known]
  const isOther = Object.values(EXTENSIONS).some((all) => all.includes(known))
  return [isOther ? name.slice(0, dot) : name, first]
}

/** As many of the first characters as fit into so many bytes. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let left = bytes
  let end = 0
  for (const character of text) {
    left -= Buffer.byteLength(character)
    if (left < 0) break
    end += character.length
  }
  return text.slice(0, end)
}
