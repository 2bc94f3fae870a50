/** Files by HTTP for tests: they are brought and asked for as a browser does it. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { ChatServerOptions } from '../../src/chat.ts'
import { directoryFiles } from '../../src/files/directory.ts'
import type { FileRecord } from '../../src/spi/records.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { type Got, guest } from './http.ts'
import { start } from './server.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A directory that is gone after the test. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tertulia-files-'))
  folders.push(made)
  return made
}

/** Every file that is below a directory, half written ones among them. */
export const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

export interface Bytes {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
}

/** A server that keeps files in a directory. */
export async function fileServer(options: ChatServerOptions = {}, path = folder()) {
  const storage = options.storage ?? memoryStorage()
  const server = await start({ files: directoryFiles(path), ...options, storage })
  const url = server.where.httpUrl as string
  return {
    ...server,
    url: server.where.httpUrl as string,
    path,
    storage,
    port: server.where.port as number,
    guest: (name: string) => sharer(url, name),
  }
}

/** Somebody with a session who shares files. */
export async function sharer(url: string, name: string) {
  const one = await guest(url, name)
  const head = { 'tertulia-session': one.session }
  return {
    ...one,
    id: one.hello.person.id as string,
    /** Comes into a room. */
    join: (room: string) => one.put(`/v1/rooms/${encodeURIComponent(room)}/members/me`),
    async upload(
      room: string,
      file: string,
      body: string | Buffer | ReadableStream<Uint8Array>,
      headers: Record<string, string> = {},
    ): Promise<Got> {
      const query = new URLSearchParams({ name: file })
      const path = `/v1/rooms/${encodeURIComponent(room)}/files?${query}`
      const init = { method: 'POST', headers: { ...head, ...headers }, body, duplex: 'half' }
      const response = await fetch(url + path, init as RequestInit)
      const text = await response.text()
      const { status } = response
      return { status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
    },
    async download(
      id: string,
      headers: Record<string, string> = {},
      method = 'GET',
    ): Promise<Bytes> {
      const response = await fetch(`${url}/v1/files/${id}/x`, {
        method,
        headers: { ...head, ...headers },
      })
      const bytes = Buffer.from(await response.arrayBuffer())
      return { status: response.status, headers: response.headers, bytes }
    },
    send: (room: string, file: string, text = 'veja', more: object = {}) =>
      one.post(`/v1/rooms/${encodeURIComponent(room)}/messages`, { text, file, ...more }),
  }
}

/** What is noted of the files of a room. */
export function noted(storage: Storage, room: string): Promise<readonly FileRecord[]> {
  const { records } = storage
  if (records === undefined) throw new Error('this storage keeps no records')
  return records.files.list(room, Number.MAX_SAFE_INTEGER, 1000)
}
