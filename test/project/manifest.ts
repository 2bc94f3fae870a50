/** `package.json` and `tsup.config.ts`, as far as they have to agree. */

import { readFileSync } from 'node:fs'
import config from '../../tsup.config.ts'

/** What the tests read of `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly type: string
  readonly files: readonly string[]
  readonly engines: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly scripts: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** `package.json`. */
export const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Manifest

/** What is built: names below `dist`, without extension, and the sources they are made of. */
export const entries = (
  config as readonly { readonly entry: Readonly<Record<string, string>> }[]
)[0]?.entry as Readonly<Record<string, string>>

/** Every module that can be imported, `tertulia/tcp` for example, and the source of it. */
export function exportedSources(): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue
    const built = /^\.\/dist\/(.+)\.js$/.exec(target.node ?? target.default ?? '')?.[1] ?? ''
    const source = entries[built]
    if (source === undefined) throw new Error(`${subpath}: ${target.default} is not built`)
    found[manifest.name + subpath.slice(1)] = `./${source}`
  }
  return found
}
