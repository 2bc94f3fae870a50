/** What the rules of this project need to know of a source file, read from its syntax tree. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** `value` and `type` stand at the top of a file, `lazy` is `import()`, which runs when called. */
export type ImportKind = 'value' | 'type' | 'lazy'

/** One import, or `export … from`. */
export interface Import {
  /** What stands between the quotes; `null`: it is computed. */
  readonly from: string | null
  readonly kind: ImportKind
  readonly line: number
}

/** One source file. */
export interface Source {
  /** Path below the folder that was read, with `/`. */
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  /** Every statement passes on what stands in other files. */
  readonly onlyPassesOn: boolean
  /** Lines of statements that leave something at run time. */
  readonly runs: readonly number[]
  /** Lines of default exports. */
  readonly defaults: readonly number[]
  /** Lines with an `any` that has no comment on the line before. */
  readonly anys: readonly number[]
}

/** Reads one file's text. */
export function parseSource(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const rows = text.split('\n')
  const lineOf = (node: ts.Node): number =>
    file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1
  const imports: Import[] = []
  const defaults: number[] = []
  const anys: number[] = []

  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found !== null) imports.push({ ...found, line: lineOf(node) })
    if (isDefaultExport(node)) defaults.push(lineOf(node))
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      const line = lineOf(node)
      if (!/^\s*(\/\/|\/?\*)/.test(rows[line - 2] ?? '')) anys.push(line)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)

  const { statements } = file
  return {
    path,
    lines: text.endsWith('\n') ? rows.length - 1 : rows.length,
    imports,
    onlyPassesOn: statements.length > 0 && passesOn(statements),
    runs: statements.filter((statement) => !isTypesOnly(statement)).map(lineOf),
    defaults,
    anys,
  }
}

/** Reads every `.ts` file below a folder, in the order of their paths. */
export function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(folder, path), 'utf8')))
}

function importOf(node: ts.Node): Omit<Import, 'line'> | null {
  if (ts.isImportDeclaration(node)) {
    // `import { type A }` still loads the module, since syntax is kept verbatim.
    const types = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return { from: literal(node.moduleSpecifier), kind: types ? 'type' : 'value' }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { from: literal(node.moduleSpecifier), kind: node.isTypeOnly ? 'type' : 'value' }
  }
  if (ts.isImportTypeNode(node)) {
    const { argument } = node
    return { from: ts.isLiteralTypeNode(argument) ? literal(argument.literal) : null, kind: 'type' }
  }
  if (ts.isExternalModuleReference(node)) {
    return { from: literal(node.expression), kind: 'value' }
  }
  if (ts.isCallExpression(node)) {
    const { expression } = node
    const required = ts.isIdentifier(expression) && expression.text === 'require'
    if (!required && expression.kind !== ts.SyntaxKind.ImportKeyword) return null
    return { from: literal(node.arguments[0]), kind: required ? 'value' : 'lazy' }
  }
  return null
}

function literal(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true
  if (ts.isExportSpecifier(node)) return node.name.text === 'default'
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  )
}

function passesOn(statements: readonly ts.Statement[]): boolean {
  const exported = (statement: ts.Statement) => ts.isExportDeclaration(statement)
  return (
    statements.some(exported) &&
    statements.every((statement) => exported(statement) || ts.isImportDeclaration(statement))
  )
}

function isTypesOnly(statement: ts.Statement): boolean {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return true
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly
  return importOf(statement)?.kind === 'type'
}
