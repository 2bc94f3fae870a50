/** Coming in: as a guest, by an account, or by making one. */

import type { ChatClient } from '../../client/types.ts'
import { ChatError, isChatError } from '../../errors.ts'
import type { Login } from '../../protocol/types.ts'
import { type ChatArguments, isOpen } from './arguments.ts'
import type { Came, Desk, Door } from './desk.ts'

type Way = 'login' | 'register' | 'guest'

/** What a server lets people do to come in. */
interface Offer {
  readonly ways: readonly Way[]
  /** In already, under a name that can be changed. */
  readonly guest: ChatClient | null
}

const isCode = (error: unknown, ...codes: string[]): boolean =>
  isChatError(error) && codes.includes(error.code)

/**
 * Comes in, asking what has to be asked. `null`: they changed their mind.
 *
 * @param remembered a token of an earlier login
 * @throws ChatError `unauthorized` for a token that was given and is worth nothing; what else is for good
 */
export async function comeIn(
  desk: Desk,
  door: Door,
  args: Pick<ChatArguments, 'name' | 'guest' | 'token'>,
  remembered: string | undefined,
): Promise<Came | null> {
  const { texts } = desk.scribe.style
  const asked = args.guest || args.name !== undefined
  const token = args.token ?? (asked ? undefined : remembered)
  if (token !== undefined) {
    try {
      const pass = { token }
      return { client: await door.enter(pass), pass }
    } catch (error) {
      if (!isCode(error, 'unauthorized')) throw error
      if (args.token !== undefined) throw new ChatError('unauthorized', texts.tokenRefused)
      door.forget()
      desk.fail(texts.tokenRefused)
    }
  }
  return args.guest ? asGuest(desk, door, null, args.name) : choose(desk, door, args.name)
}

async function choose(desk: Desk, door: Door, name: string | undefined): Promise<Came | null> {
  const { texts } = desk.scribe.style
  const { ways, guest } = await offerOf(door)
  if (ways.length === 0) throw new ChatError('unauthorized')
  try {
    for (;;) {
      const way = ways.length === 1 ? ways[0] : await ask(desk, ways)
      if (way === undefined) return null
      if (way === 'guest') return await asGuest(desk, door, guest, name)
      const came = await byAccount(desk, door, way, name)
      if (came === null && ways.length > 1) continue
      if (came !== null) await guest?.close()
      return came
    }
  } catch (error) {
    if (isCode(error, 'unsupported')) throw new ChatError('unauthorized', texts.noGuests)
    throw error
  }
}

/** Finds out by coming in: without a name, and going nowhere yet. */
async function offerOf(door: Door): Promise<Offer> {
  let guest: ChatClient
  try {
    guest = await door.enter({})
  } catch (error) {
    if (!isCode(error, 'unauthorized')) throw error
    return { ways: ['login', 'register'], guest: null }
  }
  const { ops } = await guest.request('help', {})
  const accounts = (['login', 'register'] as const).filter((op) => ops.includes(op))
  return { ways: [...accounts, 'guest'], guest }
}

async function ask(desk: Desk, ways: readonly Way[]): Promise<Way | undefined> {
  const { texts } = desk.scribe.style
  desk.print(ways.map((way, i) => `  ${i + 1}  ${texts.ways[way]}`))
  for (;;) {
    const answer = await desk.ask(texts.choose)
    if (answer === null) return undefined
    const way = ways[Number(answer.trim()) - 1]
    if (way !== undefined) return way
    desk.fail(texts.choiceWrong)
  }
}

/** Asks for a name until there is one that can be had. Enter alone: the one they were given. */
async function asGuest(
  desk: Desk,
  door: Door,
  client: ChatClient | null,
  given: string | undefined,
): Promise<Came | null> {
  const { texts } = desk.scribe.style
  let name = given
  for (;;) {
    const wanted = name ?? (await desk.ask(texts.askGuestName))
    if (wanted === null) {
      await client?.close()
      return null
    }
    name = undefined
    const clean = wanted.trim()
    const pass = clean === '' ? {} : { name: clean }
    try {
      if (client === null) return { client: await door.enter(pass), pass }
      if (clean !== '') await client.rename(clean)
      return { client, pass }
    } catch (error) {
      if (!isCode(error, 'name_invalid', 'name_reserved', 'name_taken', 'bad_request')) throw error
      desk.fail(error)
    }
  }
}

/** Logs in or signs up; asks again what was wrong. `null`: neither (an empty name, Ctrl+C). */
async function byAccount(
  desk: Desk,
  door: Door,
  way: 'login' | 'register',
  given: string | undefined,
): Promise<Came | null> {
  const { texts } = desk.scribe.style
  if (isOpen(door.url)) desk.print(desk.scribe.told(texts.open))
  let name = given ?? ''
  for (;;) {
    const wanted = await desk.ask(texts.askName, { text: name })
    name = wanted?.trim() ?? ''
    if (name === '') return null
    const password = await desk.ask(texts.askPassword, { hidden: true })
    if (password === null) return null
    if (way === 'register') {
      const again = await desk.ask(texts.askAgain, { hidden: true })
      if (again === null) return null
      if (again !== password) {
        desk.fail(texts.differ)
        continue
      }
    }
    let login: Login
    try {
      login = await door[way](name, password)
    } catch (error) {
      if (isCode(error, 'unsupported')) throw error
      desk.fail(isCode(error, 'unavailable', 'closed') ? texts.unreachable(door.url) : error)
      continue
    }
    const pass = { token: login.token }
    return { client: await door.enter(pass), pass }
  }
}
