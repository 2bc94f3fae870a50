/** The layers, and the rules of the house that a program can check. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { entries, manifest } from './project/manifest.ts'
import {
  bareAnys,
  barrels,
  browserViolations,
  contractViolations,
  cycles,
  defaultExports,
  layerViolations,
  MOST_LINES,
  packageViolations,
  pathViolations,
  tooLong,
} from './project/rules.ts'
import { parseSource, readSources } from './project/sources.ts'

const folder = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
const ways = Object.values(entries).map((path) => path.replace(/^src\//, ''))

const sources = readSources(folder('src'))

/** Sources made up for a test: paths and texts. */
const made = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, text]) => parseSource(path, text))

describe('the sources', () => {
  it('are read', () => {
    expect(sources.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['index.ts', 'spi/storage.ts', 'core/session.ts']),
    )
    expect(ways).toContain('index.ts')
  })

  it('import only what stands below them', () => {
    expect(layerViolations(sources)).toEqual([])
  })

  it('import files that are there, by their whole names', () => {
    expect(pathViolations(sources)).toEqual([])
  })

  it('import no package but dependencies, and drivers only when they are used', () => {
    expect(packageViolations(sources, dependencies)).toEqual([])
  })

  it('keep contracts free of anything that runs', () => {
    expect(contractViolations(sources)).toEqual([])
  })

  it('keep the client free of Node', () => {
    expect(browserViolations(sources)).toEqual([])
  })

  it('have no cycles, type imports included', () => {
    expect(cycles(sources)).toEqual([])
  })

  it('have no barrels but the entry points', () => {
    expect(barrels(sources, ways)).toEqual([])
  })

  it('have no default exports', () => {
    expect(defaultExports(sources)).toEqual([])
  })

  it('say why at each any', () => {
    expect(bareAnys(sources)).toEqual([])
  })

  it.each(['src', 'test', 'bench', 'examples'].filter((name) => existsSync(folder(name))))(
    'have no file over the limit in %s',
    (name) => {
      expect(tooLong(readSources(folder(name)))).toEqual([])
    },
  )
})

describe('the checker of layers', () => {
  it.each([
    ['core/a.ts', "import { tcp } from '../transports/tcp.ts'", 'core may not import'],
    ['core/a.ts', "import type { Tcp } from '../transports/tcp.ts'", 'core may not import'],
    ['core/a.ts', "type T = import('../storage/memory.ts').T", 'core may not import'],
    ['core/a.ts', "const load = () => import('../brokers/redis.ts')", 'core may not import'],
    ['core/a.ts', "export * from '../chat.ts'", 'core may not import chat.ts'],
    ['core/a.ts', "import { run } from '../cli/main.ts'", 'core may not import'],
    ['storage/a.ts', "import { Room } from '../core/room.ts'", 'storage may not import'],
    ['storage/a.ts', "import { en } from '../i18n/en.ts'", 'storage may not import'],
    ['storage/a.ts', "import { memory } from '../brokers/memory.ts'", 'storage may not import'],
    ['transports/http/a.ts', "import '../../core/room.ts'", 'transports may not import'],
    ['spi/a.ts', "import type { J } from '../protocol/json.ts'", 'spi may not import'],
    ['spi/a.ts', "import { ERRORS } from '../errors.ts'", 'spi may import only types'],
    ['protocol/a.ts', "import { Codec } from '../spi/codec.ts'", 'protocol may import only types'],
    ['protocol/a.ts', "import type { S } from '../spi/storage.ts'", 'protocol may not import'],
    ['i18n/a.ts', "import { ERRORS } from '../errors.ts'", 'i18n may import only types'],
    ['client/a.ts', "import { LIMITS } from '../limits.ts'", 'client may not import'],
    ['errors.ts', "import type { Limits } from './limits.ts'", 'errors may not import'],
    ['utils/a.ts', 'export const a = 1', 'belongs to no layer'],
    ['helper.ts', 'export const a = 1', 'belongs to no layer'],
    ['core/a.ts', 'const load = (name: string) => import(name)', 'imports something computed'],
  ])('finds in %s: %s', (path, text, problem) => {
    expect(layerViolations(made({ [path]: text }))).toEqual([expect.stringContaining(problem)])
  })

  it.each([
    ['core/a.ts', "import type { Storage } from '../spi/storage.ts'"],
    ['core/a.ts', "import { text } from '../i18n/en.ts'"],
    ['protocol/a.ts', "import type { Codec } from '../spi/codec.ts'"],
    ['spi/a.ts', "import type { Entry } from '../protocol/types.ts'"],
    ['transports/a.ts', "import { pack } from './http/pack.ts'\nimport '../limits.ts'"],
    ['chat.ts', "import './core/server.ts'\nimport './transports/tcp.ts'"],
    ['testing/a.ts', "import '../core/server.ts'\nimport '../storage/memory.ts'"],
  ])('lets pass in %s: %s', (path, text) => {
    expect(layerViolations(made({ [path]: text }))).toEqual([])
  })
})

describe('the other checkers', () => {
  it('find imports without extension, and of files that are not there', () => {
    const files = { 'core/a.ts': "import './b'\nimport './c.ts'\nimport './d.ts'", 'core/c.ts': '' }
    expect(pathViolations(made(files))).toEqual([
      'core/a.ts:1: there is no ./b',
      'core/a.ts:3: there is no ./d.ts',
    ])
  })

  it.each(['better-sqlite3', 'pg', 'redis', '@nats-io/transport-node'])('keep %s lazy', (name) => {
    const check = (path: string, text: string) =>
      packageViolations(made({ [path]: text }), ['ws', name])
    const problem = [expect.stringContaining('may only be loaded by import()')]
    expect(check('storage/a.ts', `import d from '${name}'`)).toEqual(problem)
    expect(check('storage/a.ts', `import type { D } from '${name}'`)).toEqual(problem)
    expect(check('storage/a.ts', `const d = require('${name}/sub')`)).toEqual(problem)
    expect(check('core/a.ts', `const d = await import('${name}')`)).toEqual(problem)
    expect(check('brokers/a.ts', `const d = await import('${name}')`)).toEqual([])
  })

  it('find packages that are no dependency', () => {
    const files = { 'core/a.ts': "import 'node:fs'\nimport 'ws'\nimport 'vitest/config'" }
    expect(packageViolations(made(files), ['ws'])).toEqual([
      'core/a.ts:3: vitest is no dependency of this package',
    ])
  })

  it('find what runs in a contract', () => {
    const files = {
      'spi/a.ts': "import type { A } from 'x'\nexport interface B {}\nexport const c = 1",
      'spi/b.ts': "import { type A } from 'x'\nexport type { A }\nexport type C = A",
    }
    expect(contractViolations(made(files))).toEqual([
      'spi/a.ts:3: spi holds types only',
      'spi/b.ts:1: spi holds types only',
    ])
  })

  it('find Node below the client', () => {
    const files = {
      'client/a.ts': "import '../protocol/a.ts'\nimport type { S } from 'node:net'",
      'protocol/a.ts': "import { b } from './b.ts'",
      'protocol/b.ts': "import { hash } from 'node:crypto'",
      'core/a.ts': "import 'node:fs'",
    }
    expect(browserViolations(made(files))).toEqual([
      'protocol/b.ts:1: the client runs in browsers, without node:crypto',
    ])
  })

  it('find cycles, through types too', () => {
    const files = {
      'core/a.ts': "import './b.ts'\nimport './d.ts'",
      'core/b.ts': "import type { C } from './c.ts'",
      'core/c.ts': "export * from './b.ts'",
      'core/d.ts': "import './b.ts'",
      'core/e.ts': "import type { E } from './e.ts'",
    }
    expect(cycles(made(files))).toEqual([
      'core/b.ts → core/c.ts → core/b.ts',
      'core/e.ts → core/e.ts',
    ])
  })

  it('find barrels', () => {
    const files = {
      'index.ts': "export * from './core/a.ts'",
      'core/a.ts': "export { b } from './b.ts'\nexport type * from './c.ts'",
      'core/b.ts': "import { b } from './c.ts'\nexport { b }",
      'core/c.ts': "export { a } from './a.ts'\nexport const b = 1",
    }
    expect(barrels(made(files), ['index.ts'])).toEqual([
      'core/a.ts: only passes on what stands elsewhere',
      'core/b.ts: only passes on what stands elsewhere',
    ])
  })

  it.each([
    'export default 1',
    'export default function f() {}',
    'export default class {}',
    'const a = 1\nexport { a as default }',
    "export { default } from './b.ts'",
    'export = 1',
  ])('find the default export in: %s', (text) => {
    expect(defaultExports(made({ 'core/a.ts': text }))).toHaveLength(1)
  })

  it('find each any without a reason', () => {
    const text = [
      'const a: any = 1',
      '// because',
      'const b: any = 1',
      "const c = 'any'",
      'const d = (x: Array<any>) => x',
    ].join('\n')
    expect(bareAnys(made({ 'core/a.ts': text }))).toEqual([
      'core/a.ts:1: `any` without a comment on the line before',
      'core/a.ts:5: `any` without a comment on the line before',
    ])
  })

  it('find long files', () => {
    const lines = (count: number) => 'export {}\n'.repeat(count)
    const files = { 'core/a.ts': lines(MOST_LINES), 'core/b.ts': lines(MOST_LINES + 1) }
    expect(tooLong(made(files))).toEqual([`core/b.ts: ${MOST_LINES + 1} lines, more than 400`])
  })
})
