/** Hands out, at the end of a turn, what rooms and connections gathered in it. */

/** Something that gathers during a turn and is handed out at its end. */
interface Gathering {
  flush(): void
}

/** Keeps what has something to hand out, and does it once a turn. */
export class Delivery {
  private rooms: Gathering[] = []
  private outboxes: Gathering[] = []
  private readonly wake: () => void

  /** @param wake leads to `flush()` at the end of this turn */
  constructor(wake: () => void) {
    this.wake = wake
  }

  room(room: Gathering): void {
    this.rooms.push(room)
    this.wake()
  }

  outbox(outbox: Gathering): void {
    this.outboxes.push(outbox)
    this.wake()
  }

  /** Rooms first: what they said joins the replies in the outboxes, then each is written once. */
  flush(): void {
    const { rooms } = this
    if (rooms.length > 0) {
      this.rooms = []
      for (const room of rooms) room.flush()
    }
    const { outboxes } = this
    if (outboxes.length > 0) {
      this.outboxes = []
      for (const outbox of outboxes) outbox.flush()
    }
  }
}
