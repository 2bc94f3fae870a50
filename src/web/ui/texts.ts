/** Languages: which one is spoken, and the texts of each part of a page in it. */

/** The languages that pages speak, by their BCP 47 tags. */
export type Lang = 'en' | 'pt-BR'

/** All of them, as each calls itself. */
export const LANGS: readonly { readonly tag: Lang; readonly name: string }[] = [
  { tag: 'en', name: 'English' },
  { tag: 'pt-BR', name: 'Português' },
]

let current: Lang = 'en'
const listeners = new Set<() => void>()

/** The language spoken at the moment. */
export const lang = (): Lang => current

/** The language of a tag such as `pt` or `pt_PT`, if it is spoken here. */
export function findLang(tag: string | null | undefined): Lang | undefined {
  const primary = tag?.trim().toLowerCase().split(/[-_]/, 1)[0]
  return LANGS.find((one) => one.tag.toLowerCase().split('-', 1)[0] === primary)?.tag
}

/** Speaks another language from now on; views listen by {@link onLang} and draw themselves anew. */
export function setLang(next: Lang): void {
  document.documentElement.lang = next
  if (next === current) return
  current = next
  for (const listener of [...listeners]) listener()
}

/** Listens to changes of the language; returns what stops it. */
export function onLang(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * The texts of one part of a page.
 *
 * @example
 * const t = texts({ en: EN, 'pt-BR': PT_BR })
 * h('button', {}, t().send)
 */
export function texts<T>(catalogs: Readonly<Record<Lang, T>>): () => T {
  return () => catalogs[current]
}

/** A number as people write it. */
export const numberText = (value: number): string => new Intl.NumberFormat(current).format(value)

/** A size in bytes, as people say it: `1.4 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = value < 10 && unit > 0 ? 1 : 0
  const format = new Intl.NumberFormat(current, { maximumFractionDigits: digits })
  return `${format.format(value)} ${units[unit] ?? ''}`
}
