/** Where somebody asks from, as far as limits are kept by it. */

/**
 * What counts as one address: an IPv4 address, or the /64 of an IPv6 address, since a single
 * customer is given at least that much (RFC 6177). A word for what has no address stays as it is.
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address
  const bare = address.split('%', 1)[0] as string
  if (bare.toLowerCase().startsWith('::ffff:') && bare.includes('.')) return bare.slice(7)
  const [left = '', right] = bare.split('::', 2)
  const head = left === '' ? [] : left.split(':')
  if (right !== undefined) {
    const tail = right === '' ? [] : right.split(':')
    while (head.length + tail.length < 8) head.push('0')
    head.push(...tail)
  }
  const network = head.slice(0, 4).map((part) => Number.parseInt(part, 16).toString(16))
  return `${network.join(':')}::/64`
}
