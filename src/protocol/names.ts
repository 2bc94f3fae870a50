/**
 * Names of people and of rooms: what may be one, how it is shown, and which are the same.
 *
 * People's names follow RFC 8266 (the PRECIS nickname profile): spaces are trimmed and folded, cases
 * kept for showing and ignored for comparing. Stricter than there: only letters, numbers, emoji and a
 * few signs; NFC for showing, so that what was typed stays, and NFKC for comparing; scripts and
 * look-alikes after UTS #39 (see `confusables.ts`).
 */

import { ChatError } from '../errors.ts'
import { foldCase, mixesScripts, skeleton } from './confusables.ts'
import { visible } from './visible.ts'

/** Letters by class that look like punctuation: ǃ is "!", ː ":", ꓸ ".", 丿 "/". */
const FALSE_LETTERS =
  '\\u01C0-\\u01C3\\u02B9\\u02BA\\u02C0-\\u02DF\\u02E4-\\u02FF\\u0374\\u07F4\\u07F5\\u07FA\\u1427' +
  '\\u144A\\u2D48\\u2D51\\u3033-\\u3035\\u4E36\\u4E3F\\uA4F8-\\uA4FD\\uA717-\\uA71F\\uA778\\uA788' +
  '\\uA78B\\uA78C\\uA78F\\uA830'

const LETTER = `(?![${FALSE_LETTERS}\\p{Default_Ignorable_Code_Point}])[\\p{L}\\p{N}]`
const MARK = '(?!\\p{Default_Ignorable_Code_Point})[\\p{Mn}\\p{Mc}]'
// `visible` has seen to it that these stand only where writing needs them.
const JOINER = '[\\u200C\\u200D\\u180B-\\u180D\\u180F\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]'
// Not ©, ™ and arrows, which are pictures to Unicode.
const PICTURE =
  '(?![©®™〰\\u2190-\\u21FF\\u27A1\\u2934\\u2935\\u2B05-\\u2B07\\p{Cn}])\\p{Extended_Pictographic}' +
  '(?:\\uFE0F|\\p{Emoji_Modifier})?'
/** An emoji, after UTS #51: flag by tags, flag by letters, keycap, or pictures joined. */
const EMOJI =
  '\\u{1F3F4}[\\u{E0030}-\\u{E007A}]+\\u{E007F}|\\p{Regional_Indicator}{2}|[0-9]\\uFE0F?\\u20E3|' +
  `${PICTURE}(?:\\u200D${PICTURE})*`

const NAME = new RegExp(`^(?:${EMOJI}|${LETTER}(?:${MARK}|${JOINER})*|[ _.'’·・་-])+$`, 'u')
const NAMED = new RegExp(`${EMOJI}|${LETTER}`, 'u')
const ROOM = new RegExp(`^(?:${LETTER}(?:${MARK})*|[_.-])+$`, 'u')

/**
 * Marks piled on a letter ("zalgo"): more than two of those that go with any script, more than four
 * that take no width, or the same twice (UTS #39, section 5.4). In NFC, where Vietnamese has none;
 * the marks of Thai or Devanagari belong to their script and are free up to four.
 */
const PILED = /(?:(?=\p{M})\p{Script=Inherited}){3}|[\p{Mn}\p{Me}]{5}|\p{M}{8}|(?=\p{Mn})(.)\1/u

/** Names that would pass for the server, for a role, or for nobody, in English and Portuguese. */
const RESERVED_WORDS = [
  'server servidor system sistema service servico tertulia root staff support suporte owner',
  'admin admins administrator administrador administradora administration administracao',
  'moderator moderador moderadora moderation moderacao operator operador operadora',
  'everyone everybody todos todas here aqui channel canal room sala nobody ninguem voce',
  'null undefined anonymous anonimo anonima unknown desconhecido desconhecida',
].flatMap((line) => line.split(' '))

/** Short ones, of which only the letters count: what looks like them may be a name. Ali is no "all". */
const RESERVED_SHORT = new Set(['all', 'me', 'you', 'eu', 'mod', 'bot'])

const onlyLetters = (text: string): string => text.normalize('NFD').replace(/[^\p{L}\p{N}]/gu, '')
const bare = (name: string): string => onlyLetters(skeleton(name)).replaceAll('i', 'l')
const RESERVED = new Set(RESERVED_WORDS.map(bare))

/** Would this name, without accents and signs, pass for a reserved word? */
function isReserved(name: string): boolean {
  return RESERVED.has(bare(name)) || RESERVED_SHORT.has(onlyLetters(foldCase(name)))
}

const oneSpace = (text: string): string => text.replace(/\p{Zs}+/gu, ' ').trim()
const longer = (text: string, maxChars: number): boolean =>
  text.length > maxChars && [...text].length > maxChars
/**
 * Spares the work on what can't become a name: a character may come in several parts, but not in
 * that many. Normalising takes quadratic time in the marks on one letter, so it has to be sure first.
 */
const hopeless = (raw: string, maxChars: number): boolean =>
  raw.length > 8 * maxChars + 64 || /\p{M}{32}/u.test(raw)

/**
 * A person's name, in the form to show: NFC, trimmed, one space where there were several.
 *
 * A name has letters, marks and numbers of one script (or of Latin with Japanese, Korean or
 * Chinese), emoji, inner spaces and the signs `_ - . ' ’ ·`; something besides signs and spaces; no
 * control, bidi, invisible, private or unassigned characters, and no more marks on a letter than
 * writing needs. Doing it twice is doing it once.
 *
 * @param maxChars the most code points it may have
 * @throws ChatError `name_invalid`; `name_reserved` if it looks like `admin`, `todos`, …
 * @example cleanName('  Ana   Maria ', 32) // 'Ana Maria'
 */
export function cleanName(raw: string, maxChars: number): string {
  const name = grantedName(raw, maxChars)
  if (isReserved(name)) throw new ChatError('name_reserved')
  return name
}

/**
 * A name as {@link cleanName} gives it, also one that is reserved: for those to whom somebody has
 * granted it.
 *
 * @param maxChars the most code points it may have
 * @throws ChatError `name_invalid`
 * @example grantedName('Support', 32) // 'Support'
 */
export function grantedName(raw: string, maxChars: number): string {
  if (hopeless(raw, maxChars)) throw new ChatError('name_invalid')
  const name = oneSpace(raw.normalize('NFC'))
  const compatible = name.normalize('NFKC')
  if (
    longer(name, maxChars) ||
    visible(name) !== name ||
    !NAME.test(name) ||
    !NAMED.test(name) ||
    // What ½, ℀ or ﷺ are made of has to be a name as well.
    (compatible !== name && !NAME.test(compatible)) ||
    PILED.test(name) ||
    mixesScripts(name)
  ) {
    throw new ChatError('name_invalid')
  }
  return name
}

/**
 * What names are compared by: two names that people would take for the same have the same key
 * (Alice, ALICE, AIice, Аlicе with Cyrillic letters). Any text has one; it is not for showing. See
 * {@link skeleton} for what is taken for what.
 */
export function nameKey(name: string): string {
  return skeleton(oneSpace(name))
}

/**
 * A room's name, in the one form it has: `Jogos`, `#JOGOS` and `＃ｊｏｇｏｓ` are all `jogos`. NFKC, in
 * lower case (RFC 8265, UsernameCaseMapped), without the `#` by which text shows it. That form is
 * shown, stored and compared; rooms need no other key.
 *
 * A room's name has letters, numbers and marks of any one script (mixed as in {@link cleanName}),
 * accents kept, and the signs `_ - .`; no spaces, and something besides signs. It can't begin with
 * `@`, which belongs to private conversations. Doing it twice is doing it once. Rooms whose names
 * look alike are not kept apart.
 *
 * @param maxChars the most code points it may have
 * @throws ChatError `room_invalid`
 * @example cleanRoomName('#Salão', 64) // 'salão'
 */
export function cleanRoomName(raw: string, maxChars: number): string {
  if (hopeless(raw, maxChars) || visible(raw) !== raw) throw new ChatError('room_invalid')
  const room = raw
    .normalize('NFKC')
    .trim()
    .replace(/^#/, '')
    .toLowerCase()
    // Joiners, which nobody sees, would make other rooms of it; so would the second dot of İ.
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/i\u0307+/g, 'i')
    .normalize('NFKC')
  const fits =
    ROOM.test(room) &&
    /[\p{L}\p{N}]/u.test(room) &&
    !longer(room, maxChars) &&
    !PILED.test(room) &&
    !mixesScripts(room)
  if (!fits) throw new ChatError('room_invalid')
  return room
}
