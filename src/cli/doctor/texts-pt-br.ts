/** What `tertulia doctor` says, in Brazilian Portuguese. */

import { sizeText } from '../../i18n/sizes.ts'
import { said } from './said.ts'
import type { Texts } from './texts-en.ts'

const size = (bytes: number): string => sizeText(bytes, ',')
const count = (n: number): string => n.toLocaleString('pt-BR')
const days = (n: number): string => (n === 1 ? '1 dia' : `${n} dias`)

/** The texts, in Brazilian Portuguese. */
export const PT_BR: Texts = {
  words: { ok: 'ok', warn: 'aviso', fail: 'ERRO' },
  title: (version) => `tertulia doctor ${version}`,
  summary: (fails, warns) => {
    const looks = warns === 1 ? '1 ponto merece atenção' : `${warns} pontos merecem atenção`
    if (fails > 0) return `${fails} a corrigir${warns > 0 ? `, ${looks}` : ''}.`
    return warns > 0 ? `Funciona; ${looks}.` : 'Está tudo bem.'
  },
  late: said(
    'demorou demais para descobrir',
    'tente de novo quando a máquina tiver menos a fazer, ou veja à mão',
  ),
  broken: (error) => said(`não foi possível verificar: ${error}`),
  crashed: 'terminou sem dizer nada',
  noAnswer: 'sem resposta',

  node: (version, range) => said(`Node ${version} (é preciso ${range})`),
  nodeWrong: (version, range) =>
    said(`Node ${version}, mas é preciso ${range}`, 'instale outro Node: https://nodejs.org'),
  package: (version) => said(`versão ${version}`),
  files: (limit, connections) =>
    said(
      `${Number.isFinite(limit) ? `${count(limit)} arquivos podem` : 'qualquer número de arquivos pode'} ficar abertos, o bastante para ${count(connections)} conexões`,
    ),
  filesFew: (limit, room, wanted) =>
    said(
      `${count(limit)} arquivos podem ficar abertos: cabem cerca de ${count(room)} conexões`,
      `para mais, aumente para ${count(wanted)}: ulimit -n, LimitNOFILE= do systemd, --ulimit nofile= do Docker`,
    ),
  memory: (bytes, contained) =>
    said(`${size(bytes)}${contained ? ', definidos pelo contêiner' : ''}`),
  memoryLittle: (bytes, contained) =>
    said(
      `só ${size(bytes)}${contained ? ', definidos pelo contêiner' : ''}`,
      'dê 256 MB ou mais, ou reduza os limites, primeiro connections e outboxBytes',
    ),
  memoryHeap: (bytes, heap) =>
    said(
      `o contêiner dá ${size(bytes)}, e o Node deixaria seu heap crescer até ${size(heap)}`,
      `defina NODE_OPTIONS=--max-old-space-size=${Math.floor((bytes * 0.75) / 1024 / 1024)}`,
    ),
  clock: (time, zone) => said(`${time} UTC (fuso ${zone}; os registros usam UTC)`),
  clockWrong: (time) =>
    said(`não são ${time}: tokens e mensagens teriam horas erradas`, 'acerte o relógio (NTP)'),
  clockZone: (time, zone) =>
    said(`${time} UTC; não existe o fuso TZ=${zone}`, 'use um como America/Sao_Paulo, ou nenhum'),

  driverFor: {
    'better-sqlite3': 'mensagens guardadas em um arquivo',
    pg: 'mensagens no Postgres, vários nós',
    redis: 'vários nós ligados por Redis',
    '@nats-io/transport-node': 'vários nós ligados por NATS',
    '@node-rs/argon2': 'senhas com hash argon2id',
    '@opentelemetry/api': 'números para o OpenTelemetry',
  },
  driver: (version, what) => said(`${version}: ${what}`),
  driverAbsent: (name, what) =>
    said(`não instalado, e não é preciso agora (npm install ${name}: ${what})`),
  driverWanted: (name) =>
    said('não instalado: as mensagens somem quando o servidor termina', `npm install ${name}`),
  driverMissing: (name) => said('não instalado, e --storage precisa dele', `npm install ${name}`),
  driverBroken: (name, version, error) =>
    said(`${version} está instalado, mas não pode ser carregado: ${error}`, `npm rebuild ${name}`),
  driverVersion: (name, version, range) =>
    said(`${version} está instalado, mas é preciso ${range}`, `npm install "${name}@${range}"`),
  pages: said('as páginas de chat e administração estão aqui'),
  pagesOff: said('não são mostradas: --pages está desligado'),
  pagesMissing: said('as páginas não foram construídas', 'npm run build'),

  portAny: said('qualquer uma livre'),
  portFree: (port, host) => said(`${port} está livre em ${host}`),
  portOurs: (port, flag) =>
    said(
      `um Tertulia responde na ${port}`,
      `se não é o que você espera, escolha outra com --${flag}`,
    ),
  portTaken: (port, flag) =>
    said(
      `${port} está ocupada por outro programa`,
      `escolha outra com --${flag}, ou encerre esse programa`,
    ),
  portTwice: (port) =>
    said(`${port} foi pedida duas vezes`, 'dê números diferentes a --port e --tcp-port'),
  portForbidden: (port, flag) =>
    said(
      `${port} não pode ser aberta por este usuário`,
      `escolha com --${flag} uma de 1024 para cima, com um proxy na frente`,
    ),
  portHost: (host, code) =>
    said(
      `não é possível escutar em ${host} (${code})`,
      '--host deve ser um endereço desta máquina, como 127.0.0.1, 0.0.0.0 ou ::',
    ),
  hostOpen: (host) =>
    said(
      `${host} é alcançado por outros, e o que chega ali não é cifrado: nem as senhas`,
      'ponha um proxy com TLS na frente e diga o endereço dele: --url wss://…',
    ),

  metricsOpen: said(
    'quem alcança a porta pode ler os números em /metrics',
    'reserve /metrics aos seus monitores no proxy da frente, ou --metrics off',
  ),

  memoryStorage: said('memória: as mensagens somem quando o servidor termina'),
  filesOff: said('arquivos não são compartilhados'),
  filesMemory: said('na memória: somem quando o servidor termina'),
  folder: (path) => said(`pode-se escrever em ${path}`),
  folderComing: (path) => said(`${path} pode ser criada`),
  folderMissing: (path) => said(`${path} não existe`, `mkdir -p ${path}`),
  folderNone: (path) => said(`${path} não é uma pasta`, 'escolha outro lugar com --files'),
  folderClosed: (path, error, user) =>
    said(
      `não se pode escrever em ${path}: ${error}`,
      `dê a pasta a quem roda o servidor: chown ${user} ${path}`,
    ),
  disk: (path, free) => said(`${size(free)} livres em ${path}`),
  diskLow: (path, free) =>
    said(`só ${size(free)} livres em ${path}`, 'libere espaço: com o disco cheio ninguém fala'),
  diskFull: (path, free) =>
    said(`${size(free)} livres em ${path}: nada pode ser guardado`, 'libere espaço'),
  diskNetwork: (path, name) =>
    said(
      `${path} fica em um sistema de arquivos de rede (${name}), onde as travas do SQLite não valem`,
      'guarde o arquivo em um disco desta máquina, ou use Postgres',
    ),
  diskMemory: (path, name) =>
    said(
      `${path} fica na memória (${name}): some quando a máquina reinicia`,
      'escolha uma pasta em disco',
    ),
  diskContainer: (path) =>
    said(`${path} é parte do contêiner: some quando ele é removido`, 'monte ali um volume'),

  sqliteNew: (file) => said(`${file} será criado`),
  sqliteNoFile: (file) =>
    said(`${file} não é um arquivo`, 'escolha outro com --storage sqlite:ARQUIVO'),
  sqliteClosed: (file, user) =>
    said(
      `${file} não pode ser lido e escrito`,
      `dê o arquivo a quem roda o servidor: chown ${user} ${file}*`,
    ),
  sqliteOther: (file) =>
    said(`${file} não é um banco SQLite`, 'escolha outro arquivo, ou restaure uma cópia'),
  sqliteDamaged: (file, what) =>
    said(
      `${file} está danificado: ${what}`,
      'pare o servidor, guarde uma cópia, restaure o último backup e então: tertulia admin restored',
    ),
  sqliteBusy: (file) =>
    said(`${file} está travado por outro processo`, 'veja quem o segura e tente de novo'),
  sqliteUnread: (file, error) => said(`${file} não pode ser aberto: ${error}`),
  sqliteLarge: (file, bytes) =>
    said(
      `${file} (${size(bytes)}) abre; é grande demais para ser conferido aqui`,
      `com calma: sqlite3 ${file} "pragma quick_check"`,
    ),
  sqlite: (file, bytes, journal) =>
    said(`${file} (${size(bytes)}, diário ${journal}) está íntegro`),
  schemaNew: said('as tabelas serão criadas na primeira vez'),
  schema: (version) => said(`versão ${version}, a desta versão do programa`),
  schemaOlder: (version, known) =>
    said(
      `versão ${version}; a próxima partida a leva à ${known}`,
      'faça um backup antes: não há volta',
    ),
  schemaNewer: (version, known) =>
    said(
      `versão ${version}, e este programa conhece até a ${known}`,
      'instale a versão que a criou, ou uma mais nova',
    ),
  admins: (n) => said(n === 1 ? '1 pessoa pode tudo' : `${count(n)} pessoas podem tudo`),
  adminsNone: said('ninguém pode tudo ainda', 'npx tertulia admin create NOME'),
  schemaForbidden: said(
    'há tabelas a criar ou mudar, e este usuário não pode no esquema public',
    'como dono: grant create on schema public to …',
  ),

  postgres: (version) => said(`Postgres ${version} guarda o que confirma`),
  postgresFailed: (place, error) =>
    said(
      `${place}: ${error}`,
      'veja endereço, senha e rede; psql com a mesma URL deveria conectar',
    ),
  postgresEncoding: (encoding) =>
    said(`o banco tem a codificação ${encoding}`, 'crie um com encoding UTF8'),
  postgresReplica: said('é uma réplica, ou ainda está iniciando', 'use o endereço do primário'),
  postgresIsolation: (level) =>
    said(
      `default_transaction_isolation é ${level}`,
      "alter role … set default_transaction_isolation = 'read committed'",
    ),
  postgresUnsafe: (name) =>
    said(
      `${name} está desligado: uma queda poderia levar o que foi confirmado`,
      `alter system set ${name} = on; select pg_reload_conf()`,
    ),
  postgresRoom: (free, most, node) =>
    said(`${count(free)} de ${count(most)} livres; um nó usa até ${node}`),
  postgresFull: (free, most, node) =>
    said(
      `só ${count(free)} de ${count(most)} livres; um nó usa até ${node}`,
      'aumente max_connections, ou encerre o que as ocupa',
    ),
  postgresClock: (ms) => said(`a ${ms} ms do relógio desta máquina`),
  postgresSkew: (ms) =>
    said(`a ${count(ms)} ms do relógio desta máquina`, 'acerte os dois relógios (NTP)'),
  notify: said('os nós se ouvem (LISTEN, NOTIFY)'),
  notifyLost: said(
    'avisos se perdem: um pooler que empresta conexões por transação?',
    'conecte direto ao Postgres, ou use o pooler por sessão (pool_mode = session)',
  ),

  accounts: (url) => said(`o serviço em ${url} nos conhece`),
  accountsHere: said('guardadas com as mensagens'),
  accountsOff: said('nenhuma: todos são convidados'),
  accountsNobody: said(
    'ninguém pode entrar: --accounts e --guests estão desligados',
    'ligue um deles',
  ),
  accountsOpen: said('as senhas vão para lá sem cifra', 'use um endereço com https:'),
  accountsSilent: (url, error) =>
    said(`${url} não responde: ${error}`, 'inicie-o lá (tertulia accounts), ou corrija o endereço'),
  accountsSecret: (url, given) =>
    said(
      `${url} não conhece nosso segredo${given ? '' : ': não há nenhum'}`,
      'defina o mesmo TERTULIA_ACCOUNTS_SECRET aqui e lá',
    ),
  accountsOther: (url, status) =>
    said(`${url} responde com status ${status}: é um serviço de contas?`, 'corrija o endereço'),
  accountsNoSecret: (url) =>
    said(
      `${url} responde; sem segredo, todas as nossas pessoas contam lá como um endereço só`,
      'defina o mesmo TERTULIA_ACCOUNTS_SECRET aqui e lá',
    ),
  url: (url) => said(`${url} é dito em cada login`),
  urlScheme: (url) => said(`${url} não é endereço de WebSocket`, 'comece com wss:// ou ws://'),
  urlOpen: (url) =>
    said(
      `${url} não é cifrado: senhas podem ser lidas no caminho`,
      'use wss:// e um proxy com TLS',
    ),
  urlSilent: (url, error) =>
    said(`${url} não é alcançado daqui: ${error}`, 'veja DNS, firewall e o proxy'),
  urlTls: (url, error) =>
    said(`clientes recusariam ${url}: ${error}`, 'instale um certificado que valha para esse nome'),
  certificate: (what, left) => said(`${what}: o certificado vale por ${days(left)}`),
  certificateSoon: (what, left) =>
    said(`${what}: o certificado termina em ${days(left)}`, 'renove-o'),
  certificateOver: (what) => said(`${what}: o certificado terminou`, 'renove-o'),
  tlsUnusable: (error) =>
    said(
      `não dá para usar certificado e chave: ${error}`,
      'veja os arquivos de --tls-cert e --tls-key',
    ),
  broker: (host) => said(`os nós se ouvem por ${host}`),
  brokerOff: said('nenhum: cada nó vê o que os outros fizeram quando olha, a cada poucos segundos'),
  brokerDeaf: (host) =>
    said(`nada se ouve por ${host}`, 'veja o endereço, o registro dele e quem pode publicar ali'),
  brokerFailed: (host, error) => said(`${host}: ${error}`, 'veja endereço, senha e rede'),
}
