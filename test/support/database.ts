/** A database of Postgres for one test: what makes its tables where nobody says where. */

import { randomBytes } from 'node:crypto'
import { ask } from './postgres.ts'

/** A database that nobody else uses. */
export interface OwnDatabase {
  readonly url: string
  /** Removes it, and ends who is still connected. */
  drop(): Promise<void>
}

/** Makes one on the server at this URL. */
export async function ownDatabase(url: string): Promise<OwnDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await ask(url, `create database ${name}`)
  const place = new URL(url)
  place.pathname = `/${name}`
  return {
    url: place.href,
    drop: async () => void (await ask(url, `drop database ${name} with (force)`)),
  }
}
