import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** `.ci/run` counts the tests by this file. */
const report = process.env.TERTULIA_TEST_REPORT

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-global.ts'],
    // Many tests wait for sockets and disks; the default leaves one core idle.
    maxWorkers: availableParallelism(),
    testTimeout: 20_000,
    hookTimeout: 30_000,
    ...(report === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: report } }),
  },
})
