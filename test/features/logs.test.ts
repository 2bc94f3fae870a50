/** The log: one line for each input that was refused, which says enough and not too much. */

import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { lineLogger } from '../../src/cli/log.ts'
import { withAccounts } from '../support/accounts.ts'
import { jsonClient, person } from '../support/clients.ts'
import { api } from '../support/http.ts'
import { until } from '../support/scene.ts'

/** Lines as `tertulia serve` writes them. */
function logging(format: 'text' | 'json') {
  const lines: string[] = []
  const logger = lineLogger(
    'info',
    format,
    (line) => lines.push(line),
    () => 0,
  )
  return { logger, lines, refused: () => lines.filter((line) => line.includes('refused')) }
}

describe('the log', () => {
  it('has one line for each refusal: code, operation, transport, address, person', async () => {
    const { logger, refused } = logging('json')
    const { ws, tcp } = await withAccounts({ logger })
    const client = await jsonClient(ws)
    const { person: me } = await client.ask('hello', { version: 1, name: 'Ana' })
    await client.ask('send', { room: 'segredo', text: 'um segredo' }).catch(() => {})
    await client.ask('nonsense', { x: 1 }).catch(() => {})
    const stranger = await jsonClient(tcp)
    await stranger.ask('login', { name: 'Ana', password: 'um segredo' }).catch(() => {})
    stranger.send('{"op": "um segredo')
    await stranger.closed
    const { id } = me as { id: string }
    const lines = refused().map((line) => JSON.parse(line))
    expect(lines).toEqual([
      expect.objectContaining({
        code: 'not_member',
        op: 'send',
        transport: 'websocket',
        person: id,
      }),
      expect.objectContaining({ code: 'unknown_op', transport: 'websocket', person: id }),
      expect.objectContaining({ code: 'credentials_wrong', op: 'login', transport: 'tcp' }),
      expect.objectContaining({ code: 'bad_json', transport: 'tcp' }),
    ])
    for (const line of lines) {
      expect(line).toMatchObject({ level: 'info', msg: 'refused', address: '127.0.0.1' })
    }
    expect(JSON.stringify(lines)).not.toContain('segredo')
  })

  it('reads as a line for people, too', async () => {
    const { logger, refused } = logging('text')
    const { tcp } = await withAccounts({ logger })
    const client = await jsonClient(tcp)
    await client.ask('rooms').catch(() => {})
    expect(refused()).toEqual([
      '1970-01-01T00:00:00.000Z info  refused code=hello_required op=rooms transport=tcp address=127.0.0.1',
    ])
  })

  it('has requests by HTTP once, whoever refused them, and pages of elsewhere', async () => {
    const { logger, refused } = logging('json')
    const { where, url } = await withAccounts({ logger })
    const http = api(where.httpUrl as string)
    expect((await http.get('/v1/nowhere/segredo')).status).toBe(404)
    expect((await http.post('/v1/login', { name: 'Ana', password: 'segredo 123' })).status).toBe(
      401,
    )
    expect((await http.get('/v1/rooms')).status).toBe(401)
    const foreign = new WebSocket(url, { headers: { origin: 'https://segredo.example' } })
    await new Promise((resolve) => foreign.on('error', resolve))
    expect(refused().map((line) => JSON.parse(line).code)).toEqual([
      'not_found',
      'credentials_wrong',
      'hello_required',
      'origin_refused',
    ])
    expect(refused().join('')).not.toContain('segredo')
  })

  it('is not filled by a flood of nonsense, and says how much was left out', async () => {
    const { logger, lines, refused } = logging('json')
    const { ws, chat } = await withAccounts({ logger })
    const client = await person(ws, 'Ana')
    for (let i = 0; i < 100; i++) client.put({ op: 'nonsense' })
    await client.ask('ping')
    await until(() => refused().length >= 10)
    expect(refused()).toHaveLength(10)
    await chat.close()
    expect(lines.filter((line) => line.includes('more was refused'))).toHaveLength(1)
    expect(lines.join('\n')).toContain('"leftOut":90')
  })
})
