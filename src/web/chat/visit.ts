/** Being somebody: the client of a login or of a guest, from coming in to signing out. */

import type { ChatClient, ClientStore, ConnectOptions } from '../../client/types.ts'
import { connect } from '../../client.ts'
import type { Config } from '../ui/config.ts'
import { type KeptLogin, keepLogin, kept, keptInTab, keptLogin } from '../ui/keep.ts'
import { lang } from '../ui/texts.ts'

const STORE = 'tertulia.chat'
const TICKET = `${STORE}.ticket`
/** One was a guest here and didn't sign out. */
const GUEST = 'tertulia.guest'

/** What is kept for clients: where it is got from, and that it is given to them only while they are used. */
interface Shelf extends ClientStore {
  /** Takes nothing any more: its client is being closed, or wasn't let in. */
  shut(): void
}

const shelves = new WeakMap<ChatClient, Shelf>()

const found = (key: string): string | null =>
  keptInTab.getItem(key) ?? (key === TICKET ? kept.getItem(key) : null)

function forget(key: string): void {
  keptInTab.removeItem(key)
  if (key === TICKET) kept.removeItem(key)
}

/**
 * What wasn't sent yet belongs to this window. A guest's ticket is for all windows, also those that are
 * opened later.
 */
function shelf(): Shelf {
  let open = true
  return {
    getItem: found,
    setItem(key, value) {
      if (!open) return
      keptInTab.setItem(key, value)
      if (key === TICKET) kept.setItem(key, value)
    },
    removeItem(key) {
      if (open) forget(key)
    },
    shut() {
      open = false
    },
  }
}

function visit(
  { chatUrl, httpUrl }: Config,
  who: Pick<ConnectOptions, 'token' | 'name'>,
): ChatClient {
  const store = shelf()
  const client = connect(chatUrl, { ...who, httpUrl, store, storeKey: STORE, lang: lang() })
  shelves.set(client, store)
  return client
}

/** The client of who is logged in. */
export function visitAs(config: Config, { name, token }: Omit<KeptLogin, 'expiresAt'>): ChatClient {
  return visit(config, {
    // Another window may have renewed it, or be somebody else's by now.
    token: () => {
      const login = keptLogin()
      return login?.name === name ? login.token : token
    },
  })
}

/** The client of a guest; without `name` of who one was the last time. */
export function visitAsGuest(config: Config, name?: string): ChatClient {
  if (name !== undefined) forget(TICKET)
  return visit(config, name === undefined ? {} : { name })
}

/** Notes that one is a guest from now on. */
export function stayGuest(): void {
  kept.setItem(GUEST, 'yes')
}

/** Whoever was here the last time, if they didn't sign out. */
export function visitAgain(config: Config): ChatClient | undefined {
  const login = keptLogin()
  if (login !== undefined && config.accounts) return visitAs(config, login)
  const isGuest = kept.getItem(GUEST) === 'yes' && found(TICKET) !== null
  return isGuest && config.guests ? visitAsGuest(config) : undefined
}

/** Nobody is here any more. What was kept of them is forgotten. */
export function forgetVisit(client: ChatClient): void {
  shelves.get(client)?.shut()
  keepLogin(undefined)
  kept.removeItem(GUEST)
  forget(TICKET)
  forget(`${STORE}.queue`)
}

/** Ends a login with the server, as far as it can be reached; and the visit. */
export async function endVisit(client: ChatClient): Promise<void> {
  const login = keptLogin()
  forgetVisit(client)
  if (login !== undefined && client.state === 'online') {
    await client.request('logout', { token: login.token }).catch(() => {})
  }
  await client.close()
}
