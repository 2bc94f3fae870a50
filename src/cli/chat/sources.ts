/** Where completions come from: the rooms one is in, those of the server, the files of this machine. */

import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { visible } from '../../protocol/visible.ts'
import type { Sources } from './complete.ts'
import type { Came } from './desk.ts'
import type { Places } from './places.ts'

/** @param now who one is at the moment, and where */
export function sourcesOf(now: () => { came: Came | null; places: Places | null }): Sources {
  return {
    people: () => now().places?.people ?? [],
    async rooms(mine) {
      const { came, places } = now()
      const own = places?.names ?? []
      if (mine || came?.client.state !== 'online') return own
      const { rooms } = await came.client.request('rooms', {}).catch(() => ({ rooms: [] }))
      return [...new Set([...own, ...rooms.map(({ room }) => room)])].sort()
    },
    files,
  }
}

/** Paths that begin so; a name that a terminal would obey is not offered. */
function files(begin: string): string[] {
  const folder = begin.endsWith('/') ? begin : dirname(begin)
  const start = begin.endsWith('/') ? '' : basename(begin)
  const prefix = folder === '.' && !begin.startsWith('.') ? '' : folder
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => name.startsWith(start) && visible(name) === name)
      .map((entry) => join(prefix, entry.name) + (entry.isDirectory() ? '/' : ''))
  } catch {
    return []
  }
}
