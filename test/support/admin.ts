/** Members and admins of a server with accounts, for tests of administration. */

import { type JsonClient, jsonClient, type Message } from './clients.ts'
import type { start } from './server.ts'

type Server = Awaited<ReturnType<typeof start>>

export const password = 'correct horse battery'
export const room = 'sala'

export interface Member {
  readonly client: JsonClient
  readonly token: string
  readonly person: { readonly id: string; readonly name: string }
}

/** Somebody with an account, who is here. */
export async function member(server: Server, name: string, admin = false): Promise<Member> {
  await server.chat.admin.account({ account: name, create: true, password, admin })
  return login(server, name)
}

/** Comes in by an account that is there. */
export async function login(server: Server, name: string): Promise<Member> {
  const client = await jsonClient(server.ws)
  const { token } = await client.ask('login', { name, password })
  const hello = await client.ask('hello', { version: 1, token })
  return { client, token: token as string, person: hello.person as Member['person'] }
}

/** The first of a list that is so. */
export function find(list: unknown, match: (one: Message) => boolean): Message {
  const found = (list as Message[]).find(match)
  if (found === undefined) throw new Error(`not among ${JSON.stringify(list)}`)
  return found
}
