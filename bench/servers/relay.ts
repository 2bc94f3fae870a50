// A rough upper bound: per turn of the event loop one buffer per room and one write per connection,
// and nothing that a real chat server has to do besides.

import { hostRawRooms, type RawRoom } from './raw-rooms.ts'

const dirty = new Set<RawRoom>()

function flush(): void {
  for (const room of dirty) {
    const [first] = room.pending
    const bytes = room.pending.length === 1 && first ? first : Buffer.concat(room.pending)
    room.pending = []
    for (const socket of room.members) {
      if (socket.writable) socket.write(bytes)
    }
  }
  dirty.clear()
}

hostRawRooms((room, frame) => {
  room.pending.push(frame)
  if (dirty.size === 0) setImmediate(flush)
  dirty.add(room)
})
