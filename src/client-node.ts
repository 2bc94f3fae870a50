/** The client, for Node: `tertulia/client`. In browsers `client.ts` takes its place. */

export type * from './client/types.ts'
