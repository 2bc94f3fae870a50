// The protocols the load generator speaks: what it says to come in and to send, and how it tells a
// message from everything else without parsing it.

import { type Framing, lengthPrefixed, NUMBER, webSocket } from './frames.ts'

export type DialectName = 'tertulia' | 'tertulia-tcp' | 'plain' | 'socket.io'

/** Says `say` (unless empty), then waits for a payload that begins with `until`. */
export interface Step {
  readonly say: string
  readonly until: string
}

export interface Dialect {
  readonly framing: Framing
  /** The path to upgrade; undefined where there is no WebSocket. */
  readonly path: string | undefined
  entrance(name: string, room: string): readonly Step[]
  /** The payload of a message, with NUMBER where its number goes. */
  message(room: string, sender: string, text: string): string
  /** What the payload of a delivery begins with. */
  readonly delivery: string
  /** Two offsets in it at which no other payload has the same two bytes. */
  readonly tells: readonly [number, number]
  /** A payload that is a request for a sign of life, and the answer to it. */
  readonly ping?: string
  readonly pong?: string
  /** What every reply begins with and, if it isn't a refusal, has at `okAt`. */
  readonly reply?: string
  readonly okAt?: number
}

const tertulia: Dialect = {
  framing: webSocket,
  path: '/',
  entrance: (name, room) => [
    { say: JSON.stringify({ id: 1, op: 'hello', version: 1, name }), until: '{"re":1,"ok"' },
    { say: JSON.stringify({ id: 2, op: 'join', room }), until: '{"re":2,"ok"' },
  ],
  message: (room, sender, text) =>
    `{"id":${NUMBER},"op":"send","room":"${room}","text":"${text}","cid":"${sender}-${NUMBER}"}`,
  delivery: '{"ev":"message"',
  tells: [2, 9], // the e of ev, the first s of message
  reply: '{"re":',
  okAt: 15, // {"re":1000000,"ok"
}

const plain: Dialect = {
  framing: webSocket,
  path: '/',
  entrance: (name, room) => [
    { say: JSON.stringify({ type: 'hello', name }), until: '{"type":"welcome"' },
    { say: JSON.stringify({ type: 'join', room }), until: '{"type":"joined"' },
  ],
  message: (room, _sender, text) => `{"type":"message","room":"${room}","text":"${text}"}`,
  delivery: '{"type":"message"',
  tells: [2, 9], // the t of type, the m of message
}

/** Socket.IO 5 over Engine.IO 4. */
const socketIo: Dialect = {
  framing: webSocket,
  path: '/socket.io/?EIO=4&transport=websocket',
  entrance: (name, room) => [
    { say: '', until: '0{' },
    { say: '40', until: '40{' },
    { say: `42["hello",${JSON.stringify(name)}]`, until: '42["welcome"' },
    { say: `42["join",${JSON.stringify(room)}]`, until: '42["joined"' },
  ],
  message: (room, _sender, text) => `42["message",{"room":"${room}","text":"${text}"}]`,
  delivery: '42["message"',
  tells: [0, 4], // the 4 of 42, the m of message
  ping: '2',
  pong: '3',
}

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  tertulia,
  'tertulia-tcp': { ...tertulia, framing: lengthPrefixed, path: undefined },
  plain,
  'socket.io': socketIo,
}
