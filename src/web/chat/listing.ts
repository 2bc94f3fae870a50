/** The list of all rooms that may be seen. */

import type { ChatClient } from '../../client/types.ts'
import type { RoomInfo } from '../../protocol/types.ts'
import { createScope, whileVisible } from '../ui/scope.ts'
import type { Bus } from './bus.ts'

const EVERY_MS = 10_000
/** Rooms shown at most: of more one knows the name anyway. */
const PAGES = 10

/** Asks for it now and then. */
export class Listing {
  rooms: readonly RoomInfo[] = []
  /** It was read once. */
  loaded = false
  readonly #client: ChatClient
  readonly #bus: Bus
  readonly #scope = createScope()
  #asking: Promise<void> | undefined

  constructor(client: ChatClient, bus: Bus) {
    this.#client = client
    this.#bus = bus
    whileVisible(this.#scope, EVERY_MS, () => void this.refresh())
    this.#scope.add(client.on('state', ({ state }) => state === 'online' && void this.refresh()))
    if (client.state === 'online') void this.refresh()
  }

  /** Reads it again. Never rejects: what was there stays. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    if (this.#client.state !== 'online') return
    const found: RoomInfo[] = []
    try {
      for (let page = 0; page < PAGES; page += 1) {
        const after = found.at(-1)?.room
        const { rooms, more } = await this.#client.request(
          'rooms',
          after === undefined ? {} : { after },
        )
        found.push(...rooms)
        if (!more) break
      }
    } catch {
      return
    }
    this.rooms = found
    this.loaded = true
    this.#bus.tell('listing')
  }

  end(): void {
    this.#scope.end()
  }
}
