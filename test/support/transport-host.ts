/** What the tests of transports stand on: a host that echoes, a clock by hand, a certificate. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ERRORS } from '../../src/errors.ts'
import { LIMITS, type Limits } from '../../src/limits.ts'
import type { Clock, Timer } from '../../src/spi/clock.ts'
import type {
  Connection,
  ConnectionInfo,
  Refused,
  Sink,
  TransportHost,
} from '../../src/spi/transport.ts'

/** Something that can be waited for, checked each time something happened. */
export class Happenings {
  private waiting: (() => void)[] = []

  happened(): void {
    for (const check of this.waiting.splice(0)) check()
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (condition()) resolve()
        else this.waiting.push(check)
      }
      check()
    })
  }
}

/** Time that passes when told to. */
export class ManualClock extends Happenings implements Clock {
  private time = 1000
  private timers: { at: number; task: () => void }[] = []

  now(): number {
    return this.time
  }

  monotonic(): number {
    return this.time
  }

  after(ms: number, task: () => void): Timer {
    const timer = { at: this.time + ms, task }
    this.timers.push(timer)
    this.happened()
    return {
      cancel: () => {
        this.timers = this.timers.filter((other) => other !== timer)
      },
    }
  }

  /** Timers that are set. */
  get pending(): number {
    return this.timers.length
  }

  advance(ms: number): void {
    const end = this.time + ms
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.timers = this.timers.filter((timer) => timer !== next)
      this.time = Math.max(this.time, next.at)
      next.task()
    }
    this.time = end
  }
}

/** One accepted connection and what its sink was told, in order. */
export class Accepted extends Happenings implements Sink {
  readonly connection: Connection
  readonly info: ConnectionInfo
  readonly events: string[] = []
  readonly payloads: string[] = []
  private readonly host: EchoHost

  constructor(connection: Connection, info: ConnectionInfo, host: EchoHost) {
    super()
    this.connection = connection
    this.info = info
    this.host = host
    if (host.finishes) this.finished = () => this.note('finished')
  }

  /** There only when the test wants to decide when it is over. */
  finished?: () => void

  send(...payloads: string[]): boolean {
    return this.connection.send([this.connection.framing.pack(payloads)])
  }

  payload(text: string): void {
    this.payloads.push(text)
    if (text === 'welcome me') this.connection.welcomed?.()
    if (this.host.echoes) this.send(text)
    this.note('payload')
  }

  broken(code: 'bad_frame' | 'too_large' | 'frame_timeout'): void {
    this.note(`broken ${code}`)
    this.send('goodbye') // as the core does
    this.connection.close(ERRORS[code].close ?? 1000, code)
  }

  drained(): void {
    this.note('drained')
  }

  alive(): void {
    this.note('alive')
  }

  closed(): void {
    this.note('closed')
  }

  /** Everything but payloads. */
  get others(): string[] {
    return this.events.filter((event) => event !== 'payload')
  }

  seen(event: string, times = 1): Promise<void> {
    return this.until(() => this.events.filter((other) => other === event).length >= times)
  }

  private note(event: string): void {
    this.events.push(event)
    this.happened()
  }
}

/** A {@link TransportHost} that says everything back. */
export class EchoHost extends Happenings implements TransportHost {
  readonly limits: Limits
  readonly clock = new ManualClock()
  readonly accepted: Accepted[] = []
  readonly logged: string[] = []
  readonly logger = {
    debug: (_: object, message: string) => this.log('debug', message),
    info: (_: object, message: string) => this.log('info', message),
    warn: (_: object, message: string) => this.log('warn', message),
    error: (_: object, message: string) => this.log('error', message),
  }
  echoes = true
  /** Sinks are told of the last word of their peer, and close by themselves. */
  finishes = false
  /** What the host answers before and when a connection comes. */
  refusal: Refused | null = null
  refusalOnAccept: Refused | null = null
  readonly asked: string[] = []

  constructor(limits: Partial<Limits> = {}) {
    super()
    this.limits = { ...LIMITS, ...limits }
  }

  refuses(address: string): Refused | null {
    this.asked.push(address)
    this.happened()
    return this.refusal
  }

  accept(connection: Connection, info: ConnectionInfo): Sink | Refused {
    if (this.refusalOnAccept !== null) return this.refusalOnAccept
    const accepted = new Accepted(connection, info, this)
    this.accepted.push(accepted)
    this.happened()
    return accepted
  }

  /** The nth connection, once it is there. */
  async connection(index = 0): Promise<Accepted> {
    await this.until(() => this.accepted.length > index)
    return this.accepted[index] as Accepted
  }

  private log(level: string, message: string): void {
    this.logged.push(`${level} ${message}`)
    this.happened()
  }
}

export const FULL: Refused = { refused: { code: 3003, status: 503, reason: 'too many' } }

/** Sockets and servers that this process has open. */
export function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(TCP|TLS)/.test(name)).length
}

/** A key and a certificate for localhost and 127.0.0.1. Fails, rather than skip, where there is no openssl. */
export function selfSigned(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    execFileSync(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout ${key} -out ${cert}`.split(
        ' ',
      ),
      { stdio: 'pipe' },
    )
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
