/** An HTTP transport that nobody starts: its first request does. */

import type { FetchHandler, HttpTransport, NodeHandler } from './transport.ts'

/** Ways into a transport that is mounted in a program. */
export interface Mounted {
  readonly handler: NodeHandler
  readonly fetch: FetchHandler
}

/**
 * `start` starts the transport, and reports by itself when that fails: the requests of that time are
 * answered with 503, and the next one tries again.
 */
export function mounted(transport: HttpTransport, start: () => Promise<boolean>): Mounted {
  let isStarted = false
  let starting: Promise<void> | null = null
  const ready = (): Promise<void> | null => {
    if (isStarted) return null
    starting ??= start().then((did) => {
      isStarted = did
      starting = null
    })
    return starting
  }
  return {
    handler(request, response, next) {
      const wait = ready()
      if (wait === null) transport.handler(request, response, next)
      else void wait.then(() => transport.handler(request, response, next))
    },
    async fetch(request, info) {
      await ready()
      return transport.fetch(request, info)
    },
  }
}
