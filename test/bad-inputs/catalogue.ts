/** The catalogue of bad inputs, chapter by chapter. */

import { AUTHENTICATION } from './catalogue-authentication.ts'
import { COMMANDS } from './catalogue-commands.ts'
import { FRAMING } from './catalogue-framing.ts'
import { HANDSHAKE } from './catalogue-handshake.ts'
import { HTTP } from './catalogue-http.ts'
import { JSON_INPUTS } from './catalogue-json.ts'
import { MODERATION } from './catalogue-moderation.ts'
import { ROUTES } from './catalogue-routes.ts'
import { STORAGE } from './catalogue-storage.ts'
import { TEXT } from './catalogue-text.ts'
import { UPLOADS } from './catalogue-uploads.ts'
import { WEBSOCKET } from './catalogue-websocket.ts'
import type { Chapter } from './row.ts'

/** All of it, in the order of `README.md`. */
export const CATALOGUE: readonly Chapter[] = [
  { title: 'framing on TCP', rows: FRAMING },
  { title: 'WebSocket: the handshake', rows: HANDSHAKE },
  { title: 'WebSocket: frames', rows: WEBSOCKET },
  { title: 'HTTP', rows: HTTP },
  { title: 'HTTP: routes', rows: ROUTES },
  { title: 'JSON', rows: JSON_INPUTS },
  { title: 'commands', rows: COMMANDS },
  { title: 'moderation and administration', rows: MODERATION },
  { title: 'text', rows: TEXT },
  { title: 'authentication', rows: AUTHENTICATION },
  { title: 'uploads', rows: UPLOADS },
  { title: 'storage', rows: STORAGE },
]
