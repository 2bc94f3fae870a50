/** Waiting, with an end. */

/** Resolves after so many ms. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))

/** Resolves to whether `condition` has become true within so many ms. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  ms: number,
): Promise<boolean> {
  const end = performance.now() + ms
  for (;;) {
    if (await condition()) return true
    if (performance.now() > end) return false
    await sleep(50)
  }
}
