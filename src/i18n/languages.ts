/** The languages in which people are spoken to, and how one is chosen. */

import type { Catalog } from './catalog.ts'
import { EN } from './en.ts'
import { PT_BR } from './pt-br.ts'

/** A language, by its BCP 47 tag. */
export type Lang = 'en' | 'pt-BR'

const CATALOGS: Readonly<Record<Lang, Catalog>> = { en: EN, 'pt-BR': PT_BR }

/** All languages. */
export const LANGS = Object.keys(CATALOGS) as readonly Lang[]

/** Longer lists of languages are cut: nobody speaks that many. */
const MOST_CHARS = 512

/** The language of one tag: `pt`, `pt_BR.UTF-8` and `PT-pt` are all Portuguese. */
function langOfTag(tag: string): Lang | undefined {
  const [primary] = tag
    .trim()
    .toLowerCase()
    .split(/[-_.@]/, 1)
  return LANGS.find((lang) => lang.toLowerCase().split('-', 1)[0] === primary)
}

/** Weight of an item of Accept-Language; 1 if it has none, 0 if it is not wanted or not a number. */
function weightOf(parameters: readonly string[]): number {
  const q = parameters.map((text) => text.trim()).find((text) => /^q\s*=/i.test(text))
  if (q === undefined) return 1
  const weight = Number(q.slice(q.indexOf('=') + 1))
  return weight > 0 && weight <= 1 ? weight : 0
}

/**
 * Finds the language somebody asks for.
 *
 * @param tag a tag of BCP 47 or of POSIX (`pt`, `pt-BR`, `pt_BR.UTF-8`), or a list as in
 *   Accept-Language with weights (RFC 9110, section 12.5.4): the best one that is known is taken
 * @returns `undefined` if none is known
 */
export function findLang(tag: string | undefined): Lang | undefined {
  if (tag === undefined) return undefined
  let best: Lang | undefined
  let bestWeight = 0
  for (const item of tag.slice(0, MOST_CHARS).split(',')) {
    const [name = '', ...parameters] = item.split(';')
    const lang = langOfTag(name)
    const weight = lang === undefined ? 0 : weightOf(parameters)
    if (weight > bestWeight) {
      best = lang
      bestWeight = weight
    }
  }
  return best
}

/** As {@link findLang}, or `fallback` if no known language is asked for. */
export function langOf(tag: string | undefined, fallback: Lang): Lang {
  return findLang(tag) ?? fallback
}

/** The texts of a language. */
export function texts(lang: Lang): Catalog {
  return CATALOGS[lang]
}
