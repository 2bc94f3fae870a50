/** What an entered line means: a message, a command of the text protocol, or one of this program. */

import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ChatClient, ChatRoom, Handled, Off, SayOptions } from '../../client/types.ts'
import { ChatError, isChatError } from '../../errors.ts'
import { langOf } from '../../i18n/languages.ts'
import { isChange } from '../../protocol/entry.ts'
import { textCodec } from '../../protocol/text.ts'
import type { Entry, Op, Operations, Reply, Request, Results } from '../../protocol/types.ts'
import type { Pass } from './desk.ts'
import { LOCAL_COMMANDS, localIn } from './local-commands.ts'
import type { Places } from './places.ts'
import type { Talk } from './talk.ts'
import type { LocalName } from './texts.ts'
import { cellsOf } from './width.ts'

/** Files larger than this are not even read, in bytes: no server takes them in one piece. */
const FILE_MOST = 1024 ** 3
/** What was said last in a room, once it is stored or refused. */
const LAST_SAID = new WeakMap<ChatRoom, Promise<void>>()
/** Operations that are only passed on. */
type Passed = Exclude<Op, Handled>

/** Where a line is said. */
interface Here {
  readonly talk: Talk
  readonly client: ChatClient
  readonly pass: Pass
  readonly places: Places
}

/** Does what a line says. Rejects with what went wrong, to be told. */
export async function handleLine(talk: Talk, line: string): Promise<void> {
  const { came, places } = talk
  if (came === null || places === null) return
  const here = { talk, ...came, places }
  const text = line.replace(/\s+$/, '')
  if (text.trim() === '') return
  const local = localIn(text)
  if (local !== null) {
    await LOCAL[local.command.name](here, local.rest)
    return
  }
  const request = textCodec(talk.lang).decode(text)
  // It comes in the language that is spoken here, and says how to write it.
  if (request.op === null) throw request.error
  await ask(here, request)
}

async function ask(here: Here, request: Request): Promise<void> {
  const { talk, client } = here
  switch (request.op) {
    case 'ping':
      return
    case 'send': {
      send(here, roomHere(here), request.text)
      return
    }
    case 'msg':
      // It waits for a connection, as everything that is said; the room has it when it was found.
      client.message(request.to, request.text).catch((error) => talk.fail(error))
      return
    case 'edit':
    case 'delete':
    case 'react':
      await change(here, request)
      return
    case 'join':
      online(here)
      await talk.join(request.room, request.password)
      return
    case 'leave': {
      const room = named(here, request.room)
      await room.leave()
      reply(here, 'leave', { room: room.name })
      return
    }
    case 'history':
      await past(here, request)
      return
    case 'nick':
      reply(here, 'nick', { person: await online(here).rename(request.name) })
      return
    case 'login':
    case 'register': {
      const login = await talk[request.op](request.name, request.password)
      await talk.become({ token: login.token })
      talk.remember(login.token)
      reply(here, request.op, login)
      return
    }
    case 'logout':
      await logout(here)
      return
    case 'password': {
      const login = await online(here).request('password', { old: request.old, new: request.new })
      talk.remember(login.token, here.pass.token)
      here.pass.token = login.token
      reply(here, 'password', login)
      return
    }
    case 'lang': {
      talk.speak(langOf(request.lang, talk.lang))
      if (client.state === 'online') await client.request('lang', { lang: talk.lang })
      reply(here, 'lang', { lang: talk.lang })
      return
    }
    case 'help':
      await help(here)
      return
    default:
      await pass(here, request as Request<Passed>)
  }
}

/** Asks the server as it is; the room may be the one where one speaks. */
async function pass(here: Here, request: Request<Passed>): Promise<void> {
  const { id: _, op, ...fields } = request
  const asked = { ...fields } as { room?: string }
  if (asked.room === '') asked.room = roomHere(here).name
  // What is asked and what is answered go together by `op`, which the types can't follow.
  const ok = await online(here).request(op, asked as Operations[typeof op])
  reply(here, op, ok as Results[typeof op])
}

function reply<O extends Op>({ talk }: Here, op: O, ok: Results[O]): void {
  const answer = { type: 'reply', id: 0, op, ok } as unknown as Reply
  talk.print(talk.scribe.reply(answer, talk.lang === 'pt-BR'))
}

/** What is asked of a server, and not said to a room, needs a connection now. */
function online({ client }: Here): ChatClient {
  if (client.state !== 'online') throw new ChatError('closed')
  return client
}

function roomHere({ talk, places }: Here): ChatRoom {
  if (places.current === null) {
    throw new ChatError('not_member', talk.scribe.style.texts.noRoom)
  }
  return places.current
}

function named(here: Here, room: string): ChatRoom {
  if (room === '') return roomHere(here)
  const found = here.client.rooms.get(room)
  if (found === undefined) throw new ChatError('not_member')
  return found
}

function send(
  { talk, places }: Here,
  room: ChatRoom,
  text: string,
  options: SayOptions = {},
): void {
  const saying = room.send(text, options)
  talk.say(room, text === '' ? (options.file?.name ?? '') : text, saying)
  const stored = saying.then(
    ({ seq }) => places.said(room, seq),
    () => {},
  )
  LAST_SAID.set(room, stored)
}

/** People don't know the numbers of messages: it is about one's own last one, or the last of all. */
async function change(here: Here, request: Request<'edit' | 'delete' | 'react'>): Promise<void> {
  const { talk, places } = here
  const room = roomHere(here)
  await stored(here, room)
  const seq = places.lastSeq(room, request.op !== 'react')
  if (seq === undefined) throw new ChatError('entry_not_found')
  if (request.op === 'edit') talk.say(room, request.text, room.edit(seq, request.text))
  else if (request.op === 'delete') talk.say(room, '/delete', room.delete(seq))
  else talk.say(room, request.text, room.react(seq, request.text))
}

/** Waits for what was said just now: it is the one that is meant. */
async function stored(here: Here, room: ChatRoom): Promise<void> {
  if (!room.unsent.some(({ op }) => op === 'send')) return
  const client = online(here)
  let off: Off = () => {}
  const lost = new Promise<void>((resolve) => {
    off = client.on('state', () => resolve())
  })
  await Promise.race([LAST_SAID.get(room), lost])
  off()
  online(here)
}

async function past(here: Here, { room: name, limit = 20 }: Request<'history'>): Promise<void> {
  const { talk } = here
  const room = named(here, name)
  online(here)
  const entries: Entry[] = []
  for await (const entry of room.history({ page: limit })) {
    if (!isChange(entry.kind)) entries.unshift(entry)
    if (entries.length >= limit) break
  }
  if (entries.length > 0) talk.print(talk.scribe.past(entries, 0, ''))
  else talk.print(talk.scribe.told(talk.scribe.style.catalog.you.silence(`#${room.name}`)))
}

async function logout(here: Here): Promise<void> {
  const { talk } = here
  const client = online(here)
  const { token } = here.pass
  if (token === undefined) throw new ChatError('unauthorized')
  // A guest first: the connection ends with its token.
  await talk.become({}).catch(async (error) => {
    if (error?.code !== 'unauthorized') throw error
    await client.request('logout', { token }).catch(() => {})
    talk.forget()
    reply(here, 'logout', { ended: 1 })
    talk.end(0)
  })
  if (talk.came === null || talk.came.client === client) return
  const { ended } = await talk.came.client.request('logout', { token })
  talk.forget()
  reply(here, 'logout', { ended })
}

async function help(here: Here): Promise<void> {
  const { talk } = here
  const ok = await online(here).request('help', {})
  const aliased = talk.lang === 'pt-BR'
  const { texts } = talk.scribe.style
  const rows = LOCAL_COMMANDS.map(({ name, aliases }) => {
    const { args, about } = texts.commands[name]
    const usage = `/${name} ${args}`.trimEnd()
    return [aliased ? `${usage}, /${aliases[0]}` : usage, about] as const
  })
  const width = Math.max(...rows.map(([usage]) => usage.length))
  const lines = [
    ...talk.scribe.reply({ type: 'reply', id: 0, op: 'help', ok }, aliased),
    ...rows.map(([usage, about]) => `  ${usage.padEnd(width)}  ${about}`),
  ]
  const isWide = lines.some((line) => ROW.test(line) && cellsOf(line) > talk.columns)
  talk.print([
    ...(isWide ? lines.map((line) => line.replace(ROW, '$1 — ')) : lines),
    ...talk.scribe.told(texts.keys),
  ])
}

/** A row of a table: what it is about, up to the next column. Where it doesn't fit it is no table. */
const ROW = /^( {2}\S.*?) {2,}/

const LOCAL: Readonly<Record<LocalName, (here: Here, rest: string) => Promise<void> | void>> = {
  reply(here, rest) {
    const { talk, places } = here
    const room = roomHere(here)
    if (rest === '') throw usage(here, 'reply')
    const about = places.lastOfOthers(room)
    if (about === undefined)
      throw new ChatError('entry_not_found', talk.scribe.style.texts.nothingToAnswer)
    send(here, room, rest, { ref: about.seq })
  },

  async upload(here, rest) {
    const { talk } = here
    const room = roomHere(here)
    if (rest === '') throw usage(here, 'upload')
    online(here)
    let data: Uint8Array<ArrayBuffer>
    try {
      const { size } = await stat(rest)
      if (size > FILE_MOST) throw new ChatError('file_too_large')
      data = new Uint8Array(await readFile(rest))
    } catch (error) {
      if (isChatError(error)) throw error
      throw new ChatError('file_not_found', talk.scribe.style.texts.noFile(rest))
    }
    const file = await room.upload(data, { name: basename(rest) })
    send(here, room, '', { file })
  },

  async files(here) {
    const { talk } = here
    const { catalog, texts } = talk.scribe.style
    const room = roomHere(here)
    const { files, more } = await online(here).request('files', { room: room.name })
    const lines = files.map(({ name, size, from, ts }) => {
      const at = new Date(ts)
      const day = catalog.day(at.getFullYear(), at.getMonth() + 1, at.getDate())
      return `${day} ${from.name}: ${catalog.marks.file(name, size)}`
    })
    if (lines.length === 0) lines.push(texts.noFiles(`#${room.name}`))
    if (more) lines.push(texts.moreFiles)
    talk.print(lines.flatMap((line) => talk.scribe.told(line)))
  },
}

function usage({ talk }: Here, name: LocalName): ChatError {
  const { catalog, texts } = talk.scribe.style
  const how = `/${name} ${texts.commands[name].args}`.trimEnd()
  return new ChatError('bad_request', catalog.help.usage(how))
}
