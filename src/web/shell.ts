/** What is made for the options: the pages themselves, the manifest, and the service worker. */

import { type Content, contentOf, hashOf, TYPES } from './content.ts'
import type { PageLang } from './negotiate.ts'
import type { CheckedOptions } from './options.ts'
import type { PageSettings } from './page-settings.ts'

const DESCRIPTIONS: Readonly<Record<PageLang, string>> = {
  en: 'Rooms, messages and files, live.',
  'pt-BR': 'Salas, mensagens e arquivos, ao vivo.',
}

/** The ground of the pages, as in `ui/theme.css`. */
const GROUND = '#faf6ee'

/** The address of a file within the folder of the pages: another one when its bytes are others. */
export const addressOf = (name: string, { hash }: Content): string => `${name}?v=${hash}`

/** What is told to the pages. */
function settingsOf(options: CheckedOptions): PageSettings {
  const { title, lang, room, accounts, guests, admin, chatUrl, httpUrl } = options
  return {
    title,
    ...(lang !== undefined && { lang }),
    ...(room !== undefined && { room }),
    accounts,
    guests,
    admin,
    ...(chatUrl !== undefined && { chatUrl }),
    ...(httpUrl !== undefined && { httpUrl }),
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For the value of an attribute, and for text (HTML, 13.1.2.3). */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)

/** Fills a page. Files that aren't there leave their address without a version. */
export function pageOf(
  template: string,
  options: CheckedOptions,
  lang: PageLang,
  files: ReadonlyMap<string, Content>,
): Content {
  const values: Readonly<Record<string, string>> = {
    lang,
    title: options.title,
    description: DESCRIPTIONS[lang],
    config: JSON.stringify(settingsOf(options)),
  }
  const text = template.replace(/\{\{([\w.-]+)\}\}/g, (_whole, name: string) => {
    const file = files.get(name)
    return escaped(values[name] ?? (file === undefined ? name : addressOf(name, file)))
  })
  return contentOf(TYPES['.html'] as string, text)
}

/** The manifest, by which the chat can be installed (W3C Web Application Manifest). */
export function manifestOf(
  { title }: CheckedOptions,
  lang: PageLang,
  files: ReadonlyMap<string, Content>,
): Content {
  const icon = (name: string, sizes: string, purpose: string) => {
    const file = files.get(name)
    if (file === undefined) return []
    return [{ src: addressOf(name, file), sizes, type: file.type, purpose }]
  }
  const manifest = {
    name: title,
    // What stands under an icon has room for about twelve letters.
    short_name: title.length > 12 ? (title.split(' ')[0] ?? title) : title,
    description: DESCRIPTIONS[lang],
    lang,
    dir: 'ltr',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: GROUND,
    theme_color: GROUND,
    categories: ['social'],
    icons: [
      ...icon('icon.svg', 'any', 'any'),
      ...icon('icon-192.png', '192x192', 'any'),
      ...icon('icon-512.png', '512x512', 'any'),
      ...icon('icon-maskable-512.png', '512x512', 'maskable'),
    ],
  }
  return contentOf(TYPES['.webmanifest'] as string, JSON.stringify(manifest))
}

/** What the service worker keeps: what the chat page needs to open. */
const KEPT = ['chat.js', 'chat-style.css', 'icon.svg']

/**
 * The service worker, with the list of what it keeps. Whenever any of that changes the worker's bytes do,
 * and by that browsers see that there is another one (Service Workers, 4.6).
 */
export function workerOf(
  worker: string,
  pages: readonly Content[],
  policy: string,
  files: ReadonlyMap<string, Content>,
): Content {
  const kept = KEPT.flatMap((name) => {
    const file = files.get(name)
    return file === undefined ? [] : [addressOf(name, file)]
  })
  const version = hashOf(policy, ...pages.map(({ hash }) => hash), ...kept)
  const shell = JSON.stringify({ version, files: ['./', ...kept] })
  return contentOf(TYPES['.js'] as string, `const tertuliaShell = ${shell}\n${worker}`)
}
