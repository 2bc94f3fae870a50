/** Tickets: what a guest shows to be the same person again after the connection was lost. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Person } from '../protocol/types.ts'

const sign = (secret: string, body: string): Buffer =>
  createHmac('sha256', secret).update(body).digest()

/**
 * Makes a ticket: who it is and until when, signed, so that every node that has the secret can
 * check it and none has to remember it.
 */
export function makeTicket(secret: string, person: Person, until: number): string {
  const body = Buffer.from(JSON.stringify([person.id, person.name, until])).toString('base64url')
  return `${body}.${sign(secret, body).toString('base64url')}`
}

/** Who a ticket is of; `null` when it is forged, broken, or past its time. */
export function readTicket(secret: string, ticket: string, now: number): Person | null {
  const [body = '', mac = ''] = ticket.split('.', 2)
  const expected = sign(secret, body)
  const given = Buffer.from(mac, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  try {
    const [id, name, until] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [
      string,
      string,
      number,
    ]
    return until > now ? { id, name } : null
  } catch {
    return null
  }
}
