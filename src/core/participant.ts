/** Taking part without a socket: bots, bridges, tests. */

import { ChatError } from '../errors.ts'
import type {
  Entry,
  Op,
  Operations,
  Person,
  Push,
  Results,
  ServerEvent,
} from '../protocol/types.ts'
import type { Connection, Frame, Framing } from '../spi/transport.ts'
import type { Wire, Wires } from './wire.ts'

/** What a participant hears, by name of the event. */
export type Heard = {
  [P in Push as P['ev']]: P
}

/** Somebody who takes part from inside the program, by the same checks as everybody else, as an admin. */
export interface Participant {
  readonly person: Person
  /** Joins a room; makes it if it isn't there. Rejects with the codes of the `join` operation. */
  join(room: string, options?: Omit<Operations['join'], 'room'>): Promise<Results['join']>
  leave(room: string): Promise<void>
  /** Says something; resolves once it is stored. `ref`: the seq of the entry that is answered. */
  send(
    room: string,
    text: string,
    options?: { cid?: string; ref?: number },
  ): Promise<Results['send']>
  /** Gives one's own message another text. */
  edit(
    room: string,
    seq: number,
    text: string,
    options?: { cid?: string },
  ): Promise<Results['edit']>
  /** Deletes one's own message. */
  delete(room: string, seq: number, options?: { cid?: string }): Promise<Results['delete']>
  /** Holds an emoji up to a message; `on: false` takes it back. */
  react(
    room: string,
    seq: number,
    emoji: string,
    options?: { on?: boolean; cid?: string },
  ): Promise<Results['react']>
  /** Says something to one person, by name. */
  msg(to: string, text: string, options?: { cid?: string }): Promise<Results['msg']>
  history(room: string, options?: Omit<Operations['history'], 'room'>): Promise<Results['history']>
  /** Listens; returns what stops it. Own messages are heard too, as everybody hears theirs. */
  on<E extends keyof Heard>(event: E, listener: (event: Heard[E]) => unknown): () => void
  /**
   * Asks for any operation of the protocol, as the host program: it may do everything an admin may.
   *
   * @example
   * await helper.ask('ban', { room: 'geral', person: 'Mallory', reason: 'spam' })
   */
  ask<O extends Op>(op: O, fields: Operations[O]): Promise<Results[O]>
  /** Leaves all rooms and is gone. */
  close(): Promise<void>
}

/** Events as they are: what a participant's connection carries. */
interface EventFrame extends Frame {
  readonly events: readonly ServerEvent[]
}

/** Nothing is ever framed for a participant: its wire hands events on as they are. */
const framing: Framing = {
  name: 'events',
  pack: () => ({ byteLength: 0 }),
}

/** The wire of all participants of a server. */
export function eventWire(wires: Wires): Wire {
  return wires.make('events', (events): EventFrame => ({ byteLength: 0, events }))
}

interface Pending {
  resolve(ok: unknown): void
  reject(error: ChatError): void
}

/** The core's end, fed by {@link LocalConnection}. */
interface Ear {
  payload(text: string): void
  closed(): void
}

/** A connection that goes nowhere: what is sent to it is heard in the same process. */
export class LocalConnection implements Connection {
  readonly framing = framing
  readonly bufferedBytes = 0
  private readonly listeners = new Map<string, Set<(event: never) => unknown>>()
  private readonly pending = new Map<number, Pending>()
  private readonly complain: (error: unknown) => void
  private ear: Ear | null = null
  private next = 1

  constructor(complain: (error: unknown) => void) {
    this.complain = complain
  }

  attach(ear: Ear): void {
    this.ear = ear
  }

  send(frames: readonly Frame[]): boolean {
    for (const frame of frames as readonly EventFrame[]) {
      for (const event of frame.events) this.hear(event)
    }
    return true
  }

  close(): void {
    const { ear } = this
    this.ear = null
    for (const { reject } of this.pending.values()) reject(new ChatError('closed'))
    this.pending.clear()
    // The session is in the middle of ending itself.
    if (ear !== null) queueMicrotask(() => ear.closed())
  }

  pause(): void {}
  resume(): void {}

  on(event: string, listener: (event: never) => unknown): () => void {
    const known = this.listeners.get(event) ?? new Set()
    this.listeners.set(event, known)
    known.add(listener)
    return () => {
      known.delete(listener)
    }
  }

  /** Asks as a client does, in JSON, so that the same checks are made. */
  ask<O extends Op>(op: O, fields: Operations[O]): Promise<Results[O]> {
    const { ear } = this
    if (ear === null) return Promise.reject(new ChatError('closed'))
    const id = this.next++
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (ok: unknown) => void, reject })
      ear.payload(JSON.stringify({ ...fields, id, op }))
    })
  }

  private hear(event: ServerEvent): void {
    if (event.type === 'reply' || event.type === 'error') {
      const asked = this.pending.get(event.id as number)
      this.pending.delete(event.id as number)
      if (event.type === 'reply') asked?.resolve(event.ok)
      else {
        const { code, message, retryAfterMs } = event.err
        asked?.reject(
          new ChatError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs }),
        )
      }
    } else if (event.type === 'entry') {
      const { kind, ...rest } = event.entry
      this.tell(kind, { ev: kind, ...rest })
    } else if (event.type === 'push') {
      this.tell(event.push.ev, event.push)
    }
  }

  private tell(name: string, event: object): void {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        const result = (listener as (event: object) => unknown)(event)
        if (result instanceof Promise) result.catch(this.complain)
      } catch (error) {
        this.complain(error)
      }
    }
  }
}

/** The participant's face of a connection that said hello. */
export function participantOf(
  connection: LocalConnection,
  who: () => Person,
  leave: () => void,
): Participant {
  return {
    get person() {
      return who()
    },
    ask: (op, fields) => connection.ask(op, fields),
    join: (room, options) => connection.ask('join', { ...options, room }),
    async leave(room) {
      await connection.ask('leave', { room })
    },
    send: (room, text, options) => connection.ask('send', { ...options, room, text }),
    edit: (room, seq, text, options) => connection.ask('edit', { ...options, room, seq, text }),
    delete: (room, seq, options) => connection.ask('delete', { ...options, room, seq }),
    react: (room, seq, text, options) => connection.ask('react', { ...options, room, seq, text }),
    msg: (to, text, options) => connection.ask('msg', { ...options, to, text }),
    history: (room, options) => connection.ask('history', { ...options, room }),
    on: (event, listener) => connection.on(event, listener),
    async close() {
      leave()
    },
  }
}

/** An entry as a listener of `message` or `notice` gets it. */
export type HeardEntry = Omit<Entry, 'kind'> & { readonly ev: Entry['kind'] }
