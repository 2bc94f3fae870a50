import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../src/testing/history.ts'
import type { History, RoomLog } from '../../src/testing/history-events.ts'
import { HISTORY_RULES, type HistoryRule } from '../../src/testing/history-rules.ts'
import { type Case, talk } from './case.ts'
import { CHANGE_CASES } from './cases-change.ts'
import { CLIENT_CASES } from './cases-client.ts'
import { LOG_CASES } from './cases-log.ts'
import { broken, Scene } from './scene.ts'

const CASES: Record<HistoryRule, Record<string, Case>> = {
  ...LOG_CASES,
  ...CHANGE_CASES,
  ...CLIENT_CASES,
}

describe.each(Object.entries(CASES))('%s', (rule, cases) => {
  it.each(Object.entries(cases))('%s', (_, make) => {
    expect(checkHistory(make(false))).toEqual([])
    expect(broken(make(true))).toEqual([rule])
  })

  it('is described', () => {
    expect(HISTORY_RULES[rule as HistoryRule]).toMatch(/\w/)
  })
})

describe('the checker', () => {
  it('has a case for every rule', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(HISTORY_RULES).sort())
  })

  it('says where and what, and not too much', () => {
    const { scene, ana, third } = talk()
    for (let n = 0; n < 10; n++) ana.saw(third)
    const violations = checkHistory(scene.history(), { most: 3 })
    expect(violations).toHaveLength(3)
    expect(violations[0]).toEqual({
      rule: 'order',
      room: 'r',
      client: 'ana',
      at: 11,
      words: 'live: 3 where 4 was to come',
    })
  })

  it('takes events in the order of their time; a question before an answer of the same time', () => {
    const { scene } = talk()
    const events = scene.events.toReversed()
    expect(checkHistory(scene.history({ events }))).toEqual([])
    // All at once: nothing can be said about what was before what.
    const together = scene.events.map((event) => (event.at > 1 ? { ...event, at: 2 } : event))
    expect(checkHistory(scene.history({ events: together }))).toEqual([])
  })

  it('wants the same answer to all tries; one of two is wrong about the log, too', () => {
    const { scene, ana, first, second } = talk()
    ana.ok(ana.asks('b'), second, true)
    expect(broken(scene.history())).toEqual([])
    ana.ok(ana.asks('b'), { ...second, seq: first.seq }, true)
    expect(broken(scene.history())).toEqual(['acknowledged', 'retries'])
  })

  it('knows that a key may be stored again when its entry is forgotten', () => {
    const { scene, ana, first } = talk()
    const late = ana.asks('a')
    const call = ana.asks('a')
    ana.ok(call, scene.stored(ana, 'a')).ok(late, first, true)
    expect(checkHistory(scene.history({ logs: [scene.log({ first: 2 })] }))).toEqual([])
    expect(broken(scene.history())).toEqual(['retries', 'acknowledged'])
  })

  it('knows that keys begin anew in another log', () => {
    const scene = new Scene()
    const ana = scene.client('ana').joined({ epoch: 'old' })
    for (const cid of ['x', 'a']) ana.says(cid)
    scene.entries.length = 0
    ana.closed()
    const again = ana.again().joined()
    again.ok(again.asks('a'), scene.stored(again, 'a'))
    expect(checkHistory(scene.history({ lost: [{ room: 'r', epoch: 'old' }] }))).toEqual([])
    expect(broken(scene.history())).toEqual(['epoch'])
  })

  it('looks for private messages without an answer in the conversations', () => {
    const history = (times: number): History => {
      const scene = new Scene()
      const ana = scene.client('ana').joined({ room: '@x', head: 0 })
      ana.unknown(ana.asks('a', 'a', null))
      ana.ok(ana.asks('b', 'b', null), { ...scene.stored(ana, 'b'), room: '@x' })
      for (let n = 0; n < times; n++) scene.stored(ana, 'a')
      const entries = scene.entries.map((entry) => ({ ...entry, room: '@x' }))
      const log: RoomLog = { ...scene.log({ room: '@x', only: ['p-ana', 'p-bob'] }), entries }
      return scene.history({ logs: [log] })
    }
    expect([0, 1, 2].map((times) => broken(history(times)))).toEqual([[], [], ['unknown']])
  })
})
