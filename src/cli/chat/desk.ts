/** What the parts of the terminal chat need of each other. Types only. */

import type { ChatClient } from '../../client/types.ts'
import type { Login } from '../../protocol/types.ts'
import type { Scribe } from './lines.ts'

/** Who sits there: can be told something, and asked. */
export interface Desk {
  readonly scribe: Scribe
  print(lines: readonly string[]): void
  /** Tells what went wrong. */
  fail(error: unknown): void
  /** Asks; `null`: they would rather not say. */
  ask(
    question: string,
    how?: { readonly hidden?: boolean; readonly text?: string },
  ): Promise<string | null>
}

/** Who one is, as far as it can be shown to a server. `token` may be another one later. */
export interface Pass {
  token?: string
  readonly name?: string
}

/** A server that can be come in to. */
export interface Door {
  readonly url: string
  /** Comes in. Rejects with what refuses it for good, `closed` if they left meanwhile. */
  enter(pass: Pass): Promise<ChatClient>
  login(name: string, password: string): Promise<Login>
  register(name: string, password: string): Promise<Login>
  /** The token that was kept is worth nothing. */
  forget(): void
}

/** Who came in, and by what. */
export interface Came {
  readonly client: ChatClient
  readonly pass: Pass
}
