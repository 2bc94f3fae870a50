/** What a chat server can be made with, and whether it makes sense. */

import { storageAccounts } from './auth/accounts.ts'
import type { FileParts } from './core/files.ts'
import { HOOK_NAMES } from './core/hook.ts'
import type { Companion } from './core/server.ts'
import { fileRules } from './files/rules.ts'
import type { FileType } from './files/type.ts'
import { LANGS, type Lang } from './i18n/languages.ts'
import { LIMITS, type Limits } from './limits.ts'
import { type PrometheusMetrics, prometheusMetrics } from './metrics/prometheus.ts'
import {
  BOOLEAN,
  checkNeed,
  checkNeeds,
  FUNCTION,
  hasMethods,
  type Need,
  type Needs,
  OBJECT,
  TRANSPORT,
  withMethods,
  wrong,
} from './option-checks.ts'
import { cleanRoomName } from './protocol/names.ts'
import type { Accounts, Authenticate } from './spi/auth.ts'
import type { Broker } from './spi/broker.ts'
import type { Clock, MakeId } from './spi/clock.ts'
import type { FileStore } from './spi/files.ts'
import type { Hooks } from './spi/hooks.ts'
import type { Logger } from './spi/logger.ts'
import type { MetricsSink } from './spi/metrics.ts'
import type { Storage } from './spi/storage.ts'
import type { Transport } from './spi/transport.ts'
import { silentLogger, stderrLogger } from './system.ts'

/** Options of {@link createChatServer}. All have defaults. */
export interface ChatServerOptions {
  /** What the server calls itself. Default `Tertulia`. */
  readonly name?: string
  /** Where rooms and messages are kept. Default: memory. */
  readonly storage?: Storage
  /**
   * Where the files are kept that people share, such as `directoryFiles` of `tertulia/files`. It
   * belongs to one storage, and nodes of one server share it. Default: none, files can't be shared.
   */
  readonly files?: FileStore
  /** Which files are accepted, by their content. Default: PDF, JPEG, PNG, GIF and WebP. */
  readonly fileTypes?: readonly FileType[]
  /** Links several nodes. Default: none, this node is alone. */
  readonly broker?: Broker
  /** More ways in, started by `listen` (or by hand with `open`). */
  readonly transports?: readonly Transport[]
  /** Where the application has a say. */
  readonly hooks?: Hooks
  /**
   * The application's own persons: who shows these cookies, headers or this token. Asked first; who
   * isn't one may have an account, or be a guest.
   */
  readonly authenticate?: Authenticate
  /**
   * Accounts with passwords: `true` keeps them in the server's own storage; or those that
   * `storageAccounts` or `remoteAccounts` of `tertulia/accounts` made, which the server neither starts
   * nor stops. Default: none.
   */
  readonly accounts?: Accounts | boolean
  /**
   * Whoever is neither may come in as a guest, under a name that is free. Default: true, and the
   * log says so, but false where `authenticate` or `accounts` is given.
   */
  readonly guests?: boolean
  /** Where clients reach the chat, told with every login. Default: where `listen` listens, if that says it. */
  readonly url?: string
  /** Limits to change; see {@link LIMITS} for all of them, with units and defaults. */
  readonly limits?: Partial<Limits>
  /** The room text clients start in; it always exists. `false`: none. Default `geral`. */
  readonly defaultRoom?: string | false
  /** Newest entries shown to a text client on joining. Default 20. */
  readonly recentOnJoin?: number
  /** Language of texts for people who haven't said theirs. Default `en`. */
  readonly lang?: Lang
  /**
   * Counts and measures, for monitors: `true`, to be asked for with `metrics()` and, if `listen` is
   * told so, at `GET /metrics`; or a sink to give the figures to besides, such as that of
   * `tertulia/opentelemetry`. Default: off.
   */
  readonly metrics?: true | MetricsSink | readonly MetricsSink[]
  /**
   * pino, `console` and Fastify's `app.log` fit. `false`: silence. Default: warnings and errors go to
   * stderr.
   */
  readonly logger?: Logger | false
  /** Time, for tests. */
  readonly clock?: Clock
  /** Random ids, for tests. */
  readonly makeId?: MakeId
}

const need = (needed: string, fits: (value: unknown) => boolean): Need => ({ fits, needed })

const OPTIONS: Needs<ChatServerOptions> = {
  name: need(
    '1 to 64 visible characters',
    (name) => typeof name === 'string' && /^[^\p{C}]{1,64}$/u.test(name),
  ),
  storage: need(
    "a storage, such as sqliteStorage('./chat.db') of tertulia/sqlite,",
    (storage) =>
      hasMethods(storage, ['open', 'append', 'read', 'heads', 'setting', 'close']) &&
      OBJECT.fits((storage as Storage).rooms),
  ),
  files: withMethods(
    "a store such as directoryFiles('./files') of tertulia/files",
    ...['open', 'put', 'get', 'delete', 'list', 'close'],
  ),
  fileTypes: need('a list of types', Array.isArray),
  broker: withMethods(
    'a broker such as redisBroker(url) of tertulia/redis',
    ...['open', 'publish', 'subscribe', 'close'],
  ),
  transports: need('a list', Array.isArray),
  hooks: OBJECT,
  authenticate: FUNCTION,
  accounts: need(
    'true, or what storageAccounts or remoteAccounts made,',
    (accounts) => BOOLEAN.fits(accounts) || hasMethods(accounts, ['login', 'validate']),
  ),
  guests: BOOLEAN,
  url: need(
    'an address such as wss://chat.example.org',
    (url) => typeof url === 'string' && URL.canParse(url),
  ),
  limits: OBJECT,
  defaultRoom: need(
    'the name of a room, or false,',
    (room) => room === false || typeof room === 'string',
  ),
  recentOnJoin: need('an integer from 0', (n) => Number.isSafeInteger(n) && (n as number) >= 0),
  lang: need(`one of ${LANGS.join(', ')}`, (lang) => LANGS.includes(lang as Lang)),
  metrics: null,
  logger: need(
    'a logger (with debug, info, warn, error) such as console, or false,',
    (logger) => logger === false || hasMethods(logger, ['debug', 'info', 'warn', 'error']),
  ),
  clock: withMethods('a clock', 'now', 'monotonic', 'after'),
  makeId: FUNCTION,
}

/** A mistake in the options is told at once, not by the first client that meets it: `invalid_options`. */
export function checkOptions(options: ChatServerOptions): void {
  checkNeeds('createChatServer', options, OPTIONS)
  const { hooks = {}, transports = [] } = options
  for (const [hook, value] of Object.entries(hooks)) {
    if (!HOOK_NAMES.includes(hook)) {
      wrong(`hooks: there is no ${hook}; there are ${HOOK_NAMES.join(', ')}`)
    }
    if (value !== undefined) checkNeed(`hooks.${hook}`, value, FUNCTION)
  }
  for (const [i, transport] of transports.entries()) {
    checkNeed(`transports[${i}]`, transport, TRANSPORT)
  }
}

/** Where what the server has to say goes. */
export function loggerOf({ logger = stderrLogger }: ChatServerOptions): Logger {
  return logger === false ? silentLogger : logger
}

/** The room that always exists. Throws `invalid_options`. */
export function defaultRoomOf(
  { defaultRoom = 'geral' }: ChatServerOptions,
  { roomNameChars }: Limits,
): string | undefined {
  if (defaultRoom === false) return undefined
  try {
    return cleanRoomName(defaultRoom, roomNameChars)
  } catch (error) {
    return wrong(`defaultRoom: ${(error as Error).message}`)
  }
}

/** The limits, with those that were given. Throws `invalid_options`. */
export function limitsOf(given: Partial<Limits> | undefined): Limits {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(LIMITS, name)) {
      wrong(`limits: there is no limit of the name ${name}`)
    }
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      wrong(`limits.${name}: a finite number above 0 is needed`)
    }
  }
  return { ...LIMITS, ...given }
}

/** Where figures go: the text that can be asked for, and all sinks with it. Throws `invalid_options`. */
export function metricsOf(
  given: ChatServerOptions['metrics'],
): { readonly text: PrometheusMetrics; readonly sinks: readonly MetricsSink[] } | null {
  if (given === undefined) return null
  const text = prometheusMetrics()
  const more = given === true ? [] : [given].flat()
  if (more.some((sink) => typeof sink?.histogram !== 'function')) {
    wrong('metrics: true, or a sink, is needed')
  }
  return { text, sinks: [text, ...more] }
}

/** What files need, where they can be shared. Throws `invalid_options`. */
export function filesOf(
  { files: store, fileTypes }: ChatServerOptions,
  { name, records }: Storage,
): FileParts | undefined {
  const rules = fileRules(fileTypes)
  if (store === undefined) return undefined
  if (records === undefined) wrong(`files: ${name} keeps no records of files`)
  return { store, rules }
}

/** Who may come in, and how that is known. */
export interface People {
  readonly authenticate: Authenticate | null
  readonly accounts: Accounts | null
  readonly guests: boolean
  /** Accounts of the server's own. */
  readonly companions: readonly Companion[]
}

/** Makes of the options who may come in. Throws `invalid_options`. */
export function peopleOf(
  { authenticate, accounts = false, guests }: ChatServerOptions,
  parts: {
    readonly storage: Storage
    readonly limits: Limits
    readonly clock: Clock
    readonly makeId: MakeId
    readonly logger: Logger
  },
): People {
  const open = authenticate === undefined && accounts === false
  if (open && guests === undefined) {
    parts.logger.info(
      {},
      'anybody may come in as a guest: say guests: true if that is meant, or give accounts or authenticate',
    )
  }
  const who = { authenticate: authenticate ?? null, guests: guests ?? open }
  if (accounts === false) return { ...who, accounts: null, companions: [] }
  if (accounts !== true) return { ...who, accounts, companions: [] }
  const { storage, ...rest } = parts
  const { records } = storage
  if (records === undefined) return wrong(`accounts: ${storage.name} keeps no accounts`)
  const own = storageAccounts({ ...rest, records })
  return { ...who, accounts: own, companions: [own] }
}
