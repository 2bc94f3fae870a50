/** Who is on a server before the first bad input: owners of rooms, guests with a past, a reader by HTTP. */

import { SAMPLES } from '../files/samples.ts'
import { PASSWORD } from '../support/accounts.ts'
import { type JsonClient, jsonClient, overTcp, overWebSocket } from '../support/clients.ts'
import { api } from '../support/http.ts'
import { CONTROL_ROOM, Control } from './control.ts'
import type { Known } from './row.ts'

/** Each room has its owner, who stays in it and has said something. */
const OWNED: Readonly<Record<string, object>> = {
  sala: {},
  fechada: { password: 'segredo de polichinelo' },
  convidados: { private: true },
  leitura: { readOnly: true },
  lenta: { slowMs: 60_000 },
  cheia: { people: 1 },
}
/** Connections that stay: the owners, one by HTTP, two who talk. */
export const STANDING = Object.keys(OWNED).length + 3
/** Rooms there are: theirs, that of the two who talk, and the one where people start. */
export const ROOMS = Object.keys(OWNED).length + 2

/** Brings people onto one server. */
export class People {
  private readonly port: number
  private readonly tcpPort: number
  private readonly guests: boolean

  constructor(port: number, tcpPort: number, guests: boolean) {
    this.port = port
    this.tcpPort = tcpPort
    this.guests = guests
  }

  /** The two who talk, in their room. */
  async control(): Promise<Control> {
    const tcp = await this.come('Tereza', overTcp(this.tcpPort))
    const websocket = await this.come('Wanda', this.websocket)
    for (const one of [tcp, websocket]) await one.client.ask('join', { room: CONTROL_ROOM })
    const { head } = await websocket.client.ask('join', { room: CONTROL_ROOM })
    return new Control(tcp.client, websocket.client, head as number)
  }

  /** Everybody else. Who doesn't stay has gone before the last ones come. */
  async settle(): Promise<Known> {
    const owners: Record<string, Awaited<ReturnType<People['come']>>> = {}
    for (const [room, settings] of Object.entries(OWNED)) {
      const owner = await this.come(`Dona de ${room}`, this.websocket)
      await owner.client.ask('create', { room, settings })
      await owner.client.ask('join', { room })
      await owner.client.ask('send', { room, text: 'oi' })
      owners[room] = owner
    }
    const token = await this.register('Ana')
    const revoked = await this.register('Rui')
    const { post } = api(`http://127.0.0.1:${this.port}`)
    await post('/v1/logout', { token: revoked }, { authorization: `Bearer ${revoked}` })
    const banned = await this.sanctioned('ban', owners.sala?.client as JsonClient)
    const muted = await this.sanctioned('mute', owners.sala?.client as JsonClient)
    const file = await this.upload('convidados', owners.convidados?.way ?? {})
    const reader = await this.session(await this.way('Leitora'))
    await reader.put('/v1/rooms/sala/members/me')
    return { token, revoked, banned, muted, session: reader.id, file }
  }

  private readonly websocket = (onPayload: (payload: string) => void) =>
    overWebSocket(`ws://127.0.0.1:${this.port}`)(onPayload)

  /** The fields of `hello` by which somebody comes in. */
  private async way(name: string): Promise<object> {
    return this.guests ? { name } : { token: await this.register(name) }
  }

  private async come(name: string, open: Parameters<typeof jsonClient>[0]) {
    const way = await this.way(name)
    const client = await jsonClient(open)
    const hello = await client.ask('hello', { version: 1, ...way })
    const { ticket } = hello as { ticket?: string }
    return { client, ticket: ticket ?? '', way: ticket === undefined ? way : { ticket } }
  }

  private async register(name: string): Promise<string> {
    const client = await jsonClient(this.websocket)
    const { token } = await client.ask('register', { name, password: PASSWORD })
    client.cut()
    return token as string
  }

  /** The ticket of a guest to whom this was done in `sala`. */
  private async sanctioned(act: 'ban' | 'mute', owner: JsonClient): Promise<string> {
    const { client, ticket } = await this.come(`Quem ${act}`, this.websocket)
    await client.ask('join', { room: 'sala' })
    await owner.ask(act, { room: 'sala', person: `Quem ${act}` })
    await client.ask('quit')
    await client.closed
    return ticket
  }

  private async session(way: object) {
    const url = `http://127.0.0.1:${this.port}`
    const got = await api(url).post('/v1/session', way)
    if (got.status !== 201) throw new Error(`no session: ${JSON.stringify(got.body)}`)
    const id = got.body.session as string
    return { ...api(url, { 'tertulia-session': id }), id, url }
  }

  /** A file of the owner, in their room, which nobody has said. */
  private async upload(room: string, way: object): Promise<string> {
    const { id, url, del } = await this.session(way)
    const response = await fetch(`${url}/v1/rooms/${room}/files?name=a.png`, {
      method: 'POST',
      headers: { 'tertulia-session': id },
      body: SAMPLES['image/png'],
    })
    const file = (await response.json()) as { id: string }
    if (response.status !== 201) throw new Error(`no file: ${JSON.stringify(file)}`)
    await del('/v1/session')
    return file.id
  }
}
