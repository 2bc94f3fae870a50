/** The package holds what it says, and nothing else. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isDriver } from './project/layers.ts'
import { loadedBy } from './project/loaded.ts'
import { entries, exportedSources, manifest } from './project/manifest.ts'
import { root } from './project/snippets.ts'

const modules = Object.keys(exportedSources())

beforeAll(() => {
  if (!existsSync(join(root, 'dist/index.js'))) throw new Error('npm run build:js comes first')
})

/** Files that only other built files load. */
const INSIDE = ['storage/sqlite-worker']

describe('package.json', () => {
  it('exports what is built, with types first, and as modules only', () => {
    for (const [subpath, target] of Object.entries(manifest.exports)) {
      if (subpath === './package.json') continue
      const built = /^\.\/dist\/(.+)\.js$/.exec((target as { default: string }).default)?.[1]
      // The client is another one on Node; what it exports is the same.
      const node = subpath === './client' ? [['node', './dist/client-node.js']] : []
      expect(Object.entries(target), subpath).toEqual([
        ['types', `./dist/${built}.d.ts`],
        ...node,
        ['default', `./dist/${built}.js`],
      ])
      expect(existsSync(join(root, `dist/${built}.js`)), `${built} is built`).toBe(true)
    }
    expect(manifest.exports['./package.json']).toBe('./package.json')
    expect(manifest.type).toBe('module')
  })

  it('leads to everything that is built, and its sources are there', () => {
    const ways = [
      ...Object.values(manifest.exports).flatMap((target) =>
        typeof target === 'string' ? [] : [target.default ?? '', target.node ?? ''],
      ),
      ...Object.values(manifest.bin),
    ].map((path) => path.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, ''))
    expect(Object.keys(entries).filter((name) => ![...ways, ...INSIDE].includes(name))).toEqual([])
    for (const source of Object.values(entries)) expect(existsSync(join(root, source))).toBe(true)
  })

  it('has the same modules as tsconfig.json shows the examples', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
    const { paths } = config.compilerOptions as { paths: Record<string, string[]> }
    const shown = Object.entries(paths).map(([name, [source]]) => [name, source])
    expect(Object.fromEntries(shown)).toEqual(exportedSources())
  })

  it('names commands that a shell can start', () => {
    expect(Object.keys(manifest.bin)).toEqual(['tertulia'])
    for (const path of Object.values(manifest.bin)) {
      expect(readFileSync(join(root, path), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    }
  })

  it('asks for Nodes that can require modules, and the build aims at the oldest', () => {
    expect(manifest.engines.node).toBe('^20.19 || >=22.12')
    expect(readFileSync(join(root, 'tsup.config.ts'), 'utf8')).toContain("target: 'node20'")
    const workflow = readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8')
    expect(workflow).toMatch(/node: \[20, 22\]/)
  })

  it('has the licence it says', () => {
    expect(manifest.license).toBe('MIT')
    expect(readFileSync(join(root, 'LICENSE'), 'utf8')).toMatch(/^MIT License\n/)
  })

  it('runs nothing when it is installed, and leaves drivers to the host', () => {
    const scripts = Object.keys(manifest.scripts)
    expect(
      scripts.filter((name) => /^(pre|post)?install$|^(pre|post)?prepare$/.test(name)),
    ).toEqual([])
    expect(Object.keys(manifest.dependencies ?? {}).filter(isDriver)).toEqual([])
    for (const name of Object.keys(manifest.peerDependencies ?? {})) {
      expect(manifest.peerDependenciesMeta?.[name]?.optional, `${name} is optional`).toBe(true)
    }
  })
})

describe('what npm packs', () => {
  let packed: string[] = []

  beforeAll(() => {
    // Without scripts: packing would build again, under the feet of the other tests.
    const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [first] = JSON.parse(json) as { files: { path: string }[] }[]
    packed = (first?.files ?? []).map(({ path }) => path)
  })

  it('is built code, and the documents', () => {
    const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
    const papers = ['ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE', 'PROTOCOL.md', 'README.md']
    const documents = [...papers, ...guides.map((name) => `docs/${name}`)]
    const built = /^dist\/([\w/-]+(\.d\.ts|\.js)|web\/[\w-]+\.(css|html|ico|png|svg))$/
    const rest = packed.filter((path) => !built.test(path))
    expect(rest.toSorted()).toEqual([...documents, 'package.json'].toSorted())
  })

  it('is everything that `files` names', () => {
    for (const name of manifest.files) {
      expect(
        packed.some(
          (path) => path === name || path.startsWith(`${name.replace(/\/\*\.md$/, '')}/`),
        ),
        name,
      ).toBe(true)
    }
  })

  it('has no tests and no sources', () => {
    expect(packed).toContain('dist/index.js')
    expect(
      packed.filter((path) => /(^|\/)(src|test|bench|examples|node_modules)\//.test(path)),
    ).toEqual([])
    for (const path of packed.filter((path) => path.endsWith('.js'))) {
      expect(readFileSync(join(root, path), 'utf8'), path).not.toContain('sourceMappingURL')
    }
  })
})

describe('importing', () => {
  it.each(modules)('%s loads no driver, and nothing native', (name) => {
    const { packages, native } = loadedBy(name, root)
    const own = Object.keys(manifest.dependencies ?? {})
    expect(packages.filter((one) => !own.includes(one))).toEqual([])
    expect(native).toEqual([])
  })

  it('tertulia/protocol loads no package at all', () => {
    expect(loadedBy('tertulia/protocol', root).packages).toEqual([])
  })
})

describe('the look at what was loaded', () => {
  const { resolve } = createRequire(import.meta.url)
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-loaded-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    ['imported', `import '${resolve('fast-check')}'`, 'fast-check'],
    ['imported by a statement', `await import('${resolve('fast-check')}')`, 'fast-check'],
    ['required', `createRequire(import.meta.url)('${resolve('ws')}')`, 'ws'],
  ])('finds a package that is %s', (_how, code, name) => {
    const path = join(folder, 'probe.mjs')
    writeFileSync(path, `import { createRequire } from 'node:module'\n${code}\n`)
    expect(loadedBy(path, root).packages).toContain(name)
  })
})
