import { defineConfig } from 'tsup'

const trial = process.argv.includes('--no-dts')

const library = defineConfig({
  // One entry per subpath of `exports` in package.json, and one per command; a test compares.
  entry: {
    accounts: 'src/accounts.ts',
    'brokers/nats': 'src/brokers/nats.ts',
    'brokers/redis': 'src/brokers/redis.ts',
    client: 'src/client.ts',
    'client-node': 'src/client-node.ts',
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
    web: 'src/web.ts',
    'cli/main': 'src/cli/main.ts',
  },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  // What is shipped is readable as it is; maps would hold every source a second time.
  sourcemap: false,
  // A build for trying things (`--no-dts`) leaves in place what runs from `dist` meanwhile.
  clean: trial ? false : ['!web/**'],
  // TypeScript 6 deprecates options that tsup's declaration build still sets.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
})

/** What browsers load: `src/web.ts` serves these files. */
const pages = defineConfig({
  entry: {
    chat: 'src/web/chat/main.ts',
    admin: 'src/web/admin/main.ts',
    // The SDK, for pages without a bundler.
    client: 'src/client.ts',
    worker: 'src/web/worker.ts',
    'chat-style': 'src/web/chat/style.css',
    'admin-style': 'src/web/admin/style.css',
  },
  publicDir: 'src/web/static',
  outDir: 'dist/web',
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  splitting: false,
  minify: true,
  sourcemap: false,
  clean: !trial,
  dts: false,
})

export default [library, pages]
