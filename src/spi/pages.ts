/** Contract of pages that an HTTP transport shows beside its routes. */

/** A request, as far as pages look at it. */
export interface PageAsk {
  readonly method: string
  readonly query: URLSearchParams
  /** A field of the header; names are in lower case. */
  header(name: string): string | undefined
}

/** What it is answered with, whole. */
export interface PageAnswer {
  readonly status: number
  /** Names in lower case; `content-length` is among them wherever there is, or for HEAD would be, a body. */
  readonly headers: Readonly<Record<string, string>>
  /** Null: none; always for HEAD. Shared by all who ask: MUST NOT be changed. */
  readonly body: Uint8Array | null
}

/**
 * Pages and what belongs to them. Who serves them asks for what no route of its own answers, and passes
 * on the answer as it is, its security headers above all.
 */
export interface Pages {
  /**
   * Answers at once, without asking anybody. `path`: the whole path as the request had it, still
   * percent-encoded, without query. Null: no page is there, or `method` is neither GET nor HEAD; then
   * whoever asked says so in their own way. MUST NOT throw, whatever is asked.
   */
  answer(path: string, ask: PageAsk): PageAnswer | null
}
