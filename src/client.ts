/** The client, for browsers: `tertulia/client`. On Node `client-node.ts` takes its place. */

export type * from './client/types.ts'
