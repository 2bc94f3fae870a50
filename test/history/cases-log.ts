/** Cases of the rules about the log and what was seen of it. */

import { entryOf } from '../../src/protocol/entry.ts'
import { type Case, talk } from './case.ts'
import { Scene } from './scene.ts'

export const LOG_CASES = {
  acknowledged: {
    'it is there': (wrong) => {
      const { scene } = talk()
      const bob = scene.client('bob').joined()
      const call = bob.asks('x')
      const entry = scene.stored(bob, 'x')
      bob.ok(call, entry)
      if (wrong) scene.entries.pop()
      return scene.history()
    },
    'at the seq that was told': (wrong) => {
      const { scene, ana, first } = talk()
      const call = ana.asks('d')
      const entry = scene.stored(ana, 'd')
      ana.ok(call, wrong ? first : entry).saw(entry)
      // Its order is wrong too, then: so it went out twice.
      ana.unknown(ana.asks('d'))
      return scene.history()
    },
    'of the time that was told': (wrong) => {
      const { scene, ana } = talk()
      const call = ana.asks('d')
      const entry = scene.stored(ana, 'd')
      ana.ok(call, wrong ? { ...entry, ts: 7 } : entry)
      return scene.history()
    },
    'with the text that was said': (wrong) => {
      const { scene, ana } = talk()
      const call = ana.asks('d', 'one')
      const again = ana.asks('d', 'two')
      const entry = scene.stored(ana, 'd', 'one')
      ana.ok(call, entry)
      if (wrong) ana.ok(again, entry, true)
      else ana.fails(again, 'conflict')
      return scene.history()
    },
    once: (wrong) => {
      const { scene, ana } = talk()
      if (wrong) scene.stored(ana, 'a')
      return scene.history()
    },
  },
  unknown: {
    once: (wrong) => {
      const { scene, ana } = talk()
      ana.unknown(ana.asks('d')).unknown(ana.asks('d'))
      scene.stored(ana, 'd')
      if (wrong) scene.stored(ana, 'd')
      return scene.history()
    },
    'or not at all': (wrong) => {
      const { scene, ana } = talk()
      ana.asks('d')
      ana.asks('e')
      if (wrong) for (const cid of ['d', 'd']) scene.stored(ana, cid)
      return scene.history()
    },
  },
  refused: {
    'it is not there': (wrong) => {
      const { scene, ana } = talk()
      ana.fails(ana.asks('d'))
      if (wrong) scene.stored(ana, 'd')
      return scene.history()
    },
    'unless another try was not': (wrong) => {
      const { scene, ana } = talk()
      ana.fails(ana.asks('d'))
      const call = ana.asks('d')
      if (wrong) ana.fails(call)
      else ana.unknown(call)
      scene.stored(ana, 'd')
      return scene.history()
    },
    'nor is the other text of a key': (wrong) => {
      const { scene, ana } = talk()
      ana.unknown(ana.asks('d', 'one'))
      ana.fails(ana.asks('d', 'two'), 'conflict')
      scene.stored(ana, 'd', wrong ? 'two' : 'one')
      return scene.history()
    },
  },
  contiguous: {
    'no hole': (wrong) => {
      const { scene } = talk()
      // Nobody knows of the last one.
      const bob = scene.client('bob').joined()
      bob.unknown(bob.asks('x')).unknown(bob.asks('y'))
      const x = scene.stored(bob, 'x')
      const log = scene.log()
      const entries = [...log.entries.slice(0, 3), wrong ? { ...x, seq: 5 } : x]
      return scene.history({ logs: [{ ...log, head: wrong ? 5 : 4, entries }] })
    },
    'up to the head': (wrong) => {
      const { scene } = talk()
      return scene.history({ logs: [scene.log(wrong ? { head: 4 } : {})] })
    },
    'from the first that is kept': (wrong) => {
      const scene = new Scene()
      const bob = scene.client('bob').joined()
      bob.unknown(bob.asks('x')).unknown(bob.asks('y'))
      for (const cid of ['x', 'y']) scene.stored(bob, cid)
      const log = scene.log({ first: 2 })
      return scene.history({ logs: [wrong ? { ...log, first: 1 } : log] })
    },
  },
  said: {
    'somebody said it': (wrong) => {
      const { scene, ana } = talk()
      if (!wrong) ana.unknown(ana.asks('d'))
      scene.stored(ana, 'd')
      return scene.history()
    },
    'it was this person': (wrong) => {
      const { scene, ana } = talk()
      const bob = scene.client('bob').joined()
      bob.unknown(bob.asks('d'))
      scene.stored(wrong ? ana : bob, 'd')
      return scene.history()
    },
    'with this text': (wrong) => {
      const { scene, ana } = talk()
      ana.unknown(ana.asks('d', 'one'))
      scene.stored(ana, 'd', wrong ? 'two' : 'one')
      return scene.history()
    },
    'or it is an act that was asked for': (wrong) => {
      const { scene, ana } = talk()
      const { person: from } = ana.acts(wrong ? 'mute' : 'kick')
      const to = { id: 'p-bob', name: 'bob' }
      scene.entries.push(entryOf({ room: 'r', kind: 'kick', from, to, text: 'so' }, 4, 1004))
      return scene.history()
    },
    'or it is of somebody who was not recorded': (wrong) => {
      const { scene } = talk()
      scene.stored(scene.client('server'), 'x')
      return scene.history(wrong ? {} : { foreign: ({ from }) => from.name === 'server' })
    },
  },
  same: {
    'the text': (wrong) => {
      const { scene, first } = talk()
      const bob = scene.client('bob').joined({ head: 3, from: 4 })
      bob.saw(wrong ? { ...first, text: 'else' } : first, 'page')
      return scene.history()
    },
    'the name': (wrong) => {
      const { scene, first } = talk()
      const bob = scene.client('bob').joined()
      bob.saw(wrong ? { ...first, from: { ...first.from, name: 'Eve' } } : first, 'page')
      return scene.history()
    },
    'nothing beyond the log': (wrong) => {
      const { scene, ana } = talk()
      ana.unknown(ana.asks('d'))
      const entry = scene.stored(ana, 'd')
      ana.saw(entry)
      if (wrong) scene.entries.pop()
      return scene.history()
    },
    'no head beyond the log': (wrong) => {
      const { scene } = talk()
      scene.client('bob').joined({ head: wrong ? 4 : 3 })
      return scene.history()
    },
    'the same to all, where storage has forgotten it': (wrong) => {
      const { scene, first } = talk()
      const bob = scene.client('bob').joined()
      bob.saw(wrong ? { ...first, ts: 7 } : first, 'page')
      return scene.history({ logs: [scene.log({ first: 3 })] })
    },
  },
  order: {
    'live, none is left out': (wrong) => {
      const { scene, first, second, third } = talk()
      const bob = scene.client('bob').joined({ head: 0, from: 1 })
      bob.saw(first)
      if (!wrong) bob.saw(second)
      bob.saw(third)
      return scene.history()
    },
    'live, none comes twice': (wrong) => {
      const { scene, ana, third } = talk()
      if (wrong) ana.saw(third)
      return scene.history()
    },
    'live, in order': (wrong) => {
      const { scene, first, second, third } = talk()
      const bob = scene.client('bob').joined({ head: 0, from: 1 })
      for (const entry of wrong ? [first, third, second] : [first, second, third]) bob.saw(entry)
      return scene.history()
    },
    'live, from the head of joining': (wrong) => {
      const { scene, second, third } = talk()
      const bob = scene.client('bob').joined({ head: wrong ? 0 : 1 })
      bob.saw(second).saw(third)
      return scene.history()
    },
    'missed, none is left out': (wrong) => {
      const { scene, first, second, third } = talk()
      const bob = scene.client('bob').joined({ from: 1 })
      bob.saw(first, 'missed')
      if (!wrong) bob.saw(second, 'missed')
      bob.saw(third, 'missed')
      return scene.history()
    },
    'missed, up to the end': (wrong) => {
      const { scene, first, second, third } = talk()
      const bob = scene.client('bob').joined({ from: 1 })
      bob.saw(first, 'missed').saw(second, 'missed')
      if (!wrong) bob.saw(third, 'missed')
      bob.complete()
      return scene.history()
    },
    'missed, nothing of what comes live': (wrong) => {
      const { scene, first, second, third } = talk()
      const bob = scene.client('bob').joined({ head: 2, from: 1 })
      bob.saw(first, 'missed').saw(second, 'missed')
      bob.saw(third, wrong ? 'missed' : 'live')
      return scene.history()
    },
    'a gap begins where one is': (wrong) => {
      const { scene, third } = talk()
      const bob = scene.client('bob').joined({ head: 0, from: 1 })
      bob.gap(wrong ? 2 : 1, 2).saw(third)
      return scene.history({ logs: [scene.log({ first: 3 })] })
    },
    'nobody joins behind what they had': (wrong) => {
      const { scene } = talk()
      const head = wrong ? 2 : 3
      scene.client('bob').joined({ head, from: 4, since: { epoch: 'e', seq: 3 } })
      return scene.history()
    },
  },
  gap: {
    'it is not kept any more': (wrong) => {
      const { scene, third } = talk()
      scene.client('bob').joined({ from: 1 }).gap(1, 2, 'missed').saw(third, 'missed')
      return scene.history({ logs: [scene.log({ first: wrong ? 2 : 3 })] })
    },
    'it goes forward': (wrong) => {
      const { scene, first, third } = talk()
      const bob = scene.client('bob').joined({ head: 0, from: 1 }).saw(first)
      bob.gap(2, wrong ? 1 : 2)
      if (!wrong) bob.saw(third)
      return scene.history({ logs: [scene.log({ first: 3 })] })
    },
  },
  'caught-up': {
    'with all that is live': (wrong) => {
      const { scene, ana, third } = talk()
      const bob = scene.client('bob').joined({ head: 2, from: 3 })
      if (!wrong) bob.saw(third)
      bob.rests()
      ana.rests()
      return scene.history()
    },
    'with all that was missed': (wrong) => {
      const { scene, third } = talk()
      const bob = scene.client('bob').joined({ from: 3 })
      if (!wrong) bob.saw(third, 'missed')
      bob.rests()
      return scene.history()
    },
    'by gaps too': (wrong) => {
      const { scene, first, second, third } = talk()
      const bob = scene.client('bob').joined({ head: 0, from: 1 })
      bob.saw(first).saw(second)
      if (wrong) bob.rests()
      else bob.saw(third).rests()
      return scene.history()
    },
    'and is in the room': (wrong) => {
      const { scene, ana } = talk()
      const bob = scene.client('bob')
      ;(wrong ? bob : ana).rests()
      return scene.history()
    },
    'and on a connection that lives': (wrong) => {
      const { scene, ana } = talk()
      if (wrong) ana.closed()
      ana.rests()
      return scene.history()
    },
    'in the log that is': (wrong) => {
      const { scene } = talk()
      const bob = scene.client('bob').joined({ epoch: 'old', head: 9 })
      if (!wrong) bob.reset('e', 3)
      bob.rests()
      return scene.history({ lost: [{ room: 'r', epoch: 'old' }] })
    },
  },
} satisfies Record<string, Record<string, Case>>
