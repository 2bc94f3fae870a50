/** Logins that `tertulia chat` keeps. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { tokenFile } from '../src/cli/chat/token-file.ts'

describe('logins that are kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-tokens-'))
  const path = join(folder, 'tertulia', 'tokens.json')
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('are given to the address they are for, and can be forgotten', () => {
    const file = tokenFile({ XDG_STATE_HOME: folder })
    file.forget('ws://a')
    expect(file.get('ws://a')).toBeUndefined()
    file.set('ws://a', 'one')
    file.set('ws://b', 'two')
    expect([file.get('ws://a'), file.get('ws://b'), file.get('ws://c')]).toEqual([
      'one',
      'two',
      undefined,
    ])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    file.forget('ws://a')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'ws://b': 'two' })
    expect(file.get('__proto__')).toBeUndefined()
  })

  it('survive a file that is none', () => {
    mkdirSync(join(folder, 'tertulia'), { recursive: true })
    const file = tokenFile({ XDG_STATE_HOME: folder })
    for (const text of ['', '[1', 'null', '"x"', '{"ws://a": 5}']) {
      writeFileSync(path, text)
      expect(file.get('ws://a')).toBeUndefined()
    }
    file.set('ws://a', 'one')
    expect(file.get('ws://a')).toBe('one')
  })
})
