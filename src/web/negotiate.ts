/** What a request accepts: encodings, languages, and copies it has already (RFC 9110). */

import type { PageAsk } from '../spi/pages.ts'

/** How a body may be packed, the best first. */
export const ENCODINGS = ['br', 'gzip'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** Languages the pages know. */
export type PageLang = 'en' | 'pt-BR'
export const PAGE_LANGS: readonly PageLang[] = ['en', 'pt-BR']

interface Choice {
  readonly name: string
  readonly weight: number
}

/** A list such as `br;q=0.8, *;q=0.1`; what cannot be read is left out. */
function choices(field: string | undefined): Choice[] {
  return (field ?? '').split(',').flatMap((part) => {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    const given = parameters.find((piece) => piece.startsWith('q='))?.slice(2)
    const weight = given === undefined ? 1 : /^(0|1)(\.\d{0,3})?$/.test(given) ? Number(given) : 0
    return name === '' ? [] : [{ name, weight }]
  })
}

/** The best packing that is there and accepted; null: as it is (RFC 9110, 12.5.3). */
export function encodingOf(ask: PageAsk, there: readonly Encoding[]): Encoding | null {
  const given = choices(ask.header('accept-encoding'))
  const weightOf = (encoding: Encoding): number =>
    (given.find(({ name }) => name === encoding) ?? given.find(({ name }) => name === '*'))
      ?.weight ?? 0
  const best = ENCODINGS.filter((encoding) => there.includes(encoding) && weightOf(encoding) > 0)
  return best.sort((a, b) => weightOf(b) - weightOf(a))[0] ?? null
}

/** The language of ours that is wanted most; English if none is (RFC 9110, 12.5.4). */
export function langOf(ask: PageAsk): PageLang {
  const wanted = choices(ask.header('accept-language'))
    .filter(({ name, weight }) => weight > 0 && /^(en|pt)(-|$)/.test(name))
    .sort((a, b) => b.weight - a.weight)[0]
  return wanted?.name.startsWith('pt') === true ? 'pt-BR' : 'en'
}

/** Whoever asks has this copy already (RFC 9110, 13.1.2). */
export function hasCopy(ask: PageAsk, etag: string): boolean {
  const given = ask.header('if-none-match')
  if (given === undefined) return false
  return (
    given.trim() === '*' || given.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
  )
}
