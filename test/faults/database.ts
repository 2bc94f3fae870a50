/** Where the logs are, what goes wrong there, and what is found at the end. */

import type { Storage } from '../../src/spi/storage.ts'
import type { RoomLog } from '../../src/testing/history-events.ts'
import { readLog } from '../../src/testing/history-recorder.ts'
import { type Breakage, unmark } from './broken.ts'
import type { FaultKind, Patients } from './faults.ts'

/** A database of a run. */
export interface Database {
  /** As the server is told: `memory`, `sqlite:FILE`, or a URL. */
  readonly where: string
  /** What it knows survives the server's process. */
  readonly durable: boolean
  /** What was possible on this machine, for people. */
  readonly notes: readonly string[]
  faults(patients: Patients): FaultKind[]
  /** The logs of these rooms, read without the server; a room that isn't there is left out. */
  logs(rooms: readonly string[]): Promise<readonly RoomLog[]>
  /** What is wrong with the database itself; the server has ended. */
  check(): Promise<readonly string[]>
  /** Ends everything that was started, and removes everything that was made. */
  remove(): Promise<void>
}

/** How much is kept, as a storage is told: the same for the server and for whoever reads after it. */
export const retentionOf = (keep: number): { entriesPerRoom?: number } =>
  keep > 0 ? { entriesPerRoom: keep } : {}

/** Reads the logs through a storage of our own. */
export async function logsOf(
  storage: Storage,
  rooms: readonly string[],
  broken: Breakage | null,
): Promise<readonly RoomLog[]> {
  const { rooms: store } = storage
  const read: Storage['read'] =
    broken === 'no-key'
      ? async (room, range) => unmark(await storage.read(room, range))
      : (room, range) => storage.read(room, range)
  await storage.open()
  try {
    const logs: RoomLog[] = []
    for (const room of rooms) {
      if ((await store.get(room)) !== null) logs.push(await readLog({ read, rooms: store }, room))
    }
    return logs
  } finally {
    await storage.close()
  }
}
