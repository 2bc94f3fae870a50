/**
 * The routes for simple clients, which have a name and nothing else: no session, no token. Somebody
 * is known by name and address; they are there as long as they ask (`limits.httpIdleMs`). Who shares
 * an address with them could speak in their name: where that matters, accounts are needed. A request
 * that carries a session or a token is in that one's name.
 */

import { ChatError, isChatError } from '../../errors.ts'
import { cleanName, cleanRoomName } from '../../protocol/names.ts'
import type { Entry, Results } from '../../protocol/types.ts'
import { entering, somethingNew } from './actions.ts'
import type { Call } from './call.ts'
import type { HttpLang } from './exchange.ts'
import { entryShown, forward, type Shown, signalShown, stampOf } from './plain-entries.ts'
import type { HttpSession } from './session.ts'

/** Entries of one answer, unless the client wants another number. */
const PAGE = 50

/** `POST /join {room, username}` */
export async function plainJoin(call: Call): Promise<void> {
  const session = await inTheNameOf(call, call.text('username'))
  await during([session], async () => {
    const room = call.text('room')
    const password = call.field('password')
    const ok = await session.ask('join', { room, recent: 0, password })
    call.answer({
      status: 200,
      body: {
        status: 'ok',
        room: ok.room,
        username: session.person.name,
        created: ok.created,
        people: ok.members.map(({ name }) => name),
        seq: ok.head,
      },
    })
  })
}

/** `POST /leave {room, username}` */
export async function plainLeave(call: Call): Promise<void> {
  const username = call.text('username')
  const room = call.text('room')
  const session = hasCredentials(call)
    ? await inTheNameOf(call, username)
    : await call.sessions.known(username, call.exchange.info())
  if (session === null) throw new ChatError('not_member')
  const ok = await during([session], () => session.ask('leave', { room }))
  // Nobody stays for nothing: the name is free again.
  if (session.signals !== null && session.rooms.size === 0) await session.ask('quit', {})
  call.answer({ status: 200, body: { status: 'ok', room: ok.room, username } })
}

/** `POST /send {room, username, message}` */
export async function plainSend(call: Call): Promise<void> {
  const session = await inTheNameOf(call, call.text('username'))
  await during([session], async () => {
    const room = call.text('room')
    const fields = { room, text: call.text('message'), cid: call.field('idempotency-key') }
    const ok = await entering(session, fields, 'any', () => session.ask('send', fields))
    call.answer({
      status: 200,
      body: {
        status: 'ok',
        room,
        username: session.person.name,
        seq: ok.seq,
        timestamp: stampOf(ok),
        ...(ok.duplicate && { duplicate: true }),
      },
    })
  })
}

/** `GET /user_rooms?username=…` */
export async function plainRooms(call: Call): Promise<void> {
  const username = call.text('username')
  const session = hasCredentials(call)
    ? await inTheNameOf(call, username)
    : await call.sessions.known(username, call.exchange.info())
  session?.use()()
  const rooms = [...(session?.rooms.keys() ?? [])].filter((room) => !room.startsWith('@'))
  call.answer({ status: 200, body: { username, rooms } })
}

/** `GET /receive?room=…&last_timestamp=…` */
export async function plainReceive(call: Call): Promise<void> {
  const { limits } = call.sessions.host
  const room = call.text('room')
  const all = await readers(call, room)
  const session = all[0]
  if (session === undefined) throw new ChatError('not_member', 'join the room first')
  await during(all, async () => {
    const limit = Math.min(Math.max(1, call.count('limit', PAGE)), limits.historyPage)
    const wait = Math.min(call.count('wait', 0), limits.pollMs)
    const read = (): Promise<Page> => pageOf(call, session, room, limit)
    // Who was put out isn't back by asking on.
    const enter = session.wasKicked(room) ? undefined : 'existing'
    let page = await entering(session, { room }, enter, read)
    let shown = shownOf(page, session, call.lang)
    const { clock } = call.sessions.host
    const end = clock.monotonic() + wait
    while (shown.length === 0 && clock.monotonic() < end) {
      const left = end - clock.monotonic()
      if (!(await somethingNew(call, session, page.room, page.seq, left))) break
      page = await read()
      shown = shownOf(page, session, call.lang)
    }
    call.answer({
      status: 200,
      body: {
        room: page.room,
        messages: shown,
        last_timestamp: page.stamp,
        seq: page.seq,
        more: page.more,
        ...(page.gap && { gap: page.gap }),
      },
    })
  })
}

interface Page {
  readonly room: string
  readonly entries: readonly Entry[]
  /** Where the client is when it has this. */
  readonly seq: number
  readonly stamp: number
  readonly more: boolean
  readonly gap?: Results['history']['gap']
}

/** What came after what the client has, by seq or by time stamp; or the newest. */
async function pageOf(
  call: Call,
  session: HttpSession,
  room: string,
  limit: number,
): Promise<Page> {
  const last = call.count('last_timestamp', 0)
  const seq = call.field('seq') ?? call.field('after')
  if (seq !== undefined) {
    const page = await session.ask('history', { room, after: seq, limit })
    return pageAt(page, page.entries, seq as number, last, page.more)
  }
  if (last === 0) {
    const page = await session.ask('history', { room, limit })
    return pageAt(page, page.entries, page.head, 0, false)
  }
  // Whole pages: those of the same millisecond that the client has had come first.
  let page = await session.ask('history', { room, at: Math.floor(last) })
  let entries = forward(page.entries, last)
  while (entries.length === 0 && page.more) {
    const after = page.entries.at(-1)?.seq ?? page.head
    page = await session.ask('history', { room, after })
    entries = forward(page.entries, last)
  }
  const more = page.more || entries.length > limit
  return pageAt(page, entries.slice(0, limit), page.entries.at(-1)?.seq ?? page.head, last, more)
}

function pageAt(
  { room, gap }: Results['history'],
  entries: readonly Entry[],
  seq: number,
  stamp: number,
  more: boolean,
): Page {
  const last = entries.at(-1)
  return {
    room,
    entries,
    seq: last?.seq ?? seq,
    stamp: last === undefined ? stamp : stampOf(last),
    more,
    ...(gap && { gap }),
  }
}

/** Entries, and behind them who came and went meanwhile: once, and without a place of their own. */
function shownOf(page: Page, session: HttpSession, lang: HttpLang): Shown[] {
  const shown = page.entries.flatMap((entry) => entryShown(entry, lang) ?? [])
  const signals = session.signals ?? []
  const mine = signals.filter(({ push }) => push.room === page.room)
  if (mine.length === 0) return shown
  session.signals = signals.filter(({ push }) => push.room !== page.room)
  return [...shown, ...mine.map(({ push }) => signalShown(push, page.stamp, lang))]
}

/** Whom a request without a name can be meant to be: all who joined by name from this address. */
async function readers(call: Call, room: string): Promise<HttpSession[]> {
  const username = call.text('username')
  if (username !== '' || hasCredentials(call)) return [await inTheNameOf(call, username)]
  // Conversations of two aren't shown to whoever shares an address.
  if (room.startsWith('@')) return []
  const { sessions, exchange } = call
  const name = cleanRoomName(room, sessions.host.limits.roomNameChars)
  return sessions.inRoom(name, exchange.info()).filter(({ signals }) => signals !== null)
}

async function inTheNameOf(call: Call, username: string): Promise<HttpSession> {
  if (hasCredentials(call)) {
    const session = await call.session()
    const { nameChars } = call.sessions.host.limits
    if (username !== '' && cleanName(username, nameChars) !== session.person.name) {
      throw new ChatError('forbidden', 'username: not the name of this session')
    }
    return session
  }
  const { lang } = call
  return (await call.sessions.named(username, call.exchange.info(), { lang })).session
}

function hasCredentials({ credentials: { session, token } }: Call): boolean {
  return session !== undefined || token !== undefined
}

/** They are here as long as something is under way for them. */
async function during<T>(sessions: readonly HttpSession[], work: () => Promise<T>): Promise<T> {
  const done = sessions.map((session) => session.use())
  try {
    return await work()
  } catch (error) {
    throw isChatError(error) ? error : new ChatError('internal', undefined, { cause: error })
  } finally {
    for (const end of done) end()
  }
}
