/** Knows which logs a storage had, and which of them may be gone. */

import type { Storage } from '../../src/spi/storage.ts'

interface Known {
  readonly room: string
  readonly epoch: string
}

/**
 * Watches a storage. A log may be gone when it was deleted on purpose (its room is in `meant`), or
 * when nothing was in it.
 */
export function ledger(inner: Storage): {
  readonly storage: Storage
  readonly gone: readonly Known[]
  readonly meant: Set<string>
} {
  const gone: Known[] = []
  const meant = new Set<string>()
  const { rooms } = inner
  const storage: Storage = {
    ...inner,
    rooms: {
      ...rooms,
      async delete(room) {
        const record = await rooms.get(room)
        const deleted = await rooms.delete(room)
        if (deleted && record !== null && (meant.has(room) || record.head === 0)) {
          gone.push({ room, epoch: record.epoch })
        }
        return deleted
      },
    },
  }
  return { storage, gone, meant }
}
