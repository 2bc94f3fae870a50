/** Asking the other nodes something, and waiting for what they say. */

import type { Clock, MakeId } from '../spi/clock.ts'
import type { Logger } from '../spi/logger.ts'
import type { Link } from './link.ts'

/** What one node can ask of the others. */
export type Question =
  /** How much goes on there. */
  | { readonly what: 'figures' }
  /** Who is there, by id after `after`; `person`: only the one of this id or name. */
  | {
      readonly what: 'people'
      readonly after: string
      readonly limit: number
      readonly person?: string
    }
  /** End connections: those of a person, or one. */
  | {
      readonly what: 'end'
      readonly person?: string
      readonly session?: string
      readonly reason?: string
    }
  /** What a person said is gone from storage: forget what is in memory. */
  | { readonly what: 'forget'; readonly person: string }
  /** Limits were changed. */
  | { readonly what: 'limits' }

type Message =
  | { readonly node: string; readonly t: 'ask'; readonly id: string; readonly question: Question }
  | {
      readonly node: string
      readonly t: 'answer'
      readonly id: string
      readonly to: string
      readonly i: number
      readonly of: number
      /** A part of a JSON text. */
      readonly text: string
    }

const TOPIC = 'admin'
/** Text in one message, in UTF-16 units: quoted and in UTF-8 small enough for every broker. */
const UNITS = 2000
/** How long others are waited for, and when they are asked once more, in ms. */
const WAIT_MS = 1500
const AGAIN_MS = 500

interface Waiting {
  readonly parts: Map<string, (string | undefined)[]>
  readonly answers: Map<string, unknown>
  check(): void
}

/** What it needs of its node. */
export interface InquiryHost {
  readonly link: Link | null
  readonly clock: Clock
  readonly makeId: MakeId
  readonly logger: Logger
  /** How many other nodes there are. */
  others(): number
  /** Answers for this node. */
  answer(question: Question): Promise<unknown>
}

/**
 * Questions go to all nodes, this one among them. Whoever doesn't answer is asked once more; who
 * still doesn't is left out. Doing twice what is asked does no harm.
 */
export class Inquiries {
  private readonly host: InquiryHost
  private readonly waiting = new Map<string, Waiting>()

  constructor(host: InquiryHost) {
    this.host = host
  }

  /** Listens to the others. */
  async open(): Promise<void> {
    await this.host.link?.heed<Message>(TOPIC, (message) => this.hear(message))
  }

  /** Asks all nodes. The first answer is this node's. */
  async ask<A>(question: Question): Promise<readonly A[]> {
    const { link, clock } = this.host
    const others = this.host.others()
    if (link === null || others === 0) return [(await this.host.answer(question)) as A]
    const id = this.host.makeId()
    const post = (): void => link.post(TOPIC, { t: 'ask', id, question })
    const answers = new Map<string, unknown>()
    const answered = new Promise<void>((resolve) => {
      const timers = [clock.after(AGAIN_MS, post), clock.after(WAIT_MS, () => done())]
      const done = (): void => {
        for (const timer of timers) timer.cancel()
        resolve()
      }
      const check = (): void => {
        if (answers.size >= others) done()
      }
      this.waiting.set(id, { parts: new Map(), answers, check })
    })
    post()
    try {
      const own = await this.host.answer(question)
      await answered
      return [own, ...answers.values()] as A[]
    } finally {
      this.waiting.delete(id)
    }
  }

  private hear(message: Message): void {
    if (message.t === 'ask') {
      this.reply(message.node, message.id, message.question).catch((error) => {
        this.host.logger.warn({ err: error, what: message.question.what }, 'a node got no answer')
      })
    } else if (message.to === this.host.link?.node) this.gather(message)
  }

  private async reply(to: string, id: string, question: Question): Promise<void> {
    const text = JSON.stringify((await this.host.answer(question)) ?? null)
    const of = Math.ceil(text.length / UNITS)
    for (let i = 0; i < of; i++) {
      const part = text.slice(i * UNITS, (i + 1) * UNITS)
      this.host.link?.post(TOPIC, { t: 'answer', id, to, i, of, text: part })
    }
  }

  private gather({ node, id, i, of, text }: Extract<Message, { t: 'answer' }>): void {
    const waiting = this.waiting.get(id)
    if (waiting === undefined || waiting.answers.has(node)) return
    const parts = waiting.parts.get(node) ?? new Array<string | undefined>(of).fill(undefined)
    // Asked twice, it may have answered differently.
    if (parts.length !== of) return void waiting.parts.delete(node)
    waiting.parts.set(node, parts)
    parts[i] = text
    if (parts.includes(undefined)) return
    try {
      waiting.answers.set(node, JSON.parse(parts.join('')))
    } catch {
      waiting.parts.delete(node)
      return
    }
    waiting.check()
  }
}
