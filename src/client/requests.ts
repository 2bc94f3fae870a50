/** Asking: by the connection of the moment, or by the next one. */

import { ChatError } from '../errors.ts'
import type { Op, Operations, Results } from '../protocol/types.ts'
import type { Connection } from './connection.ts'
import type { ClientClock, Handled } from './types.ts'

/** What the client does by methods of its own. */
const HANDLED: readonly Op[] = [
  'hello',
  'join',
  'leave',
  'send',
  'edit',
  'delete',
  'react',
  'msg',
  'nick',
  'read',
  'typing',
  'quit',
] satisfies Handled[]

/** Whether the client has a method of its own for this. */
export const isHandled = (op: Op): boolean => HANDLED.includes(op)

/** Requests of one client. */
export class Requests {
  readonly #clock: ClientClock
  readonly #timeoutMs: number
  /** The connection of the moment, once `hello` was answered. */
  readonly #connection: () => Connection | null
  /** Those that wait for one. */
  readonly #waiting = new Set<(error?: ChatError) => void>()
  #closed = false

  constructor(clock: ClientClock, timeoutMs: number, connection: () => Connection | null) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#connection = connection
  }

  /** Asks once, within the time a request has: `unavailable`; `closed` when the connection is lost. */
  ask<O extends Op>(op: O, fields: Operations[O]): Promise<Results[O]> {
    return this.within((resolve, reject) => {
      const go = (error?: ChatError): void => {
        this.#waiting.delete(go)
        const connection = this.#connection()
        if (error !== undefined) reject(error)
        else if (connection === null) this.#waiting.add(go)
        else connection.ask(op, fields, resolve, reject)
      }
      go()
      return () => this.#waiting.delete(go)
    })
  }

  /** Asks by the connection of the moment; when that is lost, nothing comes. */
  now<O extends Op>(
    op: O,
    fields: Operations[O],
    ok: (result: Results[O]) => void,
    failed: (error: ChatError) => void = () => {},
  ): void {
    const connection = this.#connection()
    const isNow = (): boolean => connection === this.#connection()
    connection?.ask(
      op,
      fields,
      (result) => isNow() && ok(result),
      (error) => isNow() && failed(error),
    )
  }

  /** Rejects with `unavailable` when it takes longer than a request may; `begin` gives what stops it. */
  within<T>(
    begin: (resolve: (value: T) => void, reject: (error: ChatError) => void) => () => unknown,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new ChatError('closed'))
      const late = (): void => {
        stop()
        reject(new ChatError('unavailable', 'no answer in time'))
      }
      const timer = this.#clock.after(this.#timeoutMs, late)
      let stop: () => unknown = () => {}
      stop = begin(
        (value) => {
          timer.cancel()
          resolve(value)
        },
        (error) => {
          timer.cancel()
          reject(error)
        },
      )
    })
  }

  /** There is a connection. */
  connected(): void {
    for (const go of [...this.#waiting]) go()
  }

  /** There won't be one any more. */
  close(error: ChatError): void {
    this.#closed = true
    for (const go of [...this.#waiting]) go(error)
  }
}
