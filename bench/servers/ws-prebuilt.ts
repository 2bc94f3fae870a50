// The hand-written loop at its best without batching: the frame is built once per message, and each
// member's raw socket gets those same bytes.

import { hostRawRooms } from './raw-rooms.ts'

hostRawRooms((room, frame) => {
  for (const socket of room.members) {
    if (socket.writable) socket.write(frame)
  }
})
