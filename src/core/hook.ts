/** Runs the host program's hooks so that nothing they do can take the server down. */

import { ChatError, isChatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Clock } from '../spi/clock.ts'
import type { Hook, HookResult, Hooks } from '../spi/hooks.ts'
import type { Logger } from '../spi/logger.ts'

type ContextOf<N extends keyof Hooks> =
  NonNullable<Hooks[N]> extends Hook<infer C, infer _> ? C : never
type ChangeOf<N extends keyof Hooks> =
  NonNullable<Hooks[N]> extends Hook<infer _, infer R> ? R : never

/** What each hook may change; null: nothing. */
const CHANGES: { readonly [N in keyof Hooks]-?: { field: string; type: string } | null } = {
  beforeConnect: { field: 'name', type: 'string' },
  beforeNick: { field: 'name', type: 'string' },
  beforeCreate: { field: 'permanent', type: 'boolean' },
  beforeJoin: null,
  beforeSend: { field: 'text', type: 'string' },
}

/** The names of all hooks. */
export const HOOK_NAMES = Object.keys(CHANGES)

/** The hooks of one server, with their time limit. */
export class HookRunner {
  private readonly hooks: Hooks
  private readonly limits: Limits
  private readonly clock: Clock
  private readonly logger: Logger
  /** Is told how long each hook took, in ms; null: nobody wants to know. */
  measure: ((name: string, ms: number) => void) | null = null

  constructor(hooks: Hooks, limits: Limits, clock: Clock, logger: Logger) {
    this.hooks = hooks
    this.limits = limits
    this.clock = clock
    this.logger = logger
  }

  has(name: keyof Hooks): boolean {
    return this.hooks[name] !== undefined
  }

  /**
   * Runs one hook. Returns what it wants changed, or undefined; throws (or rejects with) the
   * `ChatError` the client is to get. Stays synchronous where the hook is.
   */
  run<N extends keyof Hooks>(
    name: N,
    context: ContextOf<N>,
  ): ChangeOf<N> | undefined | Promise<ChangeOf<N> | undefined> {
    const hook = this.hooks[name] as Hook<ContextOf<N>, ChangeOf<N>> | undefined
    if (hook === undefined) return undefined
    const began = this.measure === null ? 0 : this.clock.monotonic()
    let result: ReturnType<typeof hook>
    try {
      result = hook.call(this.hooks, context)
    } catch (error) {
      this.took(name, began)
      throw this.refusal(name, error)
    }
    if (isThenable(result)) return this.wait(name, result, began)
    this.took(name, began)
    return this.settle(name, result)
  }

  private took(name: string, began: number): void {
    this.measure?.(name, this.clock.monotonic() - began)
  }

  private wait<R>(
    name: keyof Hooks,
    promise: PromiseLike<HookResult<R>>,
    began: number,
  ): Promise<R | undefined> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(this.limits.hookMs, () => {
        reject(this.refusal(name, new Error(`took longer than ${this.limits.hookMs} ms`)))
      })
      promise.then(
        (result) => {
          timer.cancel()
          this.took(name, began)
          try {
            resolve(this.settle(name, result))
          } catch (error) {
            reject(error)
          }
        },
        (error) => {
          timer.cancel()
          this.took(name, began)
          reject(this.refusal(name, error))
        },
      )
    })
  }

  /** What the hook wants changed; `true` and `null` are taken for "go on". */
  private settle<R>(name: keyof Hooks, result: HookResult<R>): R | undefined {
    const given: unknown = result
    if (given === false) throw new ChatError('forbidden')
    if (given === undefined || given === null || given === true) return undefined
    const change = CHANGES[name]
    const value = change === null ? undefined : (given as Record<string, unknown>)[change.field]
    if (change !== null && typeof value === change.type) return given as R
    const wanted = change === null ? 'nothing' : `{ ${change.field}: ${change.type} }`
    throw this.refusal(name, new TypeError(`may return false, or ${wanted}`))
  }

  private refusal(name: keyof Hooks, error: unknown): ChatError {
    if (isChatError(error)) return error
    this.logger.error({ err: error, hook: name }, 'a hook failed')
    return new ChatError('hook_failed', undefined, { cause: error })
  }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | undefined | null)?.then === 'function'
}
