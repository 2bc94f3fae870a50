// Makes plain JavaScript of the servers and the load generator, so that no loader runs beside what is
// measured.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { costFiles } from './costs/list.ts'
import { serverKinds } from './servers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Inside node_modules, two folders below the root: packages resolve, and git doesn't see it. */
const folder = join(root, 'node_modules', `.bench-${process.pid}`)

/** Where the bundle of this file of bench/ is (named without its ending). */
export function bundled(file: string): string {
  return join(folder, `${flat(file)}.mjs`)
}

/** All in one folder, so that they find the built package at the same distance. */
const flat = (file: string): string => file.replaceAll('/', '-')

export function bundle(): void {
  const files = new Set([...serverKinds.map((one) => one.file), ...costFiles])
  files.add('load/main')
  const entries = [...files].map((file) => [flat(file), join(root, 'bench', `${file}.ts`)])
  buildSync({
    entryPoints: Object.fromEntries(entries),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  })
}

export function removeBundle(): void {
  rmSync(folder, { recursive: true, force: true })
}
