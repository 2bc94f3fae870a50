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
  return [...new Set([...names, ...types.filter((name) => name in manifest.devDependencies)])]
}

/** Every module can be imported and required, and is the same one. */
function imports(): void {
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
  const version = run('npx', '--no-install', 'tertulia', '--version').trim()
  if (version !== manifest.version) throw new Error(`tertulia --version says ${version}`)
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
  const options = { module: 'nodenext', skipLibCheck: true }
  tsc('examples', options, ['examples'])
  const paths = readdirSync(join(folder, 'examples'), { recursive: true, encoding: 'utf8' })
  const names = paths.filter((path) => path.endsWith('index.ts')).map((path) => `examples/${path}`)
  await runAll(names, { PORT: '0', TCP_PORT: '0' })
  await python()
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
