/** Cases of the rules about one client and its way. */

import { type Case, talk } from './case.ts'
import { Scene } from './scene.ts'

export const CLIENT_CASES = {
  'connection-order': {
    'what went out first is first': (wrong) => {
      const { scene } = talk()
      const bob = scene.client('bob').joined()
      const calls = [bob.asks('x'), bob.asks('y')]
      const entries = (wrong ? ['y', 'x'] : ['x', 'y']).map((cid) => scene.stored(bob, cid))
      for (const entry of entries) bob.ok(calls[entry.cid === 'x' ? 0 : 1] ?? 0, entry)
      return scene.history()
    },
    'unless it had to go out again': (wrong) => {
      const { scene } = talk()
      const bob = scene.client('bob').joined()
      const x = bob.asks('x')
      const y = bob.asks('y')
      if (!wrong) bob.unknown(bob.asks('x'))
      bob.ok(y, scene.stored(bob, 'y')).ok(x, scene.stored(bob, 'x'))
      return scene.history()
    },
  },
  'real-time': {
    'what was acknowledged is before': (wrong) => {
      const scene = new Scene()
      const ana = scene.client('ana').joined({ head: 0 })
      const bob = scene.client('bob').joined({ head: 0 })
      const x = bob.asks('x')
      const early = wrong ? undefined : ana.asks('a')
      if (wrong) scene.entries.length = 1
      const entry = scene.stored(bob, 'x')
      bob.ok(x, entry)
      const call = early ?? ana.asks('a')
      if (!wrong) {
        ana.ok(call, scene.stored(ana, 'a'))
        return scene.history()
      }
      scene.entries.length = 0
      ana.ok(call, scene.stored(ana, 'a'))
      scene.entries.push(entry)
      return scene.history()
    },
    'what was seen is before': (wrong) => {
      const scene = new Scene()
      const ana = scene.client('ana').joined({ head: 0 })
      const bob = scene.client('bob').joined({ head: 0 })
      const early = wrong ? undefined : ana.asks('a')
      bob.unknown(bob.asks('x'))
      const a = scene.stored(ana, 'a')
      const x = scene.stored(bob, 'x')
      bob.saw(a).saw(x)
      ana.ok(early ?? ana.asks('a'), a)
      return scene.history()
    },
  },
  retries: {
    'only one of them is new': (wrong) => {
      const { scene, ana, first } = talk()
      ana.ok(ana.asks('a'), first, !wrong)
      return scene.history()
    },
    'not one that was asked after an answer': (wrong) => {
      const { scene, ana } = talk()
      const call = ana.asks('d')
      const early = wrong ? undefined : ana.asks('d')
      const entry = scene.stored(ana, 'd')
      ana.unknown(ana.asks('d')).ok(call, entry, true)
      ana.ok(early ?? ana.asks('d'), entry)
      return scene.history()
    },
    'the only one is no duplicate': (wrong) => {
      const { scene, ana } = talk()
      const call = ana.asks('d')
      ana.ok(call, scene.stored(ana, 'd'), wrong)
      return scene.history()
    },
    'a conflict needs another text': (wrong) => {
      const { scene, ana } = talk()
      ana.fails(ana.asks('a', wrong ? 'a' : 'else'), 'conflict')
      return scene.history()
    },
    'a key protects while its entry is kept, and the next one again': (wrong) => {
      const { scene, ana } = talk()
      ana.ok(ana.asks('a'), scene.stored(ana, 'a'))
      const again = scene.entries[3]
      if (again !== undefined) ana.ok(ana.asks('a'), again, !wrong)
      return scene.history({ logs: [scene.log({ first: 2 })] })
    },
  },
  membership: {
    'not before joining': (wrong) => {
      const { scene, third } = talk()
      const bob = scene.client('bob')
      if (!wrong) bob.joined({ head: 2, from: 3 })
      bob.saw(third)
      return scene.history()
    },
    'not after leaving': (wrong) => {
      const { scene, third } = talk()
      const bob = scene.client('bob').joined({ head: 2, from: 3 })
      if (wrong) bob.left()
      bob.saw(third)
      return scene.history()
    },
    'not on another connection': (wrong) => {
      const { scene, third } = talk()
      const bob = scene.client('bob').joined({ head: 2, from: 3 })
      const other = bob.again()
      ;(wrong ? other : bob).saw(third)
      return scene.history()
    },
    'nor pages, nor signals': (wrong) => {
      const { scene, first } = talk()
      const bob = scene.client('bob')
      if (!wrong) bob.joined()
      bob.saw(first, 'page').signal()
      return scene.history()
    },
    'nor what is private': (wrong) => {
      const { scene, ana } = talk()
      const bob = scene.client('bob').joined().signal()
      const only = [ana.person.id, ...(wrong ? [] : [bob.person.id])]
      return scene.history({ logs: [scene.log({ only })] })
    },
  },
  epoch: {
    'another log is a reset': (wrong) => {
      const { scene } = talk()
      const since = { epoch: 'old', seq: 9 }
      scene.client('bob').joined({ since, reset: !wrong })
      return scene.history({ lost: [{ room: 'r', epoch: 'old' }] })
    },
    'a reset is another log': (wrong) => {
      const { scene } = talk()
      const since = { epoch: 'e', seq: 3 }
      scene.client('bob').joined({ since, reset: wrong })
      return scene.history()
    },
    'live too': (wrong) => {
      const { scene } = talk()
      const bob = scene.client('bob').joined({ epoch: wrong ? 'e' : 'old', head: 3 })
      bob.reset('e', 3)
      return scene.history({ lost: [{ room: 'r', epoch: 'old' }] })
    },
    'storage has it, or it is lost': (wrong) => {
      const { scene } = talk()
      scene.client('bob').joined({ epoch: 'x' })
      return scene.history(wrong ? {} : { lost: [{ room: 'r', epoch: 'x' }] })
    },
  },
  protocol: {
    'an answer to something': (wrong) => {
      const { scene, ana } = talk()
      ana.unknown(wrong ? 99 : ana.asks('d'))
      return scene.history()
    },
    'one answer': (wrong) => {
      const { scene, ana } = talk()
      const call = ana.asks('d')
      ana.fails(call)
      if (wrong) ana.fails(call)
      return scene.history()
    },
    'in the same room': (wrong) => {
      const { scene, ana } = talk()
      const call = ana.asks('d')
      const entry = scene.stored(ana, 'd')
      ana.ok(call, wrong ? { ...entry, room: 's' } : entry)
      return scene.history()
    },
    'something that makes sense': (wrong) => {
      const { scene, ana } = talk()
      if (wrong) ana.hears('[1,2')
      return scene.history()
    },
  },
} satisfies Record<string, Record<string, Case>>
