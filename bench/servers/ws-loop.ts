// The baseline: a chat server on `ws` the way it is usually written by hand. It stores nothing.

import { hostLoop } from './loop.ts'

hostLoop(async () => (message, broadcast) => broadcast(message))
