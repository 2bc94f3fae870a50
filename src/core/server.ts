/** One chat server: its life from start to drain, and what the host program can do with it. */

import { ChatError, CLOSE, ERRORS } from '../errors.ts'
import { texts } from '../i18n/languages.ts'
import { cleanName } from '../protocol/names.ts'
import type {
  ConnectionInfo,
  FileHost,
  Refused,
  Sink,
  Transport,
  TransportHost,
} from '../spi/transport.ts'
import type { ChatEvents, Listener } from './events.ts'
import type { SharedFiles } from './files.ts'
import { Node, type NodeParts } from './node.ts'
import { eventWire, LocalConnection, type Participant, participantOf } from './participant.ts'
import { disconnect } from './revocation.ts'
import { type RoomHandle, roomHandle } from './room-handle.ts'
import { ClientSession } from './session.ts'
import { Upkeep } from './upkeep.ts'

/** Figures of one node at one moment. */
export interface Stats {
  readonly status: 'starting' | 'ok' | 'closing'
  readonly connections: number
  readonly people: number
  /** Rooms open on this node: somebody is in them. */
  readonly rooms: number
  /** Sends waiting for storage. */
  readonly waiting: number
  readonly uptimeMs: number
}

/** Something that lives as long as the server does, and is its own. */
export interface Companion {
  start(): Promise<void>
  stop(): Promise<void>
}

const LOCAL: ConnectionInfo = { transport: 'participant', address: 'local', secure: true }

/** A server without its front doors: those are transports, given to `open`. */
export class Server {
  readonly node: Node
  private readonly upkeep: Upkeep
  private readonly transports: Transport[] = []
  private readonly companions: readonly Companion[]
  private starting: Promise<void> | null = null
  private stopping: Promise<void> | null = null
  private ready = false

  /** @param companions started once the storage is open, stopped before it is closed */
  constructor(parts: NodeParts, companions: readonly Companion[] = []) {
    this.node = new Node(parts)
    this.companions = companions
    this.upkeep = new Upkeep(this.node)
  }

  /** Opens storage and broker and makes the default room. Done once, by whatever comes first. */
  start(): Promise<void> {
    this.starting ??= this.begin().catch((error) => {
      // The next call tries again.
      this.starting = null
      throw error
    })
    return this.starting
  }

  /** Starts a transport; it is stopped by `close`. */
  async open(transport: Transport): Promise<void> {
    await this.start()
    if (this.node.closing) throw new ChatError('shutting_down')
    await transport.start(this.host)
    this.transports.push(transport)
  }

  /** What transports get from this server. */
  get host(): TransportHost {
    const { node } = this
    return {
      limits: node.limits,
      clock: node.clock,
      logger: node.logger,
      refuses: (address) => this.refuses(address),
      refused: (input) => {
        node.counts.refused(input.code)
        node.refusals.note(input, input.address)
      },
      ...(node.files === null ? undefined : { files: this.fileHost(node.files) }),
      accept: (connection, info) => {
        const refused = this.refuses(info.address)
        if (refused !== null) return refused
        const session = new ClientSession(node, connection, info)
        node.came(session)
        return session
      },
    }
  }

  private fileHost(files: SharedFiles): FileHost {
    const sessionOf = (sink: Sink): ClientSession => {
      const session = sink as ClientSession
      if (!this.node.sessions.has(session)) throw new ChatError('closed')
      return session
    }
    return {
      upload: async (sink, file) => {
        const info = await files.upload(sessionOf(sink), file)
        this.node.counts.uploads += 1
        return info
      },
      download: async (sink, id) => files.download(sessionOf(sink), id),
    }
  }

  room(name: string): RoomHandle {
    return roomHandle(this.node, name, () => this.start())
  }

  async participant(name: string): Promise<Participant> {
    await this.start()
    const { node } = this
    if (node.closing) throw new ChatError('shutting_down')
    const clean = cleanName(name, node.limits.nameChars)
    const connection = new LocalConnection((error) =>
      node.logger.error({ err: error, participant: clean }, 'a participant failed'),
    )
    const session = new ClientSession(node, connection, LOCAL, eventWire(node.wires))
    node.came(session)
    connection.attach(session)
    try {
      const { person } = await connection.ask('hello', { version: 1, name: clean })
      return participantOf(
        connection,
        () => session.presence?.person ?? person,
        () => session.end(CLOSE.normal, texts(session.lang).goodbye),
      )
    } catch (error) {
      session.end(CLOSE.normal, '')
      throw error
    }
  }

  /** Ends all connections of a person, on every node. */
  disconnect(id: string): void {
    disconnect(this.node, id)
  }

  on<N extends keyof ChatEvents>(name: N, listener: Listener<N>): () => void {
    return this.node.events.on(name, listener)
  }

  stats(): Stats {
    const { node } = this
    return {
      status: node.closing ? 'closing' : this.ready ? 'ok' : 'starting',
      connections: node.sessions.size,
      people: node.directory.size,
      rooms: node.rooms.open.size,
      waiting: node.committer.waiting,
      uptimeMs: node.uptimeMs,
    }
  }

  /** Drains and closes. A second call gives the same promise. */
  close(): Promise<void> {
    this.stopping ??= this.end()
    return this.stopping
  }

  private async begin(): Promise<void> {
    const { node } = this
    await node.storage.open()
    await node.files?.open()
    for (const companion of this.companions) await companion.start()
    await this.join()
    await node.admin.open()
    node.secret = await node.ask(
      node.storage.setting('ticket-secret', node.makeId() + node.makeId()),
    )
    if (node.defaultRoom !== undefined) {
      await roomHandle(node, node.defaultRoom, async () => {}).create()
    }
    this.upkeep.start()
    this.ready = true
  }

  /** Takes its place among the other nodes. */
  private async join(): Promise<void> {
    const { link, presence, logger } = this.node
    if (link === null || presence === null) return
    await link.open(() => {
      presence.start()
      this.upkeep.compare().catch((error) => logger.warn({ err: error }, 'comparing failed'))
    })
    await link.hear((node, message) => presence.hear(node, message))
    presence.start()
  }

  private refuses(address: string): Refused | null {
    const { node } = this
    const { connections, connectionsPerAddress } = node.limits
    if (node.closing) return refusal('shutting_down')
    if (
      node.sessions.size >= connections ||
      node.addresses.connections(address) >= connectionsPerAddress
    ) {
      node.turnAway(address)
      return refusal('too_many_connections')
    }
    return null
  }

  private async end(): Promise<void> {
    const { node } = this
    node.closing = true
    node.files?.stop()
    if (this.starting === null) return
    await this.starting.catch(() => {})
    this.upkeep.stop()
    const { drainMs, closeMs } = node.limits
    // What was taken in is stored and answered; then everybody is told to come back.
    await this.within(drainMs, node.committer.idle())
    node.delivery.flush()
    for (const session of [...node.sessions]) {
      session.end(CLOSE.shutdown, texts(session.lang).errors.shutting_down)
    }
    await this.within(closeMs + 1000, node.deserted())
    await Promise.all(this.transports.map((transport) => transport.stop()))
    await this.within(closeMs, node.finished())
    await Promise.all(this.companions.map((companion) => companion.stop()))
    node.refusals.sweep(true)
    node.presence?.stop()
    await node.link?.close()
    await node.files?.close()
    await node.storage.close()
  }

  private within(ms: number, work: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.node.clock.after(ms, resolve)
      work.finally(() => timer.cancel()).then(resolve, reject)
    })
  }
}

function refusal(code: 'shutting_down' | 'too_many_connections'): Refused {
  const { close, http, text } = ERRORS[code]
  return { refused: { code: close ?? CLOSE.internal, status: http, reason: text } }
}
