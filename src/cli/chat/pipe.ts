/** A chat without a terminal: lines in are said, what is said comes out as lines. */

import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { ChatClient, ChatRoom } from '../../client/types.ts'
import { ChatError, isChatError } from '../../errors.ts'
import { texts } from '../../i18n/languages.ts'
import { entryLine } from '../../protocol/text-lines.ts'
import type { Entry } from '../../protocol/types.ts'
import { visible } from '../../protocol/visible.ts'
import type { ChatArguments } from './arguments.ts'
import type { Pass } from './desk.ts'
import { errorText } from './errors.ts'
import { chatTexts } from './texts.ts'

/** Lines on their way at a time. */
const AT_ONCE = 50
/** When all was read, what isn't stored after so long without a connection never will be, in ms. */
const PATIENCE_MS = 60_000
/** A line that can't be said, but those after it perhaps can. */
const OF_ITSELF = ['text_too_long', 'text_empty', 'too_large']

/** What a pipe needs. */
export interface PipeParts {
  readonly args: ChatArguments
  readonly input: Readable
  readonly output: Writable
  readonly errors: Writable
  connect(pass: Pass): ChatClient
  /** Calls when the process is asked to stop; gives how to stop listening. */
  onStop(stop: () => void): () => void
}

/** Runs to the end of the input, or until it is asked to stop. Resolves to the exit code. */
export async function pipe(parts: PipeParts): Promise<number> {
  const { args, output } = parts
  const { token, name } = args
  const pass = {
    ...(token === undefined ? {} : { token }),
    ...(name === undefined ? {} : { name }),
  }
  const client = parts.connect(pass)
  let failed = false
  const fail = (error: unknown, line = ''): void => {
    failed = true
    const said = line === '' ? '' : ` (${line.slice(0, 60)})`
    const text = errorText(texts(args.lang), error)
    parts.errors.write(`tertulia: ${visible(text + said)}\n`)
  }
  let stop: (ending: 'stopped') => void = () => {}
  const stopped = new Promise<'stopped'>((resolve) => {
    stop = resolve
  })
  const offStop = parts.onStop(() => stop('stopped'))
  // Whoever read it has had enough.
  output.on('error', () => stop('stopped'))
  client.on('state', ({ state, error }) => {
    if (state === 'closed' && error !== undefined) {
      fail(error)
      stop('stopped')
    }
  })
  try {
    await Promise.race([chat(parts, client, fail, stopped), stopped])
  } catch (error) {
    if (client.state !== 'closed' || !failed) fail(error)
  } finally {
    offStop()
    // Whoever writes into it isn't waited for.
    parts.input.destroy()
    await client.close()
  }
  return failed ? 1 : 0
}

async function chat(
  parts: PipeParts,
  client: ChatClient,
  fail: (error: unknown, line?: string) => void,
  stopped: Promise<'stopped'>,
): Promise<void> {
  const { args, input, output } = parts
  const follows = args.follow || args.listen
  const print = (entry: Entry): void => {
    output.write(`${visible(entryLine(texts(args.lang), entry))}\n`)
  }
  await inTime(client, args)
  if (follows) client.on('entry', ({ entry }) => print(entry))
  const { defaultRoom } = client
  const names = args.rooms.length > 0 ? args.rooms : defaultRoom === undefined ? [] : [defaultRoom]
  const rooms: ChatRoom[] = []
  for (const name of names) {
    const room = await client.join(name, { recent: follows ? (args.history ?? 0) : 0 })
    rooms.push(room)
    if (follows) for (const entry of room.recent) print(entry)
    room.on('left', ({ why, error }) => {
      if (why !== 'leave')
        fail(error ?? new ChatError(why === 'closed' ? 'room_closed' : 'forbidden'))
    })
  }
  const [room] = rooms
  if (!args.listen) {
    if (room === undefined) throw new ChatError('not_member', chatTexts(args.lang).noRoom)
    await sayAll(input, room, client, fail)
  }
  if (follows) await stopped
}

/** In, or it can't be reached: a pipe doesn't wait for a server that isn't there. */
function inTime(client: ChatClient, { url, lang }: ChatArguments): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const off = client.on('state', ({ state }) => {
      if (state === 'waiting')
        reject(new ChatError('unavailable', chatTexts(lang).unreachable(url)))
    })
    client.ready.then(resolve, reject).finally(off)
  })
}

/** Says every line, some at a time, in order. Resolves when all are stored, or refused. */
async function sayAll(
  input: Readable,
  room: ChatRoom,
  client: ChatClient,
  fail: (error: unknown, line?: string) => void,
): Promise<void> {
  const going = new Set<Promise<void>>()
  let refused = false
  let refuse: () => void = () => {}
  const refusing = new Promise<void>((resolve) => {
    refuse = resolve
  })
  const read = async (): Promise<void> => {
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
    for await (const line of lines) {
      if (refused) break
      if (line.trim() === '') continue
      const said: Promise<void> = room
        .send(line)
        .then(
          () => {},
          (error: unknown) => {
            if (!isChatError(error) || !OF_ITSELF.includes(error.code)) {
              // Told once: the lines behind it have the same fate.
              if (!refused) fail(error, line)
              refused = true
              refuse()
            } else fail(error, line)
          },
        )
        .finally(() => going.delete(said))
      going.add(said)
      if (going.size >= AT_ONCE) await Promise.race(going)
    }
  }
  await Promise.race([read(), refusing])
  const all = Promise.all(going).then(() => false)
  if (await Promise.race([all, hopeless(client)])) throw new ChatError('closed')
}

/** Resolves once the connection was lost for too long. */
function hopeless(client: ChatClient): Promise<true> {
  return new Promise((resolve) => {
    let since = Date.now()
    const timer = setInterval(() => {
      if (client.state === 'online') since = Date.now()
      if (client.state !== 'closed' && Date.now() - since < PATIENCE_MS) return
      clearInterval(timer)
      resolve(true)
    }, 1000)
    timer.unref()
  })
}
