/** How many bytes something has, as people read it. */

const UNITS = ['KB', 'MB', 'GB'] as const
const STEP = 1024

/**
 * `0 B`, `999 B`, `12 KB`, `2.1 MB`; of 1024 bytes each.
 *
 * @param point what stands before the decimal
 */
export function sizeText(bytes: number, point: '.' | ','): string {
  if (bytes < STEP) return `${bytes} B`
  let size = bytes / STEP
  let unit = 0
  // What would be shown as 1024 is 1 of the next.
  while (Math.round(size) >= STEP && unit < UNITS.length - 1) {
    size /= STEP
    unit += 1
  }
  const shown = size < 10 ? size.toFixed(1).replace(/\.0$/, '') : `${Math.round(size)}`
  return `${shown.replace('.', point)} ${UNITS[unit]}`
}
