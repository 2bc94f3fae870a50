// Makes plain JavaScript of the servers and the load generator, so that no loader runs beside what is
// measured.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { serverKinds } from './servers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Inside node_modules, two folders below the root: packages resolve, and git doesn't see it. */
const folder = join(root, 'node_modules', `.bench-${process.pid}`)

export function bundled(name: string): string {
  return join(folder, `${name}.mjs`)
}

export function bundle(): void {
  const servers = new Set(serverKinds.map((one) => one.file))
  const entries = [...servers].map((file) => [file, join(root, 'bench/servers', `${file}.ts`)])
  entries.push(['load', join(root, 'bench/load/main.ts')])
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
