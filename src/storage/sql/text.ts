/** Texts as databases take them: any JavaScript string, though SQL texts can't hold all of them. */

/**
 * What a text in a database can't hold: zero (Postgres) and surrogates that stand alone (UTF-8);
 * and the sign that is written for them. U+FDD0 is a noncharacter: it stands for nothing in texts.
 */
const ODD = /[\0\uFDD0\uD800-\uDFFF]/u
const ODDS = /[\0\uFDD0\uD800-\uDFFF]/gu
const SIGN = '\uFDD0'
const SIGNS = /\uFDD0([0-9a-f]{4})/g

/**
 * The text as it is stored. Almost always the same; what can't be stored becomes U+FDD0 and four
 * hexadecimal digits. Different texts stay different.
 */
export function toSql(text: string): string {
  if (!ODD.test(text)) return text
  return text.replace(ODDS, (odd) => SIGN + odd.charCodeAt(0).toString(16).padStart(4, '0'))
}

/** The text that was given to {@link toSql}. */
export function fromSql(text: string): string {
  if (!text.includes(SIGN)) return text
  return text.replace(SIGNS, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/**
 * Bytes that sort as the text does by UTF-16 units, which neither database has an order for:
 * UTF-8 puts U+10000 and above after U+E000–U+FFFF.
 */
export function sortKey(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

/** A whole number that fits both JavaScript and a 64-bit column. */
export function toInteger(value: number): number {
  if (Number.isNaN(value)) return 0
  return Math.trunc(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER))
}
