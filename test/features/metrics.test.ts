/** Figures for monitors, of a server that is used through real sockets. */

import { get } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createChatServer } from '../../src/chat.ts'
import { MEASURED, READ } from '../../src/core/metrics.ts'
import { ChatError } from '../../src/errors.ts'
import { memoryBroker, memoryStorage } from '../../src/memory.ts'
import { prometheusMetrics, prometheusName } from '../../src/metrics/prometheus.ts'
import { jsonClient, overTcp, overWebSocket, person } from '../support/clients.ts'
import { api } from '../support/http.ts'
import { parsePrometheus } from '../support/prometheus.ts'
import { code, until } from '../support/scene.ts'
import { start } from '../support/server.ts'

const room = 'sala'

/** One figure by its name and labels. */
function figure(text: string, name: string): number | undefined {
  const family = [...parsePrometheus(text).values()].find(({ samples }) => samples.has(name))
  return family?.samples.get(name)
}

describe('metrics', () => {
  it('are off unless they are asked for, and then not shown to everybody', async () => {
    const { chat, where } = await start()
    expect(() => chat.metrics()).toThrow(expect.objectContaining(code('unsupported')))
    await expect(chat.listen({ port: 0, metrics: true })).rejects.toMatchObject(code('unsupported'))
    expect((await api(where.httpUrl as string).get('/metrics')).status).toBe(404)
    const on = await start({ metrics: true })
    expect(parsePrometheus(on.chat.metrics()).size).toBe(READ.length + Object.keys(MEASURED).length)
    expect((await api(on.where.httpUrl as string).get('/metrics')).status).toBe(404)
    expect(() => createChatServer({ metrics: false as never })).toThrow(
      expect.objectContaining(code('invalid_options')),
    )
  })

  it('are read at /metrics, as Prometheus asks for them', async () => {
    const chat = createChatServer({ metrics: true })
    try {
      const { httpUrl } = await chat.listen({ port: 0, metrics: true })
      const [status, type, text] = await new Promise<(number | string | undefined)[]>((resolve) => {
        get(`${httpUrl}/metrics`, (response) => {
          let body = ''
          response.on('data', (chunk) => {
            body += chunk
          })
          response.on('end', () =>
            resolve([response.statusCode, response.headers['content-type'], body]),
          )
        })
      })
      expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
      const names = [...parsePrometheus(text as string).keys()]
      expect(names).toEqual(
        [...READ, ...Object.values(MEASURED)].map((info) => prometheusName(info, info.type)),
      )
    } finally {
      await chat.close()
    }
  })

  it('count what happens', async () => {
    const { chat, ws, tcp } = await start({
      metrics: true,
      hooks: {
        beforeSend: async ({ text }) => {
          if (text === 'bad') throw new ChatError('forbidden')
        },
        beforeJoin: () => {},
      },
    })
    const ana = await person(ws, 'Ana')
    const bob = await person(tcp, 'Bob')
    const { epoch } = await ana.ask('join', { room })
    await bob.ask('join', { room })
    for (let i = 0; i < 3; i++) await ana.ask('send', { room, text: 'oi' })
    await bob.ask('edit', { room, seq: 1, text: 'x' }).catch(() => {})
    await ana.ask('edit', { room, seq: 1, text: 'olá' })
    await ana.ask('send', { room, text: 'bad' }).catch(() => {})
    await bob.push('edit')
    const back = await person(ws, 'Carla')
    await back.ask('join', { room, since: { epoch, seq: 2 } })
    await back.ask('leave', { room })
    await back.ask('join', { room, since: { epoch: 'another', seq: 2 } })
    bob.put({ op: 'quit' })
    await bob.closed
    const tcpOpen = 'tertulia_connections{transport="tcp"}'
    await until(() => figure(chat.metrics(), tcpOpen) === 0)
    const text = chat.metrics()
    const is = (name: string): number | undefined => figure(text, `tertulia_${name}`)
    expect(is('connections{transport="websocket"}')).toBe(2)
    expect(is('people')).toBe(2)
    expect(is('connections_opened_total{transport="tcp"}')).toBe(1)
    expect(is('connections_closed_total{code="1000"}')).toBe(1)
    expect(is('rooms_open')).toBe(1)
    expect(is('messages_total')).toBe(3)
    expect(is('entries_total')).toBe(4)
    // Three messages and an edit to two people, and who came and went.
    expect(is('deliveries_total')).toBeGreaterThanOrEqual(8)
    expect(is('commits_total')).toBe(is('commit_time_seconds_count'))
    expect(is('commit_entries_sum')).toBe(4)
    expect(is('requests_total{op="send"}')).toBe(4)
    expect(is('refusals_total{code="forbidden"}')).toBe(2)
    expect(is('resumes_total')).toBe(2)
    expect(is('resets_total')).toBe(1)
    expect(is('gaps_total')).toBe(0)
    // Four messages and an edit.
    expect(is('hook_time_seconds_count{hook="beforeSend"}')).toBe(5)
    expect(is('hook_time_seconds_count{hook="beforeJoin"}')).toBe(4)
    expect(is('hook_time_seconds_count{hook="beforeNick"}')).toBe(0)
    expect(is('uptime_seconds')).toBeGreaterThan(0)
    expect(is('nodes')).toBe(1)
    // Labels are few, whoever is here.
    expect(text).not.toMatch(/Ana|Carla|sala/)
  })

  it('count trouble: storage, other nodes, who was not let in', async () => {
    const storage = memoryStorage()
    const broker = memoryBroker()
    const { chat, ws } = await start({ storage, broker, metrics: true })
    const other = await start({ storage, broker })
    const ana = await person(ws, 'Ana')
    await ana.ask('join', { room })
    const { append } = storage
    storage.append = () => Promise.reject(new Error('gone'))
    await ana.ask('send', { room, text: 'oi' }).catch(() => {})
    storage.append = append
    storage.read = () => Promise.reject(new Error('gone'))
    await ana.ask('history', { room }).catch(() => {})
    const bob = await person(other.ws, 'Bob')
    await bob.ask('join', { room: 'outra' })
    await until(() => (figure(chat.metrics(), 'tertulia_broker_received_total') ?? 0) > 0)
    const text = chat.metrics()
    expect(figure(text, 'tertulia_commits_failed_total')).toBe(1)
    expect(figure(text, 'tertulia_storage_failures_total')).toBe(1)
    expect(figure(text, 'tertulia_broker_sent_total')).toBeGreaterThan(0)
    expect(figure(text, 'tertulia_nodes')).toBe(2)
  })

  it('count who was not let in', async () => {
    const chat = createChatServer({ metrics: true, limits: { connections: 1 } })
    try {
      const { url, tcpPort } = await chat.listen({ port: 0, tcpPort: 0 })
      await person(overWebSocket(url as string), 'Ana')
      const late = await jsonClient(overTcp(tcpPort as number))
      await late.closed
      expect(figure(chat.metrics(), 'tertulia_connections_refused_total')).toBe(1)
    } finally {
      await chat.close()
    }
  })

  it('go to a sink of the application, too', async () => {
    const sink = prometheusMetrics()
    const { chat, ws } = await start({ metrics: sink })
    const ana = await person(ws, 'Ana')
    await ana.ask('join', { room })
    await ana.ask('send', { room, text: 'oi' })
    for (const text of [sink.text(), chat.metrics()]) {
      expect(figure(text, 'tertulia_messages_total')).toBe(1)
      expect(figure(text, 'tertulia_commit_time_seconds_count')).toBe(1)
    }
  })
})
