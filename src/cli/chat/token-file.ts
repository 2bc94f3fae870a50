/** Logins that are remembered on this machine: one file that only its owner can read. */

import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Tokens by the address they are for. A token is never shown to another address. */
export interface TokenFile {
  get(url: string): string | undefined
  set(url: string, token: string): void
  /** Forgets the token of this address. */
  forget(url: string): void
}

/** Of this user; where others can't look. */
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** The file in `$XDG_STATE_HOME/tertulia`, by default `~/.local/state/tertulia`. */
export function tokenFile(env: Environment): TokenFile {
  const home = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state')
  const folder = join(home, 'tertulia')
  const path = join(folder, 'tokens.json')
  const read = (): Record<string, string> => {
    try {
      const kept: unknown = JSON.parse(readFileSync(path, 'utf8'))
      if (typeof kept !== 'object' || kept === null) return {}
      return Object.fromEntries(
        Object.entries(kept).filter((row): row is [string, string] => typeof row[1] === 'string'),
      )
    } catch {
      // None yet, or nothing that can be used.
      return {}
    }
  }
  const write = (kept: Record<string, string>): void => {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
    const draft = `${path}.${process.pid}`
    try {
      writeFileSync(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: FILE_MODE })
      chmodSync(draft, FILE_MODE)
      renameSync(draft, path)
    } finally {
      rmSync(draft, { force: true })
    }
  }
  return {
    get: (url) => {
      const kept = read()
      return Object.hasOwn(kept, url) ? kept[url] : undefined
    },
    set: (url, token) => write({ ...read(), [url]: token }),
    forget(url) {
      const { [url]: gone, ...rest } = read()
      if (gone !== undefined) write(rest)
    },
  }
}
