import { defineConfig } from 'tsup'

export default defineConfig({
  // One entry per subpath of `exports` in package.json, and one per command; a test compares.
  entry: {
    accounts: 'src/accounts.ts',
    files: 'src/files.ts',
    index: 'src/index.ts',
    'metrics/opentelemetry': 'src/metrics/opentelemetry.ts',
    memory: 'src/memory.ts',
    postgres: 'src/postgres.ts',
    protocol: 'src/protocol.ts',
    'storage/sqlite': 'src/storage/sqlite.ts',
    // Not a subpath: the file of the thread that SQLite works in.
    'storage/sqlite-worker': 'src/storage/sqlite-worker.ts',
    testing: 'src/testing/index.ts',
    'transports/http/transport': 'src/transports/http/transport.ts',
    'transports/tcp': 'src/transports/tcp.ts',
    'transports/websocket': 'src/transports/websocket.ts',
    'cli/main': 'src/cli/main.ts',
  },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  // What is shipped is readable as it is; maps would hold every source a second time.
  sourcemap: false,
  clean: true,
  // TypeScript 6 deprecates options that tsup's declaration build still sets.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
})
