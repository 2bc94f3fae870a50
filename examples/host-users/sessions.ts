/** What applications have: users, and sessions in signed cookies. Stands for yours. */

import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'

export interface User {
  readonly id: string
  readonly name: string
}

// A real application has a password, and a database.
const users = new Map<string, User>([
  ['ana', { id: 'user-1', name: 'Ana Souza' }],
  ['bruno', { id: 'user-2', name: 'Bruno Lima' }],
])

const key = randomBytes(32)
const sessions = new Map<string, User>()

const signature = (id: string): Buffer => createHmac('sha256', key).update(id).digest()

/** Begins a session; what to set as its cookie, or null: there is no such user. */
export function logIn(login: string): string | null {
  const user = users.get(login.trim().toLowerCase())
  if (user === undefined) return null
  const id = randomUUID()
  sessions.set(id, user)
  return `${id}.${signature(id).toString('base64url')}`
}

/** Whose request it is, by its `Cookie` header. */
export function userOf(cookies: string | undefined): User | null {
  const [, id = '', signed = ''] = /(?:^|; )session=([\w-]+)\.([\w-]+)/.exec(cookies ?? '') ?? []
  const given = Buffer.from(signed, 'base64url')
  const right = signature(id)
  const genuine = given.length === right.length && timingSafeEqual(given, right)
  return genuine ? (sessions.get(id) ?? null) : null
}

/** Ends all sessions of a user. */
export function logOut(user: User): void {
  for (const [id, { id: whose }] of sessions) if (whose === user.id) sessions.delete(id)
}
