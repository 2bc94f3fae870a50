/** A long list of the server's, read page by page. */

/** A page of it. `next` absent: that was the last one. */
export interface ListPage<T, N> {
  readonly rows: readonly T[]
  readonly next?: N
}

/** `loading`: a page is under way; `part`: there are more; `all`: these are all. */
export type ListState = 'loading' | 'part' | 'all' | 'failed'

/** Rows are read by themselves up to here; beyond that when asked for. */
const AT_ONCE = 1000

/** Reads a list; tells `changed` whenever there is something new to show. */
export class Listing<T, N = string> {
  rows: readonly T[] = []
  state: ListState = 'loading'
  error: unknown
  private readonly page: (from: N | undefined, signal: AbortSignal) => Promise<ListPage<T, N>>
  private readonly changed: () => void
  private next: N | undefined
  private aborter = new AbortController()

  constructor(
    page: (from: N | undefined, signal: AbortSignal) => Promise<ListPage<T, N>>,
    changed: () => void,
  ) {
    this.page = page
    this.changed = changed
  }

  /** Reads as far as was read before. What is shown stays until that is done. Rejects if it fails. */
  async refresh(): Promise<void> {
    this.stop()
    this.aborter = new AbortController()
    await this.run([], undefined, Math.max(AT_ONCE, this.rows.length))
    if (this.state === 'failed') throw this.error
  }

  /** Goes on where it stopped, also after an error. Never rejects: `state` tells. */
  async more(): Promise<void> {
    if (this.state === 'loading' || this.state === 'all') return
    // All were read before, or none: it was reading anew that failed.
    if (this.next === undefined) await this.refresh().catch(() => {})
    else await this.run(this.rows, this.next, AT_ONCE)
  }

  stop(): void {
    this.aborter.abort()
  }

  private async run(begin: readonly T[], from: N | undefined, most: number): Promise<void> {
    const { signal } = this.aborter
    const isFirst = this.rows.length === begin.length
    let rows = begin
    let next = from
    this.state = 'loading'
    this.error = undefined
    if (isFirst) this.changed()
    try {
      do {
        const page = await this.page(next, signal)
        if (signal.aborted) return
        rows = [...rows, ...page.rows]
        next = page.next
        if (!isFirst) continue
        this.rows = rows
        this.next = next
        if (next !== undefined) this.changed()
      } while (next !== undefined && rows.length - begin.length < most)
      this.rows = rows
      this.next = next
      this.state = next === undefined ? 'all' : 'part'
    } catch (error) {
      if (signal.aborted) return
      this.state = 'failed'
      this.error = error
    }
    this.changed()
  }
}
