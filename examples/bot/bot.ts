/** A moderator that is a program: answers commands, warns, and takes the word from who won't listen. */

import { randomInt } from 'node:crypto'
import { type ChatClient, type ChatRoom, type Entry, isChatError } from 'tertulia/client'

/** What isn't allowed, and what comes of it. */
export interface Rules {
  /** A message in which one of these is found is deleted. */
  readonly banned: readonly RegExp[]
  /** So many messages of one person within `floodMs` are too many. */
  readonly floodMessages: number
  readonly floodMs: number
  /** After the first warning: mute for so long, each time twice as long. */
  readonly muteMs: number
}

export const RULES: Rules = {
  banned: [/\bspam\b/iu, /\bfree money\b/iu],
  floodMessages: 6,
  floodMs: 4000,
  muteMs: 60_000,
}

type Command = (room: ChatRoom, entry: Entry, rest: string) => Promise<void>

/** An answer's key: to one message there is one answer, however often the bot has to try. */
const answerTo = ({ seq }: Entry) => ({ ref: seq, cid: `answer-${seq}` })

const COMMANDS: Readonly<Record<string, Command>> = {
  async '!help'(room, entry) {
    await room.send(Object.keys(COMMANDS).join(' '), answerTo(entry))
  },
  async '!roll'(room, entry, rest) {
    const sides = Math.min(Math.max(Number.parseInt(rest, 10) || 6, 2), 1000)
    await room.send(`${entry.from.name} rolls ${randomInt(1, sides + 1)}`, answerTo(entry))
  },
  async '!poll'(room, entry, rest) {
    const [question = '', ...options] = rest.split('|', 10).map((part) => part.trim())
    if (options.length < 2) {
      await room.send('!poll Pizza? | yes | no', answerTo(entry))
      return
    }
    const digits = options.map((_, i) => `${i + 1}\u{fe0f}\u{20e3}`)
    const lines = options.map((option, i) => `${digits[i]} ${option}`)
    const { seq } = await room.send([question, ...lines].join('\n'), answerTo(entry))
    // Whoever presses one of these votes.
    for (const digit of digits) await room.react(seq, digit)
  },
}

/** How somebody has behaved. */
interface Conduct {
  times: number[]
  strikes: number
}
/** Of so many people who spoke last that is kept. */
const MOST = 10_000

/**
 * Looks after a room, for as long as the client lives: over lost connections, too, after which it
 * also judges what was said meanwhile. The client's person needs to be a moderator there.
 */
export async function moderate(chat: ChatClient, name: string, rules = RULES): Promise<ChatRoom> {
  const room = await chat.join(name)
  const people = new Map<string, Conduct>()

  function conductOf({ from: { id } }: Entry): Conduct {
    const conduct = people.get(id) ?? { times: [], strikes: 0 }
    // The one who spoke last stands last; who hasn't spoken for long is forgotten.
    people.delete(id)
    people.set(id, conduct)
    for (const oldest of people.keys()) if (people.size > MOST) people.delete(oldest)
    return conduct
  }

  const isRude = ({ text }: Entry): boolean => {
    const plain = text.normalize('NFKC')
    return rules.banned.some((pattern) => pattern.test(plain))
  }

  /** By the server's clock: what comes late after a lost connection was not said all at once. */
  function isFlood(entry: Entry): boolean {
    const { floodMessages, floodMs } = rules
    const conduct = conductOf(entry)
    conduct.times = [...conduct.times, entry.ts].slice(-floodMessages)
    const [first = entry.ts] = conduct.times
    return conduct.times.length === floodMessages && entry.ts - first < floodMs
  }

  /** The first time a warning; after that they are muted, each time longer. */
  async function punish(entry: Entry, reason: string): Promise<void> {
    const conduct = conductOf(entry)
    conduct.times = []
    conduct.strikes += 1
    if (conduct.strikes === 1) {
      const cid = `warning-${entry.seq}`
      await room.send(`${entry.from.name}, ${reason}. Next time I mute you.`, { cid })
    } else {
      const forMs = rules.muteMs * 2 ** Math.min(conduct.strikes - 2, 10)
      await chat.request('mute', { room: room.name, person: entry.from.id, forMs, reason })
    }
  }

  async function judge(entry: Entry): Promise<void> {
    const flood = entry.kind === 'message' && isFlood(entry)
    if (isRude(entry)) {
      await room.delete(entry.kind === 'edit' ? (entry.ref ?? 0) : entry.seq)
      await punish(entry, 'such words are not for here')
    } else if (flood) {
      await punish(entry, 'one thing after the other, please')
    } else if (entry.kind === 'message') {
      const [word = '', ...rest] = entry.text.split(' ')
      if (Object.hasOwn(COMMANDS, word)) await COMMANDS[word]?.(room, entry, rest.join(' '))
    }
  }

  const hear = (entry: Entry): void => {
    if (entry.from.id === chat.person?.id) return
    judge(entry).catch((error) => {
      // What another moderator said or deleted already is none of its business.
      const fine = isChatError(error) && ['forbidden', 'entry_not_found'].includes(error.code)
      if (!fine) console.error(`#${room.name} ${entry.seq}:`, error)
    })
  }
  room.on('message', hear)
  // Else one would say something nice, and then make something else of it.
  room.on('edit', hear)
  return room
}
