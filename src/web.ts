/** The pages: `tertulia/web`. */

export const webPages = (): null => null
