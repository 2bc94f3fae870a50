/** What the client costs a page. README says so, too. */

import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** Most bytes of the client, minified and compressed. */
const BUDGET = 14_500

it('the client for browsers stays small', async () => {
  const { outputFiles } = await build({
    entryPoints: ['src/client.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
  })
  const size = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
  expect(size).toBeGreaterThan(1000)
  expect(size).toBeLessThanOrEqual(BUDGET)
})
