/** What the host program does as an admin: `chat.admin`. */

import type { AdminOp, AdminOperations, AdminResults } from '../protocol/admin-types.ts'
import { readRequest } from '../protocol/validate.ts'
import type { Core } from './model.ts'

/** The operation's name without `admin_`. */
export type NameOf<O extends AdminOp> = O extends `admin_${infer Name}` ? Name : never

/**
 * The operations for admins, as functions: `chat.admin.stats()` is `admin_stats`, in the name of the
 * program itself. They take the fields of the operation, resolve to its result, and reject with its
 * errors.
 *
 * @example
 * const { people, connections } = await chat.admin.stats()
 * await chat.admin.limits({ set: { rooms: 500 } })
 */
export type ChatAdmin = {
  readonly [O in AdminOp as NameOf<O>]: (
    ...fields: Record<never, never> extends AdminOperations[O]
      ? [fields?: AdminOperations[O]]
      : [fields: AdminOperations[O]]
  ) => Promise<AdminResults[O]>
}

/** Makes it. `start`: opens the server, if that wasn't done yet. */
export function adminFace(core: Core, start: () => Promise<void>): ChatAdmin {
  const face =
    (op: AdminOp) =>
    async (fields: object = {}) => {
      await start()
      // Checked as if it had come by wire: callers may be JavaScript.
      const { id: _id, ...request } = readRequest({ ...fields, op })
      if (request.op === null) throw request.error
      return core.admin.run(op, request as unknown as AdminOperations[AdminOp], core.host)
    }
  // The compiler can't follow a name through a loop: so they stand here.
  return {
    stats: face('admin_stats'),
    rooms: face('admin_rooms'),
    people: face('admin_people'),
    disconnect: face('admin_disconnect'),
    accounts: face('admin_accounts'),
    account: face('admin_account'),
    limits: face('admin_limits'),
    sweep: face('admin_sweep'),
    audit: face('admin_audit'),
    erase: face('admin_erase'),
    export: face('admin_export'),
  } as ChatAdmin
}
