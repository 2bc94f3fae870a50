/** What was found, in the words of a language. */

/** What was found, and what to do about it. */
export interface Said {
  readonly found: string
  readonly todo?: string
}

/** In short. */
export const said = (found: string, todo?: string): Said =>
  todo === undefined ? { found } : { found, todo }
