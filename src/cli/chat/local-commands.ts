/** Commands that only this program has, beside those of the text protocol. */

import type { LocalName } from './texts.ts'

/** One command. */
export interface LocalCommand {
  readonly name: LocalName
  /** Other names; the first one is Portuguese. */
  readonly aliases: readonly [string, ...string[]]
}

/** All of them, in the order of `/help`. */
export const LOCAL_COMMANDS: readonly LocalCommand[] = [
  { name: 'reply', aliases: ['responder', 'r'] },
  { name: 'upload', aliases: ['enviar'] },
  { name: 'files', aliases: ['arquivos'] },
]

const BY_NAME = new Map(
  LOCAL_COMMANDS.flatMap((row) => [row.name, ...row.aliases].map((name) => [name, row])),
)

/** The command of this name, in whatever case and language it is written. */
export function localOf(name: string): LocalCommand | undefined {
  return BY_NAME.get(name.slice(0, 64).normalize('NFC').toLowerCase())
}

/** Takes a line apart: the command, and what stands after its name. `null`: it is none of these. */
export function localIn(
  line: string,
): { readonly command: LocalCommand; readonly rest: string } | null {
  const [, name, rest = ''] = /^\/(\S+)\s*([\s\S]*)$/.exec(line) ?? []
  const command = name === undefined ? undefined : localOf(name)
  return command === undefined ? null : { command, rest: rest.trim() }
}
