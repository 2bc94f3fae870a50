/** Where `tertulia serve` keeps files. */

import { describe, expect, it } from 'vitest'
import { filesOf } from '../../src/cli/files.ts'

describe('--files', () => {
  it.each([
    ['auto', 'auto', true, 'tertulia-files'],
    ['auto', 'sqlite:tertulia.db', true, 'tertulia-files'],
    ['auto', 'sqlite:/var/lib/chat/salas.sqlite', true, '/var/lib/chat/salas-files'],
    ['auto', 'postgres://db/chat', true, 'tertulia-files'],
    ['./elsewhere', 'sqlite:tertulia.db', true, './elsewhere'],
    ['./elsewhere', 'memory', false, './elsewhere'],
  ])('%s beside %s', (where, storage, durable, directory) => {
    const { files, told } = filesOf(where, storage, durable)
    expect([files?.name, told]).toEqual(['directory', directory])
  })

  it('in memory where messages are, or when asked for; or nowhere', () => {
    expect(filesOf('auto', 'auto', false).files?.name).toBe('memory')
    expect(filesOf('memory', 'sqlite:x.db', true).files?.name).toBe('memory')
    expect(filesOf('off', 'auto', true).files).toBeUndefined()
  })
})
