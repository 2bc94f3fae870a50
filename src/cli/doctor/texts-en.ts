/** What `tertulia doctor` says, in English. */

import { sizeText } from '../../i18n/sizes.ts'
import { said } from './said.ts'

const size = (bytes: number): string => sizeText(bytes, '.')
const count = (n: number): string => n.toLocaleString('en')
const days = (n: number): string => (n === 1 ? '1 day' : `${n} days`)

/** The texts, in English; the others have the same. */
export const EN = {
  words: { ok: 'ok', warn: 'warning', fail: 'ERROR' },
  title: (version: string) => `tertulia doctor ${version}`,
  summary: (fails: number, warns: number): string => {
    const looks = warns === 1 ? '1 is worth a look' : `${warns} are worth a look`
    if (fails > 0) return `${fails} to be mended${warns > 0 ? `, ${looks}` : ''}.`
    return warns > 0 ? `It runs; ${looks}.` : 'All is well.'
  },
  late: said(
    'it took too long to find out',
    'try again when the machine has less to do, or look at it by hand',
  ),
  broken: (error: string) => said(`could not be looked at: ${error}`),
  crashed: 'it ended without a word',
  noAnswer: 'no answer',

  node: (version: string, range: string) => said(`Node ${version} (${range} is needed)`),
  nodeWrong: (version: string, range: string) =>
    said(`Node ${version}, and ${range} is needed`, 'install another Node: https://nodejs.org'),
  package: (version: string) => said(`version ${version}`),
  files: (limit: number, connections: number) =>
    said(
      `${Number.isFinite(limit) ? count(limit) : 'any number of'} files may be open, enough for ${count(connections)} connections`,
    ),
  filesFew: (limit: number, room: number, wanted: number) =>
    said(
      `${count(limit)} files may be open: room for about ${count(room)} connections`,
      `for more, raise it to ${count(wanted)}: ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of Docker`,
    ),
  memory: (bytes: number, contained: boolean) =>
    said(`${size(bytes)}${contained ? ', set by the container' : ''}`),
  memoryLittle: (bytes: number, contained: boolean) =>
    said(
      `only ${size(bytes)}${contained ? ', set by the container' : ''}`,
      'give it 256 MB or more, or lower the limits, connections and outboxBytes first',
    ),
  memoryHeap: (bytes: number, heap: number) =>
    said(
      `the container gives ${size(bytes)}, and Node would let its heap grow to ${size(heap)}`,
      `set NODE_OPTIONS=--max-old-space-size=${Math.floor((bytes * 0.75) / 1024 / 1024)}`,
    ),
  clock: (time: string, zone: string) => said(`${time} UTC (zone ${zone}; logs are in UTC)`),
  clockWrong: (time: string) =>
    said(`it is not ${time}: tokens and messages would have wrong times`, 'set the clock (NTP)'),
  clockZone: (time: string, zone: string) =>
    said(
      `${time} UTC; there is no time zone TZ=${zone}`,
      'name one such as America/Sao_Paulo, or none',
    ),

  driverFor: {
    'better-sqlite3': 'messages kept in a file',
    pg: 'messages in Postgres, several nodes',
    redis: 'several nodes linked by Redis',
    '@nats-io/transport-node': 'several nodes linked by NATS',
    '@node-rs/argon2': 'passwords hashed by argon2id',
    '@opentelemetry/api': 'figures for OpenTelemetry',
  },
  driver: (version: string, what: string) => said(`${version}: ${what}`),
  driverAbsent: (name: string, what: string) =>
    said(`not installed, and not needed now (npm install ${name}: ${what})`),
  driverWanted: (name: string) =>
    said('not installed: messages are gone when the server ends', `npm install ${name}`),
  driverMissing: (name: string) =>
    said('not installed, and --storage needs it', `npm install ${name}`),
  driverBroken: (name: string, version: string, error: string) =>
    said(`${version} is installed, but can't be loaded: ${error}`, `npm rebuild ${name}`),
  driverVersion: (name: string, version: string, range: string) =>
    said(`${version} is installed, and ${range} is needed`, `npm install "${name}@${range}"`),
  pages: said('chat and admin pages are there'),
  pagesOff: said('not shown: --pages is off'),
  pagesMissing: said('the pages are not built', 'npm run build'),

  portAny: said('any free one'),
  portFree: (port: number, host: string) => said(`${port} is free on ${host}`),
  portOurs: (port: number, flag: string) =>
    said(`a Tertulia answers at ${port}`, `if it isn't the one you mean, choose another --${flag}`),
  portTaken: (port: number, flag: string) =>
    said(`${port} is taken by another program`, `choose another --${flag}, or end that program`),
  portTwice: (port: number) =>
    said(`${port} is asked for twice`, 'give --port and --tcp-port different numbers'),
  portForbidden: (port: number, flag: string) =>
    said(
      `${port} may not be opened by this user`,
      `choose a --${flag} of 1024 or above, with a proxy before it`,
    ),
  portHost: (host: string, code: string) =>
    said(
      `${host} can't be listened on (${code})`,
      '--host has to be an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::',
    ),
  hostOpen: (host: string) =>
    said(
      `${host} is reached by others, and what comes there is not encrypted: passwords, too`,
      'put a proxy with TLS before it, and tell its address: --url wss://…',
    ),

  metricsOpen: said(
    'whoever reaches the port can read the figures at /metrics',
    'keep /metrics to your monitors in the proxy before it, or --metrics off',
  ),

  memoryStorage: said('memory: messages are gone when the server ends'),
  filesOff: said('files are not shared'),
  filesMemory: said('in memory: gone when the server ends'),
  folder: (path: string) => said(`${path} can be written to`),
  folderComing: (path: string) => said(`${path} can be made`),
  folderMissing: (path: string) => said(`${path} is not there`, `mkdir -p ${path}`),
  folderNone: (path: string) => said(`${path} is no folder`, 'choose another place by --files'),
  folderClosed: (path: string, error: string, user: string) =>
    said(
      `${path} can't be written to: ${error}`,
      `give it to who runs the server: chown ${user} ${path}`,
    ),
  disk: (path: string, free: number) => said(`${size(free)} free in ${path}`),
  diskLow: (path: string, free: number) =>
    said(`only ${size(free)} free in ${path}`, 'make room: when it is full nothing can be said'),
  diskFull: (path: string, free: number) =>
    said(`${size(free)} free in ${path}: nothing can be stored`, 'make room'),
  diskNetwork: (path: string, name: string) =>
    said(
      `${path} is on a network file system (${name}), where SQLite's locks don't hold`,
      'keep the file on a disk of this machine, or use Postgres',
    ),
  diskMemory: (path: string, name: string) =>
    said(
      `${path} is in memory (${name}): gone when the machine restarts`,
      'choose a folder on a disk',
    ),
  diskContainer: (path: string) =>
    said(`${path} is part of the container: gone when that is removed`, 'mount a volume there'),

  sqliteNew: (file: string) => said(`${file} will be made`),
  sqliteNoFile: (file: string) =>
    said(`${file} is no file`, 'choose another by --storage sqlite:FILE'),
  sqliteClosed: (file: string, user: string) =>
    said(
      `${file} can't be read and written`,
      `give it to who runs the server: chown ${user} ${file}*`,
    ),
  sqliteOther: (file: string) =>
    said(`${file} is no SQLite database`, 'choose another file, or restore it from a backup'),
  sqliteDamaged: (file: string, what: string) =>
    said(
      `${file} is damaged: ${what}`,
      'stop the server, keep a copy, restore the last backup, then: tertulia admin restored',
    ),
  sqliteBusy: (file: string) =>
    said(`${file} is locked by another process`, 'see who holds it, and try again'),
  sqliteUnread: (file: string, error: string) => said(`${file} can't be opened: ${error}`),
  sqliteLarge: (file: string, bytes: number) =>
    said(
      `${file} (${size(bytes)}) opens; it is too large to be looked through here`,
      `at leisure: sqlite3 ${file} "pragma quick_check"`,
    ),
  sqlite: (file: string, bytes: number, journal: string) =>
    said(`${file} (${size(bytes)}, journal ${journal}) is sound`),
  schemaNew: said('the tables will be made at the first start'),
  schema: (version: number) => said(`version ${version}, as this release has it`),
  schemaOlder: (version: number, known: number) =>
    said(
      `version ${version}; the next start brings it to ${known}`,
      'make a backup first: there is no way back',
    ),
  schemaNewer: (version: number, known: number) =>
    said(
      `version ${version}, and this release knows up to ${known}`,
      'install the release that made it, or a later one',
    ),
  admins: (n: number) =>
    said(n === 1 ? '1 person may do everything' : `${count(n)} people may do everything`),
  adminsNone: said('nobody may do everything yet', 'npx tertulia admin create NAME'),
  schemaForbidden: said(
    'tables are to be made or changed, and this user may not in the schema public',
    'as its owner: grant create on schema public to …',
  ),

  postgres: (version: string) => said(`Postgres ${version} keeps what it acknowledges`),
  postgresFailed: (place: string, error: string) =>
    said(
      `${place}: ${error}`,
      'look at address, password and network; psql with the same URL should connect',
    ),
  postgresEncoding: (encoding: string) =>
    said(`the database has the encoding ${encoding}`, 'make one with encoding UTF8'),
  postgresReplica: said('this is a replica, or still starting', 'use the address of the primary'),
  postgresIsolation: (level: string) =>
    said(
      `default_transaction_isolation is ${level}`,
      "alter role … set default_transaction_isolation = 'read committed'",
    ),
  postgresUnsafe: (name: string) =>
    said(
      `${name} is off: a crash could take what was acknowledged`,
      `alter system set ${name} = on; select pg_reload_conf()`,
    ),
  postgresRoom: (free: number, most: number, node: number) =>
    said(`${count(free)} of ${count(most)} are free; a node takes up to ${node}`),
  postgresFull: (free: number, most: number, node: number) =>
    said(
      `only ${count(free)} of ${count(most)} are free; a node takes up to ${node}`,
      'raise max_connections, or end what holds them',
    ),
  postgresClock: (ms: number) => said(`${ms} ms from this machine's`),
  postgresSkew: (ms: number) =>
    said(`${count(ms)} ms from this machine's`, 'set both clocks (NTP)'),
  notify: said('nodes hear each other (LISTEN, NOTIFY)'),
  notifyLost: said(
    'notifications get lost: a pooler that gives out connections by transaction?',
    'connect to Postgres itself, or have the pooler do it by session (pool_mode = session)',
  ),

  accounts: (url: string) => said(`the service at ${url} knows us`),
  accountsHere: said('kept in the storage'),
  accountsOff: said('none: everybody is a guest'),
  accountsNobody: said(
    'nobody can come in: --accounts and --guests are off',
    'turn one of them on',
  ),
  accountsOpen: said('passwords go there unencrypted', 'use an address with https:'),
  accountsSilent: (url: string, error: string) =>
    said(
      `${url} doesn't answer: ${error}`,
      'start it there (tertulia accounts), or mend the address',
    ),
  accountsSecret: (url: string, given: boolean) =>
    said(
      `${url} doesn't know our secret${given ? '' : ': there is none'}`,
      'set the same TERTULIA_ACCOUNTS_SECRET here and there',
    ),
  accountsOther: (url: string, status: number) =>
    said(`${url} answers with status ${status}: is that an account service?`, 'mend the address'),
  accountsNoSecret: (url: string) =>
    said(
      `${url} answers; without a secret all our people count as one address there`,
      'set the same TERTULIA_ACCOUNTS_SECRET here and there',
    ),
  url: (url: string) => said(`${url} is told with every login`),
  urlScheme: (url: string) =>
    said(`${url} is no address of a WebSocket`, 'begin it with wss:// or ws://'),
  urlOpen: (url: string) =>
    said(
      `${url} is not encrypted: passwords can be read on the way`,
      'use wss:// and a proxy with TLS',
    ),
  urlSilent: (url: string, error: string) =>
    said(`${url} can't be reached from here: ${error}`, 'look at DNS, firewall and the proxy'),
  urlTls: (url: string, error: string) =>
    said(`clients would refuse ${url}: ${error}`, 'install a certificate that holds for that name'),
  certificate: (what: string, left: number) =>
    said(`${what}: the certificate holds for ${days(left)}`),
  certificateSoon: (what: string, left: number) =>
    said(`${what}: the certificate ends in ${days(left)}`, 'renew it'),
  certificateOver: (what: string) => said(`${what}: the certificate has ended`, 'renew it'),
  tlsUnusable: (error: string) =>
    said(
      `certificate and key can't be used: ${error}`,
      'see to the files of --tls-cert and --tls-key',
    ),
  broker: (host: string) => said(`nodes hear each other by ${host}`),
  brokerOff: said('none: each node finds what others did when it looks, every few seconds'),
  brokerDeaf: (host: string) =>
    said(`nothing is heard by ${host}`, 'look at its address, its log, and who may publish there'),
  brokerFailed: (host: string, error: string) =>
    said(`${host}: ${error}`, 'look at address, password and network'),
}

/** The texts of a language. */
export type Texts = typeof EN
