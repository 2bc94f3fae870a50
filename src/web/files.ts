/** The files that the pages are made of, as the build left them. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ChatError } from '../errors.ts'
import { type Content, contentOf, TYPES } from './content.ts'

/** What the build made. */
export interface PageFiles {
  /** By name. */
  readonly files: ReadonlyMap<string, Content>
  /** The pages, with holes `{{name}}`, by name. */
  readonly templates: ReadonlyMap<string, string>
  /** The service worker, without the list of what it keeps. */
  readonly worker: string
}

/** Without these nothing works. */
const NEEDED = [
  'admin-style.css',
  'admin.html',
  'admin.js',
  'chat-style.css',
  'chat.html',
  'chat.js',
  'client.js',
  'icon.svg',
  'worker.js',
]

/** Where they may be: beside what is built, or, from the sources, in `dist`. */
const PLACES = ['./web/', '../web/', '../../dist/web/']

const read = new Map<string, PageFiles>()

/** Reads them, once in a process. Throws `invalid_options` where they aren't. */
export function pageFiles(): PageFiles {
  const folders = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const folder = folders.find((one) => NEEDED.every((name) => existsSync(join(one, name))))
  if (folder === undefined) {
    throw new ChatError(
      'invalid_options',
      'the files of the pages are not there. Where a bundler packs this package into a program, tell ' +
        'it to leave `tertulia` outside; in a checkout, run: npm run build:js',
    )
  }
  const files = read.get(folder) ?? readFolder(folder)
  read.set(folder, files)
  return files
}

function readFolder(folder: string): PageFiles {
  const files = new Map<string, Content>()
  const templates = new Map<string, string>()
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)]
    if (type === undefined || name === 'worker.js') continue
    const bytes = readFileSync(join(folder, name))
    if (name.endsWith('.html')) templates.set(name, bytes.toString())
    else files.set(name, contentOf(type, bytes))
  }
  return { files, templates, worker: readFileSync(join(folder, 'worker.js'), 'utf8') }
}
