/** The code in the documents is correct, and that in the README does what it says. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportedSources } from './project/manifest.ts'
import { problemOf, runProgram } from './project/program.ts'
import {
  fileName,
  loaderFor,
  problemsIn,
  root,
  type Snippet,
  snippetsOf,
} from './project/snippets.ts'

function snippetsIn(name: string): Snippet[] {
  const path = join(root, name)
  if (!existsSync(path)) throw new Error(`${name} is not there yet`)
  return snippetsOf(readFileSync(path, 'utf8'))
}

const snippets = snippetsIn('README.md')
const programs = snippets.filter(({ kind }) => kind === 'run')

describe('README.md', () => {
  let folder = ''

  beforeAll(() => {
    if (!existsSync(join(root, 'dist/index.js'))) throw new Error('npm run build:js comes first')
    folder = mkdtempSync(join(tmpdir(), 'tertulia-readme-'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root, join(folder, 'node_modules/tertulia'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has code that can be run', () => {
    expect(programs.length).toBeGreaterThan(0)
  })

  it.each(programs.map((snippet) => [snippet.line, snippet] as const))(
    'has at line %i code that runs as it stands',
    async (_line, snippet) => {
      const name = fileName(snippet)
      writeFileSync(join(folder, name), snippet.code)
      const ran = await runProgram([...loaderFor(name), name], folder)
      expect(problemOf(ran)).toBeNull()
    },
  )
})

describe('the code in', () => {
  const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
  const papers = ['README.md', 'PROTOCOL.md', 'ARCHITECTURE.md', ...guides.map((g) => `docs/${g}`)]

  it.each(papers)('%s is correct', (name) => {
    expect(problemsIn(snippetsIn(name), root, exportedSources())).toEqual([])
  })
})

describe('the checker of code', () => {
  const check = (info: string, code: string): string[] =>
    problemsIn(snippetsOf(`text\n\n\`\`\`${info}\n${code}\n\`\`\`\n`), root, exportedSources())

  it('finds mistakes in TypeScript', () => {
    expect(
      check('ts', "import { LIMITS } from 'tertulia'\nconst a: string = LIMITS.rooms"),
    ).toEqual(["line 5: Type 'number' is not assignable to type 'string'."])
  })

  it('finds in JavaScript what does not exist', () => {
    const code = [
      "import { createChat, createChatServer } from 'tertulia'",
      "import { nothing } from 'tertulia/nothing'",
      "createChatServer({ storge: 'memory' })",
      'createChatServer(nobody)',
    ].join('\n')
    expect(check('js', code)).toEqual([
      expect.stringMatching(/line 4.*createChat/),
      expect.stringMatching(/line 5.*nothing/),
      expect.stringMatching(/line 6.*storge/),
      expect.stringMatching(/line 7.*nobody/),
    ])
    expect(
      check('js run', "import { createChatServer } from 'tertulia'\ncreateChatServer()"),
    ).toEqual([])
  })

  it('only parses fragments', () => {
    expect(check('ts fragment', 'chat.room(name)')).toEqual([])
    expect(check('ts fragment', 'chat.room(')).toHaveLength(1)
  })
})

describe('a program that is run', () => {
  const run = async (code: string): Promise<string | null> =>
    problemOf(await runProgram(['--input-type=module', '--eval', code], root))

  it('may end by itself, or go on until it is told to end', async () => {
    expect(await run("console.log('a')")).toBeNull()
    expect(await run("console.log('a'); setInterval(() => {}, 1000)")).toBeNull()
  })

  it('must not fail, then or later, nor write to stderr', async () => {
    expect(await run('process.exit(3)')).toContain('it ended with 3')
    expect(await run("console.log('a'); console.error('bad')")).toContain('bad')
    expect(await run("console.log('a'); setTimeout(() => { throw Error('late') }, 50)")).toContain(
      'late',
    )
    expect(
      await run(
        "process.on('SIGINT', () => process.exit(4)); console.log('a'); setInterval(() => {}, 1000)",
      ),
    ).toContain('it ended with 4')
  })
})
