/** Whether it makes sense what `listen`, `attach`, `handler`, `fetch` and `on` are called with. */

import { EVENT_NAMES } from './core/events.ts'
import {
  BOOLEAN,
  checkNeed,
  FUNCTION,
  type Need,
  OBJECT,
  withMethods,
  wrong,
} from './option-checks.ts'

const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65535

/** Environment variables are strings: the likeliest mistake. */
const NO_STRING = 'no string: Number(process.env.PORT)'

const PATH: Need = {
  fits: (value) => typeof value === 'string' && value.startsWith('/'),
  needed: 'a path that begins with /',
}

const ORIGINS: Need = {
  fits: (value) =>
    value === '*' ||
    typeof value === 'function' ||
    (Array.isArray(value) && value.every((origin) => typeof origin === 'string')),
  needed: "a list such as ['https://example.org'], a function, or '*'",
}

/** What those have in common that take connections. */
const WEB = { origins: ORIGINS, clientAddress: FUNCTION } as const

const COMPRESSION: Need = {
  fits: (value) => value === false || OBJECT.fits(value),
  needed: 'false, or an object with options of compression',
}

/** What `listen` takes. */
export const LISTEN_NEEDS = {
  port: {
    fits: (value: unknown) => value === false || isPort(value),
    needed: `an integer from 0 to 65535 (${NO_STRING}), or false,`,
  },
  tcpPort: { fits: isPort, needed: `an integer from 0 to 65535 (${NO_STRING})` },
  host: {
    fits: (value: unknown) => typeof value === 'string' && value !== '',
    needed: "an address such as '127.0.0.1' or '0.0.0.0'",
  },
  tls: OBJECT,
  path: PATH,
  ...WEB,
  perMessageDeflate: COMPRESSION,
  plainRoutes: BOOLEAN,
  metrics: BOOLEAN,
  pages: withMethods('what webPages() of tertulia/web makes', 'answer'),
} as const

/** What `attach` takes. */
export const ATTACH_NEEDS = { path: PATH, ...WEB, perMessageDeflate: COMPRESSION } as const

/** What `handler` and `fetch` take. */
export const MOUNT_NEEDS = {
  base: {
    fits: (value: unknown) => value === '' || PATH.fits(value),
    needed: PATH.needed,
  },
  ...WEB,
  plainRoutes: BOOLEAN,
} as const

/** What `attach` attaches to. */
export const SERVER = withMethods('a server, such as http.createServer() makes,', 'on')

/** Throws `invalid_options` for an event that there isn't: its listener would wait for ever. */
export function checkEvent(name: string, listener: unknown): void {
  if (!EVENT_NAMES.includes(name)) {
    wrong(`on: there is no event ${name}; there are ${EVENT_NAMES.join(', ')}`)
  }
  checkNeed(`on('${name}', …)`, listener, FUNCTION)
}
