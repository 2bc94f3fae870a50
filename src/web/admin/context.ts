/** What every section of the page is given. */

import type { ChatClient } from '../../client/types.ts'
import type { Person } from '../../protocol/types.ts'
import type { Config } from '../ui/config.ts'
import type { Format } from './format.ts'
import type { StatsFeed } from './stats-feed.ts'
import type { Texts } from './texts.ts'

/** What a section works with. Made anew when the language changes. */
export interface Context {
  readonly config: Config
  readonly chat: ChatClient
  /** Who is signed in. */
  readonly me: Person
  readonly t: Texts
  readonly f: Format
  readonly feed: StatsFeed
}

/** A section that is shown. */
export interface Section {
  readonly element: HTMLElement
  /** It isn't shown any more. */
  stop?(): void
}

/** Makes a section. `path`: what follows its name in the address. */
export type MakeSection = (context: Context, path: readonly string[]) => Section

/** The address of a place in this page. */
export const route = (...parts: readonly string[]): string =>
  `#${parts.map(encodeURIComponent).join('/')}`

/** The parts of an address. What can't be read is the beginning. */
export function readRoute(hash: string): readonly string[] {
  try {
    return hash.replace(/^#/, '').split('/').map(decodeURIComponent)
  } catch {
    return ['']
  }
}
