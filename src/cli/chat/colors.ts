/** Colours, where a terminal has them. */

/** Makes pieces of a line look like what they are. What is given has to be safe for a terminal. */
export interface Palette {
  /** One colour per person, by id: always the same. */
  person(id: string, text: string): string
  /** What is beside the point: times, notices. */
  dim(text: string): string
  strong(text: string): string
  error(text: string): string
}

/**
 * Of the 256 colours those that can be read on black and on white: contrast (WCAG 2) at least 3.9 to
 * both. Red is left for errors.
 */
export const PEOPLE_256 = [31, 64, 98, 130, 29, 163, 63, 161, 30, 131, 97, 28] as const
/** Where there are only 16, terminals choose them so that they can be read. */
const PEOPLE_16 = [36, 32, 35, 33, 34] as const

/** Colour depths, in bits, as `WriteStream.getColorDepth` tells. */
const DEEP = 8
const SOME = 4

const sgr = (code: string, text: string): string =>
  text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`

/** Which of so many, by the id: the same everywhere (FNV-1a). */
export function indexOf(id: string, count: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % count
}

/** @param depth bits of colour the terminal has: 1 is none */
export function palette(depth: number): Palette {
  const plain = (text: string): string => text
  if (depth < SOME) {
    return { person: (_id, text) => text, dim: plain, strong: plain, error: plain }
  }
  const deep = depth >= DEEP
  return {
    person: (id, text) =>
      deep
        ? sgr(`1;38;5;${PEOPLE_256[indexOf(id, PEOPLE_256.length)]}`, text)
        : sgr(`1;${PEOPLE_16[indexOf(id, PEOPLE_16.length)]}`, text),
    dim: (text) => sgr('2', text),
    strong: (text) => sgr('1', text),
    error: (text) => sgr(deep ? '38;5;196' : '31', text),
  }
}
