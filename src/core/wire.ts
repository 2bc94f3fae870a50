/** A way of writing: one codec in one framing. Everybody who uses it gets the same bytes. */

import type { ServerEvent } from '../protocol/types.ts'
import type { Codec } from '../spi/codec.ts'
import type { Frame, Framing } from '../spi/transport.ts'

/** Packs events for all connections that are written to in this way. */
export interface Wire {
  /** Small and dense: where a room keeps the frame of this wire while it hands it out. */
  readonly index: number
  /** `null`: nobody on this wire is told any of this. */
  pack(events: readonly ServerEvent[], shared?: boolean): Frame | null
}

/** The wires of one server, each made once. */
export class Wires {
  private readonly known = new Map<string, Wire>()

  /** The wire of this codec in this framing. */
  of(codec: Codec, framing: Framing): Wire {
    return this.make(`${codec.name} ${framing.name}`, (events, shared) => {
      const payloads: string[] = []
      for (const event of events) {
        const payload = codec.encode(event)
        if (payload !== null) payloads.push(payload)
      }
      return payloads.length === 0 ? null : framing.pack(payloads, shared)
    })
  }

  /** A wire by name, for those who take events as they are. */
  make(name: string, pack: Wire['pack']): Wire {
    const known = this.known.get(name)
    if (known !== undefined) return known
    const wire: Wire = { index: this.known.size, pack }
    this.known.set(name, wire)
    return wire
  }
}
