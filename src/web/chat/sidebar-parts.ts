/** What the sidebar is given. Types only. */

/** What the sidebar shows of the page, and calls. */
export interface SidebarParts {
  readonly title: string
  /** One is a guest, and may take another name. */
  readonly guest: boolean
  readonly signOut: () => void
  readonly adminUrl: string | undefined
  /** A room was chosen: on a phone it takes the place of the list. */
  readonly chosen: () => void
}
