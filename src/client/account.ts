/** Accounts, for who has no connection yet. */

import { ChatError } from '../errors.ts'
import type { Login } from '../protocol/types.ts'
import { Connection } from './connection.ts'
import { systemClock } from './system-clock.ts'
import type { ConnectOptions, OpenLink } from './types.ts'
import { errorOfClose } from './wire.ts'

/** Without an answer in this time it is given up, in ms. */
const PATIENCE_MS = 30_000

/** What an account has, or is to have. */
export interface Account {
  readonly name: string
  readonly password: string
}

/** Options of `login` and `register`: as those of `connect`. */
export type LoginOptions = Pick<ConnectOptions, 'open' | 'lang'>

/** Asks for a token by a connection that is made for it alone. */
export function askForToken(
  op: 'login' | 'register',
  url: string,
  { name, password }: Account,
  open: OpenLink,
  lang: string | undefined,
): Promise<Login> {
  return new Promise((resolve, reject) => {
    let isDone = false
    const done = (error: ChatError | null, login?: Login): void => {
      if (isDone) return
      isDone = true
      timer.cancel()
      if (login === undefined) reject(error)
      else resolve(login)
      connection.abort()
    }
    const timer = systemClock.after(PATIENCE_MS, () => {
      done(new ChatError('unavailable', 'no answer in time'))
    })
    const connection = new Connection(url, open, systemClock, {
      opened: () => {
        if (lang !== undefined) connection.tell('lang', { lang })
        const failed = (error: ChatError): void => done(error)
        connection.ask(op, { name, password }, (login) => done(null, login), failed)
      },
      entry() {},
      signal() {},
      ended: (error, code, reason) => {
        const why = error ?? errorOfClose(code, reason)
        done(
          why.code === 'closed' ? new ChatError('unavailable', 'the server does not answer') : why,
        )
      },
    })
  })
}
