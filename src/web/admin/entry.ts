/** Coming in: from a login to a connection of somebody who is an admin. */

import type { ChatClient } from '../../client/types.ts'
import { connect } from '../../client.ts'
import type { Person } from '../../protocol/types.ts'
import type { Config } from '../ui/config.ts'
import { lang } from '../ui/texts.ts'
import { read } from './ask.ts'
import { codeOf } from './failure.ts'

/** Erasing somebody takes a while, in ms. */
const TIMEOUT_MS = 120_000

/** What came of it. */
export type Entered =
  | { readonly as: 'admin'; readonly chat: ChatClient; readonly me: Person }
  | { readonly as: 'somebody'; readonly me: Person }

/** Connects by a token, and asks what only admins are told. Rejects as `connect` and `login` do. */
export async function enter(config: Config, token: string): Promise<Entered> {
  const chat = connect(config.chatUrl, { token: () => token, lang: lang(), timeoutMs: TIMEOUT_MS })
  try {
    const me = await chat.ready
    await read(chat, 'admin_stats', {})
    return { as: 'admin', chat, me }
  } catch (error) {
    const me = chat.person
    void chat.close()
    if (codeOf(error) === 'forbidden' && me !== undefined) return { as: 'somebody', me }
    throw error
  }
}
