/** Cases of the rules about edits, deletions and reactions. */

import type { Entry } from '../../src/protocol/types.ts'
import { type Case, talk } from './case.ts'

/** Bob is there, with nothing to come; Ana has done something to what she said first. */
function changed(kind: 'edit' | 'delete' | 'react', text?: string) {
  const { scene, ana, first, ...rest } = talk()
  const bob = scene.client('bob').joined()
  const change = ana.does(kind, first, 'x', text)
  return { scene, ana, bob, first, change, ...rest }
}

export const CHANGE_CASES = {
  stale: {
    'not in a page after the push': (wrong) => {
      const { scene, bob, first, change } = changed('edit')
      bob.saw(first, 'page')
      if (wrong) bob.saw(change)
      bob.saw(first, 'page')
      return scene.history()
    },
    'not in a page that says it is newer': (wrong) => {
      const { scene, bob, first } = changed('react', '👍')
      bob.saw(first, 'page', wrong ? 4 : 3)
      return scene.history()
    },
    'not for those who come later': (wrong) => {
      const { scene, first } = changed('edit')
      const eva = scene.client('eva').joined()
      eva.saw(wrong ? first : scene.now(first), 'page')
      return scene.history()
    },
    'not live, when later ones were told of': (wrong) => {
      const { scene, ana, first, second } = talk()
      const bob = scene.client('bob').joined({ head: 1 })
      const edit = ana.does('edit', first, 'x')
      bob
        .saw(second, 'page', 3)
        .saw(first, 'page', wrong ? 4 : 3)
        .saw(second)
      ana.saw(edit)
      return scene.history()
    },
    'not even where storage has forgotten it': (wrong) => {
      const { scene, bob, first, change } = changed('edit')
      bob.saw(first, 'page').saw(change)
      bob.saw(wrong ? first : scene.now(first), 'page')
      return scene.history({ logs: [scene.log({ first: 3 })] })
    },
  },
  erased: {
    'not in a page after the push': (wrong) => {
      const { scene, bob, first, change } = changed('delete')
      bob.saw(first, 'page')
      if (wrong) bob.saw(change)
      bob.saw(first, 'page')
      return scene.history()
    },
    'not to those who come later': (wrong) => {
      const { scene, first } = changed('delete')
      scene
        .client('eva')
        .joined()
        .saw(wrong ? first : scene.now(first), 'page')
      return scene.history()
    },
    'nor the texts of its edits': (wrong) => {
      const { scene, ana, bob, first, change } = changed('edit')
      bob.saw(change)
      bob.saw(ana.does('delete', first, 'y'))
      bob.saw(wrong ? change : scene.now(change), 'page')
      return scene.history()
    },
    'not even where storage has forgotten it': (wrong) => {
      const { scene, bob, first, change } = changed('delete')
      bob.saw(first, 'page').saw(change)
      bob.saw(wrong ? first : scene.now(first), 'page')
      return scene.history({ logs: [scene.log({ first: 3 })] })
    },
    'nor in a log that is lost': (wrong) => {
      const { scene, bob, first, change } = changed('delete')
      bob.saw(first, 'page').saw(change)
      bob.saw(wrong ? first : scene.now(first), 'page')
      scene.client('eva').joined().saw(scene.now(first), 'page')
      return scene.history({ logs: [], lost: [{ room: 'r', epoch: 'e' }] })
    },
  },
  folded: {
    'the newest edit': (wrong) => {
      const { scene, ana, first } = changed('edit')
      const was = scene.now(first)
      ana.does('edit', first, 'y')
      return scene.history({ logs: [wrong ? scene.logWith(was) : scene.log()] })
    },
    'no edit that the log hasn’t': (wrong) => {
      const { scene, second } = changed('edit')
      const edited = { ...second, text: 'x', edited: 4 }
      return scene.history({ logs: [wrong ? scene.logWith(edited) : scene.log()] })
    },
    'a deletion': (wrong) => {
      const { scene, first } = changed('delete')
      return scene.history({ logs: [wrong ? scene.logWith(first) : scene.log()] })
    },
    'the text of what was deleted': (wrong) => {
      const { scene, first } = changed('delete')
      const left: Entry = { ...first, deleted: true }
      return scene.history({ logs: [wrong ? scene.logWith(left) : scene.log()] })
    },
    'the texts of its edits': (wrong) => {
      const { scene, ana, first, change } = changed('edit')
      ana.does('delete', first, 'y')
      return scene.history({ logs: [wrong ? scene.logWith(change) : scene.log()] })
    },
    'who holds what up': (wrong) => {
      const { scene, ana, bob, first } = changed('react', '👍')
      bob.does('react', first, 'b', '👍')
      ana.does('unreact', first, 'y', '👍')
      const now = scene.now(first)
      const twice = { ...now, reactions: [{ text: '👍', count: 2, by: ['p-bob'] }] }
      return scene.history({ logs: [wrong ? scene.logWith(twice) : scene.log()] })
    },
    'each once': (wrong) => {
      const { scene, ana, first } = changed('react', '👍')
      ana.does('react', first, 'y', '👍')
      const two = { text: '👍', count: 2, by: ['p-ana', 'p-ana'] }
      const twice = { ...first, reactions: [two] }
      return scene.history({ logs: [wrong ? scene.logWith(twice) : scene.log()] })
    },
  },
  target: {
    'it is a message': (wrong) => {
      const { scene, ana, first, change } = changed('edit')
      ana.does('unreact', wrong ? change : first, 'y', '👍')
      return scene.history()
    },
    'it was not deleted': (wrong) => {
      const { scene, ana, first, second } = changed('delete')
      ana.does('react', wrong ? first : second, 'y', '👍')
      return scene.history()
    },
    'it was not deleted twice': (wrong) => {
      const { scene, ana, first, second } = changed('delete')
      ana.does('delete', wrong ? first : second, 'y')
      return scene.history()
    },
    'it is before': (wrong) => {
      const { scene, ana, third } = talk()
      const { seq } = third
      ana.does('message', { ...third, seq: wrong ? seq + 1 : seq }, 'an answer')
      return scene.history()
    },
  },
  author: {
    'of an edit': (wrong) => {
      const { scene, ana, first } = talk()
      const bob = scene.client('bob').joined()
      ;(wrong ? bob : ana).does('edit', first, 'x')
      return scene.history({ moderates: () => true })
    },
    'of a deletion': (wrong) => {
      const { scene, ana, first } = talk()
      const bob = scene.client('bob').joined()
      ;(wrong ? bob : ana).does('delete', first, 'x')
      return scene.history()
    },
    'or it is a moderator’s': (wrong) => {
      const { scene, first } = talk()
      scene.client('bob').joined().does('delete', first, 'x')
      return scene.history({
        moderates: ({ from }, target) => from.name === 'bob' && target.seq === (wrong ? 2 : 1),
      })
    },
  },
  time: {
    'of each entry': (wrong) => {
      const { scene, ana } = talk()
      ana.unknown(ana.asks('d'))
      const entry = { ...scene.stored(ana, 'd'), ts: wrong ? 1002 : 1003 }
      return scene.history({ logs: [scene.logWith(entry)] })
    },
  },
} satisfies Record<string, Record<string, Case>>
