/** The rhythm of the server: what came in during one turn of the event loop leaves together. */

/**
 * Runs `commit`, then `flush`, at the end of the turn in which either was asked for.
 *
 * Both are immediates: they run after all sockets that were readable have been read. Promises that
 * `commit` settles (a storage in memory) are handled between the two, so a message is read,
 * stored and written in one turn.
 */
export class Turn {
  private commits = false
  private flushes = false
  private readonly runCommit: () => void
  private readonly runFlush: () => void

  constructor(commit: () => void, flush: () => void) {
    this.runCommit = () => {
      this.commits = false
      commit()
    }
    this.runFlush = () => {
      this.flushes = false
      flush()
    }
  }

  /** Something waits to be committed. */
  commit(): void {
    if (!this.commits) this.schedule()
  }

  /** Something waits to be written. */
  flush(): void {
    if (!this.flushes) this.schedule()
  }

  private schedule(): void {
    // Always both, in this order: what is asked for first must not decide what runs first.
    this.commits = true
    this.flushes = true
    setImmediate(this.runCommit)
    setImmediate(this.runFlush)
  }
}
