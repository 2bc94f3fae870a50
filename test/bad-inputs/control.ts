/** People who did nothing wrong: two who talk to each other, over TCP and over WebSocket. */

import { expect } from 'vitest'
import type { JsonClient } from '../support/clients.ts'

export const CONTROL_ROOM = 'controle'

/** See the file. */
export class Control {
  private readonly tcp: JsonClient
  private readonly websocket: JsonClient
  private head: number
  private said = 0

  constructor(tcp: JsonClient, websocket: JsonClient, head: number) {
    this.tcp = tcp
    this.websocket = websocket
    this.head = head
  }

  /** Both are still here, and get answers. */
  async lives(): Promise<void> {
    for (const one of [this.tcp, this.websocket]) await one.ask('ping')
  }

  /** One on another transport speaks; both hear it, as the next entry of the room. */
  async talks(notBy: string): Promise<void> {
    const speaker = notBy === 'tcp' || notBy === 'text' ? this.websocket : this.tcp
    this.said += 1
    const text = `${this.said}`
    const sent = await speaker.ask('send', { room: CONTROL_ROOM, text })
    expect(sent.seq).toBe(this.head + 1)
    this.head += 1
    for (const one of [this.tcp, this.websocket]) {
      const heard = await one.push('message', (m) => m.room === CONTROL_ROOM && m.text === text)
      expect(heard.seq).toBe(this.head)
      const all = one.all.filter((m) => m.ev === 'message' && m.room === CONTROL_ROOM)
      expect(all.map((m) => m.text)).toEqual(
        Array.from({ length: this.said }, (_, i) => `${i + 1}`),
      )
      expect(one.all.filter((m) => m.ev === 'close')).toEqual([])
    }
  }
}
