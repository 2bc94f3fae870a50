/** Memory: in the server's process, which must live as long as the run. */

import type { Database } from './database.ts'
import type { ServerNode } from './node.ts'

export function memoryDatabase(node: () => ServerNode): Database {
  return {
    where: 'memory',
    durable: false,
    notes: ['in the memory of the server: it is stopped, but neither killed nor restarted'],
    faults: () => [],
    logs: (rooms) => node().logs(rooms),
    check: async () => [],
    remove: async () => {},
  }
}
