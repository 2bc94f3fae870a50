/** What is kept of a person: to be given out, or to be erased. */

import type { AdminResults } from '../../protocol/admin-types.ts'
import type { Person } from '../../protocol/types.ts'
import { h, setText } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { toast } from '../ui/toast.ts'
import { type Context, route } from './context.ts'
import { codeOf, complain } from './failure.ts'
import { actButton, formDialog } from './form-dialog.ts'

const TRIES = 8
const WAIT_MS = 1000

/** The card. */
export function dataCard(context: Context, person: Person): HTMLElement {
  const { chat, t, f, me } = context
  const texts = t.data
  const progress = h('p', { class: 'quiet', role: 'status' })
  const give = async (): Promise<void> => {
    try {
      const all = await exported(context, person.id, (count) =>
        setText(progress, texts.exporting(f.number(count))),
      )
      download(`${person.name || person.id}.json`, all)
      toast(texts.exported(f.number(all.entries.length)))
    } finally {
      setText(progress, '')
    }
  }
  const erase = async (): Promise<void> => {
    const done = await formDialog({
      t,
      title: texts.eraseDo,
      text: texts.eraseText,
      action: texts.eraseDo,
      danger: true,
      working: texts.erasing,
      typed: person.name || person.id,
      run: async () => {
        const { entries } = await chat.request('admin_erase', { person: person.id })
        toast(texts.erased(f.number(entries)))
        return true
      },
    })
    // There is nobody left to be shown.
    if (done) location.hash = route('people')
  }
  return h(
    'section',
    { class: 'card', 'aria-label': t.people.data },
    h('header', { class: 'card-head' }, h('h2', null, t.people.data)),
    h('p', { class: 'quiet' }, texts.exportText),
    h(
      'div',
      { class: 'row-acts' },
      actButton({ class: 'button' }, give, complain, icon('download'), texts.exportDo),
    ),
    progress,
    h('hr', { class: 'rule' }),
    h('p', { class: 'quiet' }, person.id === me.id ? texts.self : texts.eraseText),
    person.id !== me.id &&
      h(
        'div',
        { class: 'row-acts' },
        h(
          'button',
          { class: 'button danger-quiet', type: 'button', onclick: () => void erase() },
          icon('trash'),
          texts.eraseDo,
        ),
      ),
  )
}

type Export = Omit<AdminResults['admin_export'], 'more' | 'next'>

/** All pages, together. */
async function exported(
  { chat }: Context,
  person: string,
  progress: (entries: number) => void,
): Promise<Export> {
  const first = await chat.request('admin_export', { person })
  const { more: _more, next: begin, ...rest } = first
  let all: Export = rest
  let next = begin
  let tries = 0
  while (next !== undefined) {
    try {
      const page: AdminResults['admin_export'] = await chat.request('admin_export', {
        person,
        next,
      })
      all = { ...all, entries: [...all.entries, ...page.entries] }
      next = page.next
      tries = 0
    } catch (error) {
      // Only the first page is noted in the audit trail: others can be asked for again.
      tries += 1
      if (codeOf(error) !== 'rate_limited' || tries > TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
    }
    progress(all.entries.length)
  }
  return all
}

function download(name: string, what: object): void {
  const blob = new Blob([JSON.stringify(what, null, 2)], { type: 'application/json' })
  const url = URL.createObjectURL(blob)
  const link = h('a', { href: url, download: name })
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
