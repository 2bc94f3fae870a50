// The servers that can be compared: which file runs each, and how the load generator talks to it.

import type { DialectName } from './load/dialects.ts'

export interface ServerKind {
  readonly name: string
  /** The file in bench/servers/, without its ending. */
  readonly file: string
  readonly dialect: DialectName
  /** In the comparison unless `--servers` says otherwise. */
  readonly usual: boolean
}

/** The server that the others' ratios are taken against. */
export const baseline = 'ws-loop'

export const serverKinds: readonly ServerKind[] = [
  { name: 'tertulia', file: 'tertulia', dialect: 'tertulia', usual: true },
  { name: 'tertulia-tcp', file: 'tertulia', dialect: 'tertulia-tcp', usual: true },
  { name: 'ws-loop', file: 'ws-loop', dialect: 'plain', usual: true },
  { name: 'ws-prebuilt', file: 'ws-prebuilt', dialect: 'plain', usual: true },
  { name: 'socket.io', file: 'socket-io', dialect: 'socket.io', usual: true },
  { name: 'relay', file: 'relay', dialect: 'plain', usual: false },
]
