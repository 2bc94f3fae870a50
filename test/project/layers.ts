/** The layers of `src`, and what each may import. `ARCHITECTURE.md` tells why. */

/** May be imported: a layer, or one file of it; `type`: but only its types. */
interface Below {
  readonly to: string
  readonly type?: true
}

const types = (to: string): Below => ({ to, type: true })
const all = (...names: readonly string[]): readonly Below[] => names.map((to) => ({ to }))

/** Adapters know the contracts, never the core, and never speak to people. */
const ADAPTER = all('spi', 'protocol', 'errors', 'limits', 'address', 'system')

/** Joins the layers: may import whatever it needs. */
const JOINS = 'joins'

/** What each layer may import besides itself; `'any'`: everything. */
export const LAYERS: Readonly<Record<string, readonly Below[] | 'any'>> = {
  errors: [],
  limits: [],
  address: [],
  system: [types('spi')],
  i18n: [types('errors')],
  spi: [types('protocol/types.ts'), types('errors'), types('limits')],
  protocol: [...all('errors', 'i18n'), types('spi/codec.ts')],
  transports: ADAPTER,
  storage: ADAPTER,
  brokers: ADAPTER,
  auth: ADAPTER,
  metrics: ADAPTER,
  files: ADAPTER,
  client: all('protocol', 'errors'),
  'client-node': all('client', 'protocol', 'errors'),
  web: [...all('client', 'client.ts', 'protocol', 'errors'), types('spi'), types('limits')],
  core: all('spi', 'protocol', 'i18n', 'errors', 'limits', 'address', 'system'),
  cli: 'any',
  testing: 'any',
  [JOINS]: 'any',
}

/** Files that stand directly in `src` and join the layers: the composition root and the faces. */
const JOINERS = [
  'accounts.ts',
  'chat-options.ts',
  'chat.ts',
  'client-node.ts',
  'client.ts',
  'files.ts',
  'index.ts',
  'listen-options.ts',
  'memory.ts',
  'option-checks.ts',
  'postgres.ts',
  'protocol.ts',
  'web.ts',
]

/** Layers that are one file. */
const FILES = ['address', 'errors', 'limits', 'system']

/** Layers that run in browsers: the client, and the pages of `web` (below these folders). */
export const BROWSER = ['client/', 'web/ui/', 'web/chat/', 'web/admin/']

/** The layers where a driver may be loaded: by the adapter that needs it, when it is used. */
export const DRIVER_LAYERS = ['storage', 'brokers', 'auth', 'metrics']

/** Whether a package is an optional driver, that the host program installs or doesn't. */
export function isDriver(packageName: string): boolean {
  return (
    ['better-sqlite3', 'pg', 'redis', '@node-rs/argon2', '@opentelemetry/api'].includes(
      packageName,
    ) || packageName.startsWith('@nats-io/')
  )
}

/** The layer of a path below `src`; `null`: it has no place yet. */
export function layerOf(path: string): string | null {
  const [first = '', ...rest] = path.split('/')
  if (rest.length === 0) {
    if (JOINERS.includes(first)) return JOINS
    const name = first.replace(/\.ts$/, '')
    return FILES.includes(name) ? name : null
  }
  return first !== JOINS && Object.hasOwn(LAYERS, first) ? first : null
}
