/**
 * The text protocol, for people: slash commands and plain lines in, readable lines out. Nothing in it
 * is meant for programs; those speak JSON.
 */

import { ChatError, isChatError } from '../errors.ts'
import type { Catalog } from '../i18n/catalog.ts'
import { type Lang, texts } from '../i18n/languages.ts'
import type { Codec } from '../spi/codec.ts'
import { commandOf } from './text-commands.ts'
import { entryLine, label, lines, pushLine, replyLines, secondsOf, usageOf } from './text-lines.ts'
import type { Malformed, Person, Request, ServerEvent } from './types.ts'
import { visible } from './visible.ts'

/** Text has no ids: every request has this one, so that it is answered. */
const ID = 0

/** As much of an unknown command is told back. */
const COMMAND_CHARS = 32

const COMMAND = /^\/(\S*)\s*([\s\S]*)$/

function malformed(error: ChatError): Malformed {
  return { id: ID, op: null, error }
}

function say(text: string): Request {
  return { id: ID, op: 'send', room: '', text }
}

function decode(catalog: Catalog, payload: string): Request | Malformed {
  const line = payload.replace(/\r?\n$/, '')
  // Nothing was said, so nothing is answered.
  if (line.trim() === '') return { id: undefined, op: 'ping' }
  if (!line.startsWith('/')) return say(line)
  if (line.startsWith('//')) return say(line.slice(1))
  const [, name = '', rest = ''] = COMMAND.exec(line) ?? []
  const command = commandOf(name)
  if (command === undefined) {
    const told = `/${[...name.slice(0, 2 * COMMAND_CHARS)].slice(0, COMMAND_CHARS).join('')}`
    return malformed(new ChatError('unknown_op', catalog.help.unknown(told)))
  }
  try {
    const ask = command.parse(rest.trim())
    if (ask !== null) return { id: ID, ...ask } as Request
  } catch (error) {
    if (isChatError(error)) return malformed(error)
    throw error
  }
  const usage = catalog.help.usage(usageOf(catalog, command))
  return malformed(new ChatError('bad_request', usage))
}

function welcome(catalog: Catalog, person: Person, room: string | undefined): string[] {
  const { you } = catalog
  const how = room === undefined ? you.noRoom : you.speak(label(catalog, room))
  return [you.welcome(person.name), how, you.hint].map((text) => `* ${text}`)
}

function encode(catalog: Catalog, aliased: boolean, event: ServerEvent): string | null {
  switch (event.type) {
    case 'entry':
      return visible(entryLine(catalog, event.entry))
    case 'push': {
      const line = pushLine(catalog, event.push)
      return line === null ? null : visible(line)
    }
    case 'reply': {
      const list = replyLines(catalog, aliased, event)
      return list === null ? null : lines(list)
    }
    case 'error': {
      const { message, retryAfterMs } = event.err
      const wait =
        retryAfterMs === undefined ? '' : ` ${catalog.you.retryIn(secondsOf(retryAfterMs))}`
      return visible(`! ${message}${wait}`)
    }
    case 'welcome':
      return lines(welcome(catalog, event.person, event.room))
  }
}

/**
 * The text protocol in one language. Its name is `text-en` or `text-pt-BR`.
 *
 * Decoding: a line that begins with `/` is a command (in English or Portuguese, in either language;
 * `/help` lists them), `//` begins a message with `/`, an empty line asks for nothing, everything
 * else is a message to the room the person is in (`room: ''`). Requests have the id 0. What is no
 * command is refused with `unknown_op`, one that lacks something with `bad_request` and how to write
 * it, a room's name that can't be one with `room_invalid`.
 *
 * Encoding: `[#geral] Alice: hello` is a message, `[Alice → Bob] hello` a private one, `* …` tells
 * something, `! …` is an error. Several lines are one payload, joined by `\n`. In all of it
 * control characters are made visible: no name and no text can forge a line or move the cursor.
 */
export function textCodec(lang: Lang): Codec {
  const catalog = texts(lang)
  const aliased = lang === 'pt-BR'
  return {
    name: `text-${lang}`,
    decode: (payload) => decode(catalog, payload),
    encode: (event) => encode(catalog, aliased, event),
  }
}
