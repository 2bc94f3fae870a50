/** One line of the log for each input that was refused, as long as they can be read. */

import { addressKey } from '../address.ts'
import type { ErrorCode } from '../errors.ts'
import type { Op } from '../protocol/types.ts'
import type { Clock } from '../spi/clock.ts'
import type { Logger } from '../spi/logger.ts'

/** What is told of an input that was refused: never what stood in it. */
export interface RefusedInput {
  readonly code: ErrorCode
  /** Absent: it couldn't be read. */
  readonly op?: Op | undefined
  readonly transport?: string
  readonly address: string
  /** Id of the person. Absent: nobody yet. */
  readonly person?: string | undefined
}

/** For so long lines are counted together, in ms. */
const WINDOW_MS = 10_000
/** Lines of one connection, of one address, and of all, in that time. */
const OF_CONNECTION = 10
const OF_ADDRESS = 50
const OF_ALL = 500
/** Addresses of which it is told how many lines were left out. */
const TOLD = 20

interface Address {
  lines: number
  leftOut: number
}

/**
 * Writes lines of level `info`, so many for each connection and address in ten seconds; then one that
 * says how many were left out: whoever sends nonsense can't fill the disk.
 */
export class RefusalLog {
  private readonly logger: Logger
  private readonly clock: Clock
  private began = 0
  private lines = 0
  private readonly byAddress = new Map<string, Address>()
  private readonly byConnection = new Map<unknown, number>()

  constructor(logger: Logger, clock: Clock) {
    this.logger = logger
    this.clock = clock
  }

  /** Something was refused. `connection`: of whom; whatever is the same for the same. */
  note({ code, op, transport, address, person }: RefusedInput, connection: unknown): void {
    this.sweep()
    const key = addressKey(address)
    let from = this.byAddress.get(key)
    if (from === undefined) {
      from = { lines: 0, leftOut: 0 }
      this.byAddress.set(key, from)
    }
    const own = this.byConnection.get(connection) ?? 0
    if (own >= OF_CONNECTION || from.lines >= OF_ADDRESS || this.lines >= OF_ALL) {
      from.leftOut += 1
      return
    }
    this.byConnection.set(connection, own + 1)
    from.lines += 1
    this.lines += 1
    this.logger.info({ code, op, transport, address, person }, 'refused')
  }

  /** Begins to count anew when the time is over (or at the end), and tells what was left out. */
  sweep(end = false): void {
    const now = this.clock.monotonic()
    if (now - this.began < WINDOW_MS && !end) return
    this.began = now
    if (this.byAddress.size === 0) return
    const quiet = [...this.byAddress].filter(([, { leftOut }]) => leftOut > 0)
    this.lines = 0
    this.byAddress.clear()
    this.byConnection.clear()
    for (const [address, { leftOut }] of quiet.slice(0, TOLD)) {
      this.logger.warn({ address, leftOut }, 'more was refused')
    }
    const rest = quiet.slice(TOLD)
    if (rest.length === 0) return
    const leftOut = rest.reduce((sum, [, one]) => sum + one.leftOut, 0)
    this.logger.warn({ addresses: rest.length, leftOut }, 'more was refused')
  }
}
