/** What happened, as lines of the terminal: those of the text protocol, with times and colours. */

import type { Catalog } from '../../i18n/catalog.ts'
import { isChange } from '../../protocol/entry.ts'
import { entryLine, label, pushLine, replyLines } from '../../protocol/text-lines.ts'
import type { Entry, Push, Reply } from '../../protocol/types.ts'
import { visible } from '../../protocol/visible.ts'
import type { Palette } from './colors.ts'
import type { ChatTexts } from './texts.ts'
import { cellsOf } from './width.ts'

/** As much of an answered message is told again, in characters. */
const QUOTED = 60
/** How long the line above what wasn't read is drawn, in cells. */
const RULE = 24

const pad = (part: number): string => String(part).padStart(2, '0')

/** `[14:03]` */
function clock(ts: number): string {
  const at = new Date(ts)
  return `[${pad(at.getHours())}:${pad(at.getMinutes())}]`
}

/** What lines are made with. */
export interface Style {
  readonly catalog: Catalog
  readonly texts: ChatTexts
  readonly palette: Palette
}

/** Turns what happens into lines, in the order in which they are printed. */
export class Scribe {
  style: Style
  private readonly now: () => number
  private day: string

  constructor(style: Style, now: () => number = Date.now) {
    this.style = style
    this.now = now
    // Of today nothing has to be told.
    this.day = this.dayOf(now())
  }

  /**
   * An entry, live or of the past, with its time, and the day where it changes.
   *
   * @param answered what it answers, if that is known
   * @param marked it concerns who reads it
   */
  entry(entry: Entry, answered: Entry | undefined, marked = false): string[] {
    const { palette } = this.style
    const list = this.dayLine(entry.ts)
    const time = palette.dim(clock(entry.ts))
    if (answered !== undefined) list.push(`${time} ${palette.dim(this.quote(answered))}`)
    list.push(`${time} ${marked ? palette.strong('» ') : ''}${this.said(entry)}`)
    return list
  }

  /** Entries of the past, with a line above those after `read` by others than `me`. */
  past(entries: readonly Entry[], read: number, me: string): string[] {
    const shown = entries.filter(({ kind }) => !isChange(kind))
    const bySeq = new Map(entries.map((entry) => [entry.seq, entry]))
    const isNew = ({ seq, kind, from }: Entry): boolean =>
      read > 0 && seq > read && kind === 'message' && from.id !== me
    const first = shown.find(isNew)
    return shown.flatMap((entry) => {
      const answered = entry.ref === undefined ? undefined : bySeq.get(entry.ref)
      const line = this.entry(entry, answered)
      return entry === first ? [...this.rule(), ...line] : line
    })
  }

  push(push: Push): string[] {
    const line = pushLine(this.style.catalog, push)
    return line === null ? [] : [this.style.palette.dim(visible(`${clock(this.now())} ${line}`))]
  }

  /** What a command was answered; nothing where the room shows what came of it. */
  reply(reply: Reply, aliased: boolean): string[] {
    return (replyLines(this.style.catalog, aliased, reply) ?? []).map((line) =>
      line.startsWith('*') ? this.style.palette.dim(visible(line)) : visible(line),
    )
  }

  /** Something this program tells. */
  told(text: string): string[] {
    return [this.style.palette.dim(visible(`* ${text}`))]
  }

  error(text: string): string[] {
    return [this.style.palette.error(visible(`! ${text}`))]
  }

  /** What was said to a room and isn't stored yet. */
  waiting(room: string, text: string): string[] {
    const { catalog, texts, palette } = this.style
    return [palette.dim(visible(`[${label(catalog, room)}] (${texts.waits} ${text})`))]
  }

  private said(entry: Entry): string {
    const { catalog, palette } = this.style
    const line = visible(entryLine(catalog, entry))
    if (entry.kind !== 'message') return palette.dim(line)
    const { from, to, room } = entry
    const begin = to === undefined ? `[${visible(label(catalog, room))}] ` : '['
    const name = visible(from.name)
    // Where something was made visible across these borders there is no colour.
    if (!line.startsWith(begin + name)) return line
    const rest = line.slice(begin.length + name.length)
    const tone = to === undefined ? palette.dim(begin) : palette.strong(begin)
    return tone + palette.person(from.id, name) + rest
  }

  private quote({ from, text, deleted }: Entry): string {
    const { marks } = this.style.catalog
    const words = deleted === true ? `(${marks.deleted})` : text
    const chars = [...words.slice(0, QUOTED * 4)]
    const short = chars.length > QUOTED ? `${chars.slice(0, QUOTED).join('')}…` : words
    return visible(`↪ ${from.name}: ${short}`)
  }

  private rule(): string[] {
    const { palette, texts } = this.style
    const word = ` ${texts.unread} `
    const side = '─'.repeat(Math.max(2, Math.floor((RULE - cellsOf(word)) / 2)))
    return [palette.error(`${side}${word}${side}`)]
  }

  private dayOf(ts: number): string {
    const at = new Date(ts)
    return this.style.catalog.day(at.getFullYear(), at.getMonth() + 1, at.getDate())
  }

  private dayLine(ts: number): string[] {
    const day = this.dayOf(ts)
    if (day === this.day) return []
    this.day = day
    return [this.style.palette.dim(`— ${day} —`)]
  }
}
