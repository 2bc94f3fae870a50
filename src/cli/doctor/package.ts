/** The package itself: where it is installed, and which versions it goes with. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What is read of a `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly engines?: { readonly node?: string }
  readonly peerDependencies?: Readonly<Record<string, string>>
}

function manifestIn(folder: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return null
  }
}

/** The folder that this package is in, wherever in it the build has put this file. */
export function ownPackage(): { readonly root: string; readonly manifest: Manifest } {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const manifest = manifestIn(folder)
    if (manifest?.name === 'tertulia') return { root: folder, manifest }
    const above = dirname(folder)
    if (above === folder) throw new Error('the package.json of tertulia is not above its code')
    folder = above
  }
}

/** The version of an installed package as our code would find it; `null`: it is not installed. */
export function installed(name: string): string | null {
  // Not `resolve`: packages may keep their package.json to themselves.
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const manifest = manifestIn(join(folder, name))
    if (manifest !== null) return manifest.version
  }
  return null
}

const numbers = (version: string): readonly number[] =>
  (/^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version.trim()) ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0))

function compare(a: readonly number[], b: readonly number[]): number {
  for (const at of [0, 1, 2]) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/**
 * Whether a version is in a range: those of our own `package.json`, which are `^1.2`, `>=1.2`, or several
 * of them with `||` between (semver). A version before 1.0 has to have the same minor.
 */
export function isIn(version: string, range: string): boolean {
  const has = numbers(version)
  return range.split('||').some((part) => {
    const [, sign, from = ''] = /^\s*(\^|>=)?\s*(.+)$/.exec(part) ?? []
    const least = numbers(from)
    if (compare(has, least) < 0) return false
    if (sign === '>=') return true
    if (has[0] !== least[0]) return false
    return least[0] !== 0 || has[1] === least[1]
  })
}
