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

  private readonly failed: (error: unknown) => void

  /**
   * @param wake leads to `flush()` at the end of this turn
   * @param failed is told what an adapter threw; the others get theirs all the same
   */
  constructor(wake: () => void, failed: (error: unknown) => void) {
    this.wake = wake
    this.failed = failed
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
      this.all(rooms)
    }
    const { outboxes } = this
    if (outboxes.length > 0) {
      this.outboxes = []
      this.all(outboxes)
    }
  }

  private all(list: readonly Gathering[]): void {
    for (const one of list) {
      try {
        one.flush()
      } catch (error) {
        this.failed(error)
      }
    }
  }
}
