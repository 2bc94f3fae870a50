/** What each route does that isn't receiving: mostly, one operation of the protocol. */

import { ChatError, isChatError } from '../../errors.ts'
import type { Op, Results } from '../../protocol/types.ts'
import type { Call } from './call.ts'
import type { HttpSession } from './session.ts'

/** Does what the call's route says, by one operation, and answers with its result. */
export async function operate(call: Call): Promise<void> {
  const { route, sessions, exchange } = call
  const op = route.action as Op
  const fields = call.fields()
  if (route.who === 'none') {
    const ok = await sessions.once(op, fields, exchange.info())
    return call.answer({ status: route.status ?? 200, body: ok })
  }
  const session = await call.session()
  const done = session.use()
  try {
    const ok = await entering(session, fields, route.enter, () => session.ask(op, fields))
    if (op === 'password') sessions.exchangeToken(session, (ok as Results['password']).token)
    call.answer({ status: statusOf(call, ok), body: ok })
  } finally {
    done()
  }
}

/** Says something in a room; who isn't in it comes in, unless `create: false` and it isn't there. */
export async function say(call: Call): Promise<void> {
  const { create, ...fields } = call.fields()
  const session = await call.session()
  const done = session.use()
  try {
    const enter = create === false ? 'existing' : 'any'
    const ok = await entering(session, fields, enter, () => session.ask('send', fields))
    call.answer({ status: statusOf(call, ok), body: ok })
  } finally {
    done()
  }
}

/** Asks; who isn't in the room comes in first, where the route allows it, and asks again. */
export async function entering<T>(
  session: HttpSession,
  { room, password }: { readonly room?: unknown; readonly password?: unknown },
  enter: 'any' | 'existing' | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const outside = isChatError(error) && error.code === 'not_member'
    if (!outside || enter === undefined) throw error
    await session.ask('join', { room, password, create: enter === 'any' })
    return ask()
  }
}

/** A page of the log; with `wait` and `after`, only once there is something. */
export async function messages(call: Call): Promise<void> {
  const { wait: _, ...fields } = call.fields()
  const { limits } = call.sessions.host
  const wait = Math.min(call.count('wait', 0), limits.pollMs)
  const session = await call.session()
  const done = session.use()
  try {
    const ask = (): Promise<Results['history']> => session.ask('history', fields)
    // Who was put out isn't back by reading on.
    const enter = session.wasKicked(fields.room) ? undefined : call.route.enter
    let ok = await entering(session, fields, enter, ask)
    if (wait > 0 && typeof fields.after === 'number' && ok.entries.length === 0) {
      if (await somethingNew(call, session, ok.room, fields.after, wait)) ok = await ask()
    }
    call.answer({ status: 200, body: ok })
  } finally {
    done()
  }
}

/** Waits until a room has an entry beyond this seq, or no longer. Rejects when the session ends. */
export async function somethingNew(
  { sessions, exchange: { signal } }: Call,
  session: HttpSession,
  room: string,
  after: number,
  wait: number,
): Promise<boolean> {
  const { clock } = sessions.host
  const end = clock.monotonic() + wait
  for (;;) {
    const place = session.rooms.get(room)
    if (session.end !== null) throw session.error
    if (place === undefined) throw new ChatError('not_member')
    if (place.head > after) return true
    const left = end - clock.monotonic()
    if (left <= 0 || signal.aborted) return false
    await session.changed(left, signal)
  }
}

/** Makes a session. */
export async function openSession(call: Call): Promise<void> {
  const { exchange, sessions } = call
  const { token = call.credentials.token, ...fields } = call.fields()
  const { session, hello } = await sessions.open(exchange.info(), {
    ...fields,
    ...(token !== undefined && { token: token as string }),
  })
  call.answer({ status: 201, body: { session: session.id, ...hello } })
}

/** Tells who one is, and where. */
export async function showSession(call: Call): Promise<void> {
  const session = await call.session()
  session.use()()
  const rooms = [...session.rooms].map(([room, { epoch, head }]) => ({ room, epoch, head }))
  call.answer({ status: 200, body: { person: session.person, rooms } })
}

/** Ends a session, in order. */
export async function endSession(call: Call): Promise<void> {
  const session = await call.session()
  await session.ask('quit', {})
  call.answer({ status: 200, body: {} })
}

/** Where nothing was made, nothing was created. */
function statusOf({ route }: Call, ok: unknown): number {
  const { duplicate, created } = ok as { duplicate?: unknown; created?: unknown }
  if (duplicate === true) return 200
  return route.action === 'join' && created === true ? 201 : (route.status ?? 200)
}
