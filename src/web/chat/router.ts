/** The address of the page: the room that is shown stands behind the `#`. */

import type { Place } from './model.ts'

/** The room in the address; undefined: none. */
export function routeRoom(): string | undefined {
  try {
    const name = decodeURIComponent(location.hash.slice(1))
    return name === '' ? undefined : name
  } catch {
    return undefined
  }
}

/** Puts what is shown into the address, as a new step of the history unless it is there already. */
export function setRoute(place: Place): void {
  const name = place.type === 'room' || place.type === 'gone' ? place.name : undefined
  if (name === routeRoom()) return
  const hash =
    name === undefined ? location.pathname + location.search : `#${encodeURIComponent(name)}`
  history.pushState(null, '', hash)
}
