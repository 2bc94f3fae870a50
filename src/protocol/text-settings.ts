/** What follows `/set`: one setting of a room, in the words of either language. */

import { PASSWORD_CHARS, REASON_CHARS, SLOW_MS } from './fields.ts'
import type { SettingsChange } from './types.ts'

const SETTING = /^(\S+)(?:\s+(\S[\s\S]*))?$/
const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ...['on', 'yes', 'sim', 'ligado'].map((word) => [word, true] as const),
  ...['off', 'no', 'não', 'nao', 'desligado'].map((word) => [word, false] as const),
])
/** Stands for nothing. */
const NONE = '-'

type Setting = (value: string) => SettingsChange | null

const password: Setting = (value) => {
  if (value === '' || value.length > PASSWORD_CHARS) return null
  return { password: value === NONE ? null : value }
}

const topic: Setting = (value) => {
  if (value.length > REASON_CHARS) return null
  return { topic: value === '' || value === NONE ? null : value }
}

const slow: Setting = (value) => {
  if (!/^\d{1,9}$/.test(value)) return null
  const slowMs = Number(value) * 1000
  return slowMs > SLOW_MS ? null : { slowMs }
}

const turned =
  (name: 'private' | 'readOnly'): Setting =>
  (value) => {
    const on = SWITCH.get(value.toLowerCase())
    return on === undefined ? null : { [name]: on }
  }

const SETTINGS: ReadonlyMap<string, Setting> = new Map([
  ...['password', 'senha'].map((word) => [word, password] as const),
  ...['private', 'privada'].map((word) => [word, turned('private')] as const),
  ...['readonly', 'leitura'].map((word) => [word, turned('readOnly')] as const),
  ...['slow', 'lento'].map((word) => [word, slow] as const),
  ...['topic', 'assunto'].map((word) => [word, topic] as const),
])

/**
 * Reads `password abracadabra`, `password -` (none), `private on`, `readonly off`, `slow 30` (seconds;
 * 0: not at all), `topic anything`. `null`: it can't be read.
 */
export function parseSetting(text: string): SettingsChange | null {
  const [, name = '', value = ''] = SETTING.exec(text.normalize('NFC')) ?? []
  return SETTINGS.get(name.toLowerCase())?.(value.trim()) ?? null
}
