// The bench's side of a server process: announce the port, collect garbage on request, end with the
// parent.

import type { FromServer, ToServer } from '../messages.ts'

function tell(message: FromServer): void {
  process.send?.(message)
}

/** Runs `listen`, announces the port it resolves to, and serves until the parent is gone. */
export function host(listen: () => Promise<number>): void {
  process.on('disconnect', () => process.exit(0))
  process.on('message', (message: ToServer) => {
    if (message.kind === 'collect-garbage') void collectGarbage()
  })
  listen().then(
    (port) => tell({ kind: 'listening', port }),
    (error: unknown) => tell({ kind: 'failed', why: String(error) }),
  )
}

/** Several passes with turns between them: what the first frees lets go of more. */
async function collectGarbage(): Promise<void> {
  for (let pass = 0; pass < 4; pass++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  tell({ kind: 'collected' })
}
