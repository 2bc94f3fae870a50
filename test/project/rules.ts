/** The rules of this project's sources. Each gives the violations as lines; none is good. */

import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { BROWSER, DRIVER_LAYERS, isDriver, LAYERS, layerOf } from './layers.ts'
import type { Import, Source } from './sources.ts'

/** The longest a file may be, in lines. */
export const MOST_LINES = 400

/** `./x.ts` and `../x.ts`: a file of this project. */
const isOwn = (from: string): boolean => from.startsWith('.')

/** The name of the package in `name/sub/path`. */
const packageOf = (from: string): string =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')

const target = (source: Source, from: string): string =>
  posix.join(posix.dirname(source.path), from)

const at = (source: Source, line: number, what: string): string => `${source.path}:${line}: ${what}`

function everyImport(
  sources: readonly Source[],
  look: (source: Source, one: Import, from: string) => string | null,
): string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((one) => {
      const problem = one.from === null ? 'imports something computed' : look(source, one, one.from)
      return problem === null ? [] : [at(source, one.line, problem)]
    }),
  )
}

/** Each file has a layer, and imports only what that layer may. */
export function layerViolations(sources: readonly Source[]): string[] {
  const lost = sources
    .filter(({ path }) => layerOf(path) === null)
    .map(({ path }) => `${path}: belongs to no layer (see test/project/layers.ts)`)
  const imports = everyImport(sources, (source, { kind }, from) => {
    const layer = layerOf(source.path)
    if (!isOwn(from) || layer === null) return null
    const may = LAYERS[layer]
    const path = target(source, from)
    const to = layerOf(path)
    if (may === undefined || may === 'any' || layer === to) return null
    const below = may.find((one) => one.to === to || one.to === path)
    if (below === undefined) return `${layer} may not import ${path}`
    return below.type && kind !== 'type' ? `${layer} may import only types from ${path}` : null
  })
  return [...lost, ...imports]
}

/** Imports of own files say the whole name, and the file is there. */
export function pathViolations(sources: readonly Source[]): string[] {
  const known = new Set(sources.map(({ path }) => path))
  return everyImport(sources, (source, _one, from) => {
    if (!isOwn(from)) return null
    return known.has(target(source, from)) ? null : `there is no ${from}`
  })
}

/** Contracts are types: nothing of `spi` is there at run time. */
export function contractViolations(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => layerOf(path) === 'spi')
    .flatMap((source) => source.runs.map((line) => at(source, line, 'spi holds types only')))
}

/**
 * Packages that are imported are dependencies; drivers are loaded lazily, in their adapters.
 *
 * @param dependencies the names under `dependencies` and `peerDependencies`
 */
export function packageViolations(
  sources: readonly Source[],
  dependencies: readonly string[],
): string[] {
  return everyImport(sources, (source, { kind }, from) => {
    if (isOwn(from) || isBuiltin(from)) return null
    const name = packageOf(from)
    if (isDriver(name)) {
      const layer = layerOf(source.path)
      const lazy = kind === 'lazy' && layer !== null && DRIVER_LAYERS.includes(layer)
      return lazy ? null : `${name} may only be loaded by import(), in its adapter`
    }
    return dependencies.includes(name) ? null : `${name} is no dependency of this package`
  })
}

/** What the client is made of runs in a browser: nothing it leads to needs Node. */
export function browserViolations(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const reached = new Set(sources.filter(({ path }) => BROWSER.some((top) => path.startsWith(top))))
  for (const source of reached) {
    for (const { from, kind } of source.imports) {
      if (from === null || kind === 'type') continue
      const next = isOwn(from) ? byPath.get(target(source, from)) : undefined
      if (next !== undefined) reached.add(next)
    }
  }
  return everyImport([...reached], (_source, { kind }, from) =>
    kind !== 'type' && isBuiltin(from) ? `the client runs in browsers, without ${from}` : null,
  )
}

/** Circles of imports, type imports included, each as `a → b → a`. */
export function cycles(sources: readonly Source[]): string[] {
  const next = new Map(
    sources.map((source) => [
      source.path,
      source.imports.flatMap(({ from }) =>
        from !== null && isOwn(from) ? [target(source, from)] : [],
      ),
    ]),
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const begin = trail.indexOf(path)
    if (begin >= 0) found.push([...trail.slice(begin), path].join(' → '))
    if (begin >= 0 || done.has(path)) return
    for (const to of next.get(path) ?? []) visit(to, [...trail, path])
    done.add(path)
  }
  for (const path of next.keys()) visit(path, [])
  return found
}

/**
 * Files that only pass on what others hold, and are no way into the package.
 *
 * @param entries the paths of the entry points
 */
export function barrels(sources: readonly Source[], entries: readonly string[]): string[] {
  return sources
    .filter(({ path, onlyPassesOn }) => onlyPassesOn && !entries.includes(path))
    .map(({ path }) => `${path}: only passes on what stands elsewhere`)
}

/** Default exports. */
export function defaultExports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.defaults.map((line) => at(source, line, 'a default export')),
  )
}

/** Each `any` without a comment on the line before that says why. */
export function bareAnys(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.anys.map((line) => at(source, line, '`any` without a comment on the line before')),
  )
}

/** Files that are too long. */
export function tooLong(sources: readonly Source[]): string[] {
  return sources
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines, more than ${MOST_LINES}`)
}
