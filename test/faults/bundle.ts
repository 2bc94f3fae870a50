/** Makes plain JavaScript of the server, so that no loader stands between it and its signals. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Inside node_modules: packages resolve, and git doesn't see it. */
const folder = join(root, 'node_modules', `.faults-${process.pid}`)

/** Bundles; returns the file to run. */
export function bundleServer(): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  buildSync({
    entryPoints: {
      server: join(root, 'test/faults/server.ts'),
      // SQLite's thread is started from a file of its own.
      'sqlite-worker': join(root, 'src/storage/sqlite-worker.ts'),
    },
    outdir: folder,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  return join(folder, 'server.js')
}

export function removeBundle(): void {
  rmSync(folder, { recursive: true, force: true })
}
