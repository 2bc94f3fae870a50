import { describe, it } from 'vitest'
import { jsonCodec } from '../../src/protocol/json.ts'
import { textCodec } from '../../src/protocol/text.ts'
import { codecSuite } from '../../src/testing/codec-suite.ts'

describe('json', () => {
  codecSuite({
    test: it,
    factory: () => jsonCodec,
    write: (request) => JSON.stringify(request),
  })
})

const LINES = [
  'Olá a todos!',
  '//help is what you want',
  '/help',
  '/ajuda',
  '/nick Ana Maria',
  '/join #geral',
  '/entrar Salão',
  '/create jogos',
  '/rooms',
  '/who',
  '/who #geral',
  '/msg "Ana Maria" oi',
  '/msg Ana oi',
  '/history',
  '/history 50',
  '/history #geral 5',
  '/leave',
  '/lang pt-BR',
  '/quit',
  '/sair',
]

for (const lang of ['en', 'pt-BR'] as const) {
  describe(`text in ${lang}`, () => {
    codecSuite({ test: it, factory: () => textCodec(lang), payloads: LINES })
  })
}
