/** Contract of hooks: where the host program has a say. All names are listed here, once. */

import type { Person } from '../protocol/types.ts'
import type { ConnectionInfo } from './transport.ts'

/**
 * What a hook may return: nothing (go on), `false` (refuse with `forbidden`), or a replacement.
 * It may throw a `ChatError` to refuse with its code and text. Anything else thrown, or taking
 * longer than `limits.hookMs`, is logged and refused as `hook_failed`; the server goes on.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: hooks that return nothing are functions of void
export type HookResult<R = never> = R | false | undefined | void
/** A hook may answer at once or later. */
export type Hook<C, R = never> = (context: C) => HookResult<R> | Promise<HookResult<R>>

/** Who does something. `connection` is absent for the host program's own participants. */
export interface Actor extends Person {
  readonly connection?: ConnectionInfo
}

/** The hooks. Each is called after the built-in checks and before anything happens. */
export interface Hooks {
  /**
   * A client says hello. May set another name. `person` is who its ticket says it was; a name that
   * isn't theirs makes it somebody else.
   */
  beforeConnect?: Hook<
    {
      readonly name: string | undefined
      readonly person: Person | undefined
      readonly connection: ConnectionInfo
    },
    { name: string }
  >
  /** A person takes another name. May change it. */
  beforeNick?: Hook<{ readonly person: Actor; readonly name: string }, { name: string }>
  /** A room is made by a client. May decide whether it is permanent. */
  beforeCreate?: Hook<
    { readonly person: Actor; readonly room: string; readonly permanent: boolean },
    { permanent: boolean }
  >
  /** A person enters a room. */
  beforeJoin?: Hook<{ readonly person: Actor; readonly room: string }>
  /**
   * A person says something in a room, or (`to`) to another person, or gives what they said before
   * another text (`edit`: its seq). May change the text: to the same one for the same text, or the
   * retry of a `cid` becomes a `conflict`. Deletions and reactions come by without asking.
   */
  beforeSend?: Hook<
    {
      readonly person: Actor
      readonly room: string
      readonly text: string
      readonly to: Person | undefined
      readonly cid: string | undefined
      /** The seq of the entry whose text this is to be from now on; undefined: a new entry. */
      readonly edit: number | undefined
    },
    { text: string }
  >
}
