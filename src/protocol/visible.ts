/**
 * Text made safe for one line of somebody's terminal: nothing in it moves the cursor, changes
 * colours, begins a new line, turns the direction of reading round, or stands there unseen.
 */

/** Format characters that can be seen: Arabic and other signs that go before a number or a word. */
const SEEN = '\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}'

const UNSEEN = '\\p{Default_Ignorable_Code_Point}'

/** What is made visible, where {@link KEPT} doesn't keep it. */
const HIDDEN =
  `(?![${SEEN}])` + `[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}${UNSEEN}\\p{Noncharacter_Code_Point}]`

/** Scripts whose letters join, or refuse to, by ZWJ and ZWNJ (RFC 5892, appendix A.1 and A.2). */
const JOINING = [
  'Arabic Syriac Mongolian Nko Adlam Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu',
  'Kannada Malayalam Sinhala Khmer Myanmar Tibetan Balinese Javanese',
]
  .join(' ')
  .split(' ')
  .map((script) => `\\p{Script=${script}}`)
  .join('')
const JOINED = `(?!${UNSEEN})(?=[\\p{L}\\p{M}])[${JOINING}]`

const PICTURE = '\\p{Extended_Pictographic}'
const KEYCAP = '[0-9#*]'

/** Invisible characters in the places where writing needs them. Any other place makes them visible. */
const KEPT = [
  // A flag by tags: England, Scotland, Wales (UTS #51, ED-14a). Short, so that it can't carry text.
  '(?<=\\u{1F3F4})[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{3,6}\\u{E007F}',
  // Emoji or text style, and keycaps.
  `(?<=(?!${KEYCAP})\\p{Emoji})[\\uFE0E\\uFE0F]`,
  `(?<=${KEYCAP})\\uFE0F(?=\\u20E3)`,
  // One picture joined of several: the family, the astronaut, the rainbow flag.
  `(?<=${PICTURE}[\\uFE0F\\p{Emoji_Modifier}]?)\\u200D(?=${PICTURE})`,
  `(?<=${JOINED})[\\u200C\\u200D](?=${JOINED})`,
  // Which form of an ideograph or a Mongolian letter.
  '(?<=\\p{Script=Han})[\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]',
  '(?<=(?=\\p{L})\\p{Script=Mongolian})[\\u180B-\\u180D\\u180F]',
].join('|')

const SUSPECT = new RegExp(HIDDEN, 'u')
// Looks for what is hidden first: the rest is dear. A line break of two characters is shown once.
const PARTS = new RegExp(`(?=${HIDDEN})(?:(${KEPT})|\\r\\n|${HIDDEN})`, 'gu')

const LINE_BREAKS = new Set(['\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029'])

function show(part: string): string {
  if (part === '\t') return ' '
  if (LINE_BREAKS.has(part)) return ' ⏎ '
  const code = part.codePointAt(0) as number
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '␡'
  // Half of a surrogate pair has no meaning, and can't be written as UTF-8.
  if (code >= 0xd800 && code <= 0xdfff) return '�'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/**
 * Makes visible what a terminal would obey or hide: a line break becomes ` ⏎ `, a tab a space, other
 * controls their pictures (`␛`), half a surrogate pair `�`, and what else can't be seen, bidi
 * controls among it (UAX #9; "Trojan Source", CVE-2021-42574), its number: `<U+202E>`. Joiners and
 * variation selectors stay where emoji and scripts such as Persian need them. Text in which there is
 * nothing to do is returned as it is; doing it twice is doing it once.
 *
 * Letters of scripts written from right to left are left alone: they order themselves.
 *
 * @example visible('hi\n[#geral] Bob: ok') // 'hi ⏎ [#geral] Bob: ok'
 */
export function visible(text: string): string {
  if (!SUSPECT.test(text)) return text
  return text.replace(PARTS, (part, kept: string | undefined) => kept ?? show(part))
}
