/** The code in documents: taken out, checked, and run as it stands. */

import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { parseMarkdown } from './markdown.ts'

/** A block of JavaScript or TypeScript of a document. */
export interface Snippet {
  readonly language: 'js' | 'ts'
  /**
   * Said after the language. `run`: a whole program. `fragment`: a piece that is only parsed.
   * Without a word: a piece that compiles by itself.
   */
  readonly kind: 'run' | 'fragment' | 'whole'
  readonly code: string
  /** Line of the document where it begins. */
  readonly line: number
}

/** The blocks of a document that are JavaScript or TypeScript. */
export function snippetsOf(markdown: string): Snippet[] {
  return parseMarkdown(markdown).blocks.flatMap(({ info, code, line }): Snippet[] => {
    const [language, word] = info
    if (language !== 'js' && language !== 'ts') return []
    if (word !== undefined && word !== 'run' && word !== 'fragment') {
      throw new Error(`line ${line}: \`${language} ${word}\` means nothing here`)
    }
    return [{ language, kind: word ?? 'whole', code, line }]
  })
}

/** The name of the file a snippet is run as. */
export function fileName({ language, code, line }: Snippet): string {
  const common = language === 'js' && /\brequire\(/.test(code) && !/^import\b/m.test(code)
  return `line-${line}.${common ? 'cjs' : language === 'js' ? 'mjs' : 'mts'}`
}

/** What JavaScript must have right too, although it has no types: names, modules, options. */
const SERIOUS = new Set([2304, 2305, 2307, 2353, 2552, 2561, 2724])

/**
 * What is wrong in snippets, one line each. Those of TypeScript have to be correct, types and all;
 * of those of JavaScript every name, import and option has to exist; fragments are only parsed.
 *
 * @param modules where the modules of this package are: from name to source file
 */
export function problemsIn(
  snippets: readonly Snippet[],
  root: string,
  modules: Readonly<Record<string, string>>,
): string[] {
  const files = new Map(snippets.map((snippet) => [`${root}/${fileName(snippet)}`, snippet]))
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowJs: true,
    checkJs: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    paths: Object.fromEntries(Object.entries(modules).map(([name, path]) => [name, [path]])),
  }
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists, getSourceFile } = host
  host.getCurrentDirectory = () => root
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path)?.code ?? readFile(path)
  host.getSourceFile = (path, target, ...rest) => {
    const snippet = files.get(path)
    if (snippet === undefined) return getSourceFile(path, target, ...rest)
    // Alone, so that names of one snippet don't meet those of another.
    return ts.createSourceFile(path, `${snippet.code}\nexport {}\n`, target, true)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return [...files].flatMap(([path, snippet]) => {
    const file = program.getSourceFile(path)
    const wrong: ts.Diagnostic[] = [...program.getSyntacticDiagnostics(file)]
    if (snippet.kind !== 'fragment') {
      const found = program.getSemanticDiagnostics(file)
      wrong.push(...found.filter(({ code }) => snippet.language === 'ts' || SERIOUS.has(code)))
    }
    return wrong.map((one) => {
      const line = file?.getLineAndCharacterOfPosition(one.start ?? 0).line ?? 0
      return `line ${snippet.line + line}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`
    })
  })
}

/** Arguments for Node that let it run this file, whichever language it is in. */
export function loaderFor(path: string): string[] {
  if (!/\.[mc]?ts$/.test(path)) return []
  const loader = createRequire(import.meta.url).resolve('tsx')
  return ['--import', pathToFileURL(loader).href]
}

/** The folder this package is in. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
