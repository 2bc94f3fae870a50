/** Light or dark: as the system is, or as one chose. */

import { kept } from './keep.ts'

/** `auto`: as the system is set. */
export type Theme = 'auto' | 'light' | 'dark'

const KEY = 'tertulia.theme'

/** What was chosen. */
export function theme(): Theme {
  const value = kept.getItem(KEY)
  return value === 'light' || value === 'dark' ? value : 'auto'
}

/** Shows the page so, now and from now on. */
export function setTheme(next: Theme): void {
  if (next === 'auto') kept.removeItem(KEY)
  else kept.setItem(KEY, next)
  applyTheme()
}

/** Shows the page as was chosen; to be called once, first. */
export function applyTheme(): void {
  const chosen = theme()
  const root = document.documentElement
  if (chosen === 'auto') delete root.dataset.theme
  else root.dataset.theme = chosen
}
