/** What the server tells its pages. Types only: both sides read them. */

/**
 * The JSON in `document.documentElement.dataset.config` of each page. What is absent is for the page to
 * find out; `pageConfig()` of `ui/config.ts` does.
 */
export interface PageSettings {
  /** What the chat calls itself. */
  readonly title: string
  /** Absent: the browser's, English or Portuguese. */
  readonly lang?: 'en' | 'pt-BR'
  /** The room to start in. Absent: the server's, told by `hello`. */
  readonly room?: string
  /** People may log in, and sign up. */
  readonly accounts: boolean
  /** People may come in by a name alone. */
  readonly guests: boolean
  /** There is a page for admins, at `admin`. */
  readonly admin: boolean
  /** Address of the WebSocket. Absent: where the page is. */
  readonly chatUrl?: string
  /** Address of the HTTP routes, without a slash at its end. Absent: where the WebSocket is. */
  readonly httpUrl?: string
}

/** The same, with nothing left to find out but the room. */
export interface PageConfig extends PageSettings {
  readonly lang: 'en' | 'pt-BR'
  /** Such as `wss://example.org/chat`. */
  readonly chatUrl: string
  /** Such as `https://example.org/chat`. */
  readonly httpUrl: string
  /** Where the pages are, with a slash at its end: the address of the chat page. */
  readonly base: string
}
