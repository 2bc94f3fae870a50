/** Choosing language and appearance, for the menus of all pages. */

import { kept } from './keep.ts'
import type { MenuItem } from './menu.ts'
import { findLang, LANGS, type Lang, lang, setLang } from './texts.ts'
import { applyTheme, setTheme, type Theme, theme } from './theme.ts'
import { uiTexts } from './ui-texts.ts'

const KEY = 'tertulia.lang'

/**
 * Begins with what was chosen earlier, else with what the page was told, else with what the browser
 * prefers. To be called once, first.
 */
export function startPreferences(told: string | undefined): void {
  applyTheme()
  const wanted = [kept.getItem(KEY), told, ...navigator.languages]
  setLang(wanted.map(findLang).find((one) => one !== undefined) ?? 'en')
}

/** Speaks another language, now and from now on. */
export function chooseLang(next: Lang): void {
  kept.setItem(KEY, next)
  setLang(next)
}

/** Lines of a menu: the appearances. */
export function themeItems(): MenuItem[] {
  return (['auto', 'light', 'dark'] satisfies Theme[]).map((one) => ({
    label: uiTexts().themes[one],
    checked: theme() === one,
    run: () => setTheme(one),
  }))
}

/** Lines of a menu: the languages. */
export function langItems(): MenuItem[] {
  return LANGS.map(({ tag, name }) => ({
    label: name,
    checked: lang() === tag,
    run: () => chooseLang(tag),
  }))
}
