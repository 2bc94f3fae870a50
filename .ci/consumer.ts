/**
 * Uses the packed package as others do, in a folder of its own: consumer.ts WHAT FOLDER [TARBALL]
 */

import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exportedSources, manifest } from '../test/project/manifest.ts'
import { problemOf, runProgram } from '../test/project/program.ts'
import { fileName, loaderFor, root, snippetsOf } from '../test/project/snippets.ts'
import { readSources } from '../test/project/sources.ts'
import { postgresFolder, startPostgres } from '../test/support/postgres-server.ts'
import { BROWSER_OPTIONS, BROWSER_USE, bundleClient } from './consumer-browser.ts'
import { commands } from './consumer-cli.ts'

const modules = Object.keys(exportedSources())
const [what = '', folder = '', tarball = ''] = process.argv.slice(2)

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Installs the tarball, and what the examples need besides, in an empty folder. */
function install(): void {
  mkdirSync(folder, { recursive: true })
  write('package.json', '{ "name": "consumer", "private": true, "type": "module" }\n')
  const wanted = ['@types/node', ...packagesOfExamples()].map((name) => {
    const version = manifest.devDependencies[name] ?? manifest.dependencies?.[name]
    if (version === undefined) throw new Error(`the examples need ${name}: no devDependency`)
    return `${name}@${version}`
  })
  console.log(run('npm', 'install', '--no-audit', '--no-fund', tarball, ...wanted))
}

/** Packages, and their types, that the examples import besides this one. */
function packagesOfExamples(): string[] {
  const path = join(root, 'examples')
  if (!existsSync(path)) return []
  const names = readSources(path)
    .flatMap(({ imports }) => imports.map(({ from }) => from ?? ''))
    .filter((from) => !/^(\.|tertulia($|\/))/.test(from) && !isBuiltin(from))
    .map((from) => /^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from)
  const types = names.map((name) => `@types/${name}`)
  return [
    ...new Set([...names, ...types.filter((name) => name in manifest.devDependencies)]),
    // The driver of those that keep things in Postgres.
    'pg',
  ]
}

/** Every module can be imported and required, and is the same one; the client can be bundled. */
async function imports(): Promise<void> {
  write(
    'imports.mjs',
    `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
for (const name of ${JSON.stringify(modules)}) {
  const imported = await import(name)
  if (Object.keys(imported).length === 0) throw new Error(name + ' holds nothing')
  if (require(name) !== imported) throw new Error(name + ': required, it is another module')
  console.log(name, Object.keys(imported).join(' '))
}
`,
  )
  console.log(run(process.execPath, 'imports.mjs'))
  write('required.cjs', "require('tertulia').createChatServer()\n")
  run(process.execPath, 'required.cjs')
  await bundleClient(folder)
  await commands(folder)
}

/** The types resolve however the host program resolves modules, its libraries checked too. */
function types(): void {
  const all = modules
    .map((name, index) => `import * as all${index} from '${name}'\nvoid all${index}\n`)
    .join('')
  const use = `import { createChatServer, LIMITS, type ChatServer, type Entry } from 'tertulia'
export const chat: ChatServer = createChatServer({ limits: { rooms: LIMITS.rooms } })
chat.on('message', (entry: Entry) => entry.seq satisfies number)
// @ts-expect-error: the types are there, so this is noticed
createChatServer({ storage: 1 })
`
  for (const extension of ['mts', 'cts', 'ts']) write(`types.${extension}`, use + all)
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    tsc(`types-${resolution}`, { module, moduleResolution: resolution }, ['types.*'])
  }
  write('browser.ts', BROWSER_USE)
  const browser = { ...BROWSER_OPTIONS, module: 'esnext', moduleResolution: 'bundler' }
  tsc('types-browser', browser, ['browser.ts'])
}

function tsc(name: string, options: object, include: readonly string[]): void {
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    ...options,
  }
  write(`${name}.json`, JSON.stringify({ compilerOptions, include }))
  try {
    run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', `${name}.json`)
  } catch (error) {
    throw new Error(`${name}: ${(error as { stdout?: string }).stdout}`)
  }
}

/** The programs of the README run for somebody who has only the package. */
async function readme(): Promise<void> {
  const snippets = snippetsOf(readFileSync(join(root, 'README.md'), 'utf8'))
  const names = snippets
    .filter(({ kind }) => kind === 'run')
    .map((snippet) => {
      write(fileName(snippet), snippet.code)
      return fileName(snippet)
    })
  await runAll(names)
}

/** The examples compile and run; those in Python against a server of the package. */
async function examples(): Promise<void> {
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  const options = { module: 'nodenext', skipLibCheck: true, allowImportingTsExtensions: true }
  tsc('examples', options, ['examples'])
  const paths = readdirSync(join(folder, 'examples'), { recursive: true, encoding: 'utf8' })
  const names = paths.filter((path) => path.endsWith('index.ts')).map((path) => `examples/${path}`)
  // A thousand people (`load`) need more time to go than anybody has here.
  const env = { PORT: '0', TCP_PORT: '0', PEOPLE: '100' }
  const needsDatabase = (name: string): boolean =>
    readFileSync(join(folder, name), 'utf8').includes('DATABASE_URL')
  const simple = names.filter((name) => !needsDatabase(name))
  await runAll(simple, env)
  await withPostgres(async (url) => {
    await runAll(['examples/postgres/index.ts'], { ...env, DATABASE_URL: url })
    const all = 'each once and in order: true'
    await toItsEnd('examples/cluster/index.ts', all, { ...env, DATABASE_URL: url })
  })
  // By the suites of the package.
  for (const path of paths.filter((name) => name.endsWith('conformance.ts'))) {
    await toItsEnd(`examples/${path}`, '\n# fail 0\n', {}, '--test', '--test-reporter=tap')
  }
  await python()
}

/** Runs an example that ends by itself to its end, where it has to have said these words. */
async function toItsEnd(
  path: string,
  words: string,
  env: Record<string, string> = {},
  ...flags: readonly string[]
): Promise<void> {
  const args = [...loaderFor(path), ...flags, path]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    timeout: 60_000,
  })
  if (!stdout.includes(words)) throw new Error(`${path} didn't say "${words}":\n${stdout}`)
  console.log(`${path}: ok\n${stdout.split('\n').slice(-20).join('\n')}`)
}

/** With a database of its own; without any on this machine, not at all. */
async function withPostgres(work: (url: string) => Promise<void>): Promise<void> {
  if (postgresFolder() === null) {
    if (process.env.TERTULIA_REQUIRE_SERVICES === '1') throw new Error('there is no Postgres')
    console.log('there is no Postgres here: left out')
    return
  }
  const server = await startPostgres()
  try {
    await work(server.url)
  } finally {
    await server.remove()
  }
}

async function python(): Promise<void> {
  const { createChatServer } = (await import(
    join(folder, 'node_modules/tertulia/dist/index.js')
  )) as typeof import('../src/index.ts')
  const chat = createChatServer()
  const { tcpPort } = await chat.listen({ port: false, tcpPort: 0 })
  const client = async (name: string, typed: string, ...expected: readonly string[]) => {
    const path = join(folder, 'examples/python', name)
    const running = promisify(execFile)('python3', [path, String(tcpPort)], { timeout: 15_000 })
    running.child.stdin?.end(typed)
    const { stdout, stderr } = await running
    console.log(stdout)
    const missing = expected.filter((words) => !stdout.includes(words))
    if (stderr !== '' || missing.length > 0) {
      throw new Error(`${name}: ${stderr}; not printed: ${missing.join(' | ')}`)
    }
  }
  await client('chat.py', '/nick Ana\nOlá a todos!\n', '[#geral] Ana: Olá a todos!')
  await client('json_client.py', '', "missed: ['said once']", 'same place: True duplicate: True')
  await chat.close()
}

/** Runs programs one after the other, until they have printed something. */
async function runAll(names: readonly string[], env: Record<string, string> = {}): Promise<void> {
  if (names.length === 0) throw new Error('there is nothing to run')
  const problems: string[] = []
  for (const name of names) {
    const ran = await runProgram([...loaderFor(name), name], folder, env)
    const problem = problemOf(ran)
    console.log(`${name}: ${problem ?? 'ok'}\n${ran.out}`)
    if (problem !== null) problems.push(name)
  }
  if (problems.length > 0) throw new Error(`failed: ${problems.join(', ')}`)
}

const WORK: Readonly<Record<string, () => void | Promise<void>>> = {
  install,
  imports,
  types,
  readme,
  examples,
}

const work = WORK[what]
if (work === undefined) throw new Error(`one of ${Object.keys(WORK).join(', ')} is needed`)
await work()
