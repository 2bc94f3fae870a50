/** The rows of the operations for admins. */

import type { AdminOp, AdminResults } from '../protocol/admin-types.ts'
import type { Request } from '../protocol/types.ts'
import { administer } from './admin.ts'
import type { Session } from './model.ts'

interface Row<O extends AdminOp> {
  readonly cost: number
  run(session: Session, request: Request<O>): Promise<AdminResults[O]>
}

/** All nodes are asked, or much is read. */
const MUCH = { cost: 10, run: administer }
const LITTLE = { cost: 2, run: administer }

/** See `commands.ts`. */
export const ADMIN_COMMANDS: { readonly [O in AdminOp]: Row<O> } = {
  admin_stats: MUCH,
  admin_rooms: LITTLE,
  admin_people: MUCH,
  admin_disconnect: MUCH,
  admin_accounts: LITTLE,
  admin_account: MUCH,
  admin_limits: LITTLE,
  admin_sweep: MUCH,
  admin_audit: LITTLE,
  admin_erase: MUCH,
  admin_export: LITTLE,
}
