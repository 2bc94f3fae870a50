/** Keys that nobody else has. */

/** 96 random bits, in hexadecimal. Needs no secure context, as `randomUUID` would. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Makes keys: random together, and short enough to stand in every entry. */
export function makeCids(): () => string {
  const id = randomId()
  let count = 0
  return () => {
    count += 1
    return `${id}-${count.toString(36)}`
  }
}
