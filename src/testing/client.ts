/** A client for simulations: keeps coming back, retries until it is answered, and believes nothing. */

import type { ChangeKind, Results } from '../protocol/types.ts'
import type { Timer } from '../spi/clock.ts'
import { type SentMessage, Session, type TestClientOptions } from './client-session.ts'
import { RoomView } from './client-view.ts'
import type { NetworkLink } from './network-link.ts'

/** A client of one room. Made by {@link testClient}. */
export interface TestClient {
  /** Connects, and keeps connected until `stop`. */
  start(): void
  /** Leaves, and doesn't come back. */
  stop(): void
  /** Says something: until it is acknowledged, over as many connections as it takes. */
  say(text: string): SentMessage
  /**
   * Changes the entry `seq` of its room: until that is acknowledged, or refused.
   *
   * @param text the new text, or the emoji; of a `delete`: empty
   */
  change(kind: ChangeKind, seq: number, text: string): SentMessage
  /** Gives up the connection, politely or not, and comes back. */
  drop(): void
  /** The connection it has at the moment, for fate to play with. */
  readonly link: NetworkLink | null
  /** Its person's id; undefined before the first `hello`. */
  readonly person: string | undefined
  /** What it knows of the log. */
  readonly view: RoomView
  readonly sent: readonly SentMessage[]
  /** Everything is acknowledged or refused, and everything that was missed is there. */
  readonly settled: boolean
  /** How many connections it has had. */
  readonly connections: number
  /** What the server did and mustn't, of all kinds. */
  readonly problems: readonly string[]
}

/**
 * Makes a client that behaves as the protocol asks of clients: it says `hello` with its ticket,
 * joins with its position, reads pages until the head, and repeats what wasn't acknowledged with
 * the same `cid`. How it does that (all at once or step by step, leaving politely or not) depends
 * on `random`.
 *
 * @example
 * const client = testClient({
 *   clock,
 *   random: random.fork(),
 *   dial: (ear) => transport.connect(ear),
 *   room: 'geral',
 *   label: 'ana',
 * })
 * client.start()
 * client.say('hello')
 * await clock.advanceUntil(() => client.settled, 60_000)
 * assert.deepEqual(client.problems, [])
 */
export function testClient(options: TestClientOptions): TestClient {
  const { clock, random, backoffMs = [10, 500] } = options
  const view = new RoomView()
  const sent: SentMessage[] = []
  const problems: string[] = []
  let ticket: string | undefined
  let person: string | undefined
  let session: Session | null = null
  let timer: Timer | null = null
  let connections = 0
  let running = false

  function connect(): void {
    connections += 1
    session = new Session(options, owner, ticket)
  }

  const complain = (problem: string): void => {
    problems.push(`${options.label}, connection ${connections}: ${problem}`)
  }

  function identified(ok: Results['hello']): void {
    if (person !== undefined && person !== ok.person.id) complain('the ticket led to somebody else')
    person = ok.person.id
    ticket = ok.ticket
  }

  function ended(): void {
    session = null
    view.left()
    if (running) timer = clock.after(random.int(...backoffMs), connect)
  }

  const owner = { view, sent, connections: () => connections, complain, identified, ended }

  function add(what: Pick<SentMessage, 'text' | 'change'>): SentMessage {
    const cid = `${options.label}-${sent.length + 1}`
    const message: SentMessage = { cid, ...what, ack: null, tries: 0, connection: 0 }
    sent.push(message)
    session?.offer(message)
    return message
  }

  return {
    start() {
      if (running) return
      running = true
      connect()
    },
    stop() {
      running = false
      timer?.cancel()
      session?.leave(true)
    },
    say: (text) => add({ text }),
    change: (kind, seq, text) => add({ text, change: { kind, seq } }),
    drop() {
      session?.leave(random.chance(0.5))
    },
    get link() {
      return session?.link ?? null
    },
    get person() {
      return person
    },
    view,
    sent,
    get settled() {
      return view.live && sent.every(({ ack, refused }) => ack !== null || refused !== undefined)
    },
    get connections() {
      return connections
    },
    get problems() {
      return [...problems, ...view.problems.map((problem) => `${options.label}: ${problem}`)]
    },
  }
}
