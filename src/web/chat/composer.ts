/** Where one writes: text of several lines, answers, edits, files, names. */

import type { AnnouncedLimits, Entry } from '../../protocol/types.ts'
import { fill, freshId, h, setText } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { eachFrame, type Scope } from '../ui/scope.ts'
import { numberText } from '../ui/texts.ts'
import { completion } from './completion.ts'
import { openEmoji } from './emoji.ts'
import { fileTray } from './file-tray.ts'
import { shownText } from './rich-text.ts'
import type { Draft } from './room-state.ts'
import { t } from './texts.ts'

/** What a composer writes for. */
export interface ComposerOptions {
  readonly draft: Draft
  readonly limits: AnnouncedLimits | undefined
  readonly placeholder: string
  /** Why one may not speak; nothing can be written then. */
  readonly forbidden: () => string | undefined
  /** Why files can't be sent here; absent: they can. */
  readonly noFiles?: string
  /** Names to complete after `@`. */
  readonly names: () => readonly string[]
  readonly typing: (on: boolean) => void
  /** Keeps what was written so far, should the page be left. */
  readonly keep?: (text: string) => void
  /** Sends text and files. Files that could not be brought stay in the draft; the answer tells why. */
  readonly say: (text: string) => Promise<string | undefined>
  readonly edit: (entry: Entry, text: string) => void
  /** Begins to edit one's last message, if there is one. */
  readonly editLast: () => boolean
}

/** A composer. */
export interface Composer {
  readonly element: HTMLElement
  focus(): void
  /** Puts a name or an emoji where one writes. */
  insert(text: string): void
  /** The draft was changed by others than the composer: an answer or edit begins. */
  redraw(): void
  /** Files that were dropped somewhere. */
  addFiles(files: readonly File[]): void
}

const codePoints = (text: string): number => {
  let count = 0
  for (const _char of text) count += 1
  return count
}

/** Longer texts aren't measured, in UTF-16 units. */
const MEASURED = 10_000

/** Makes one; it ends with `scope`. */
export function composer(options: ComposerOptions, scope: Scope): Composer {
  const { draft, limits } = options
  const keepsNone = limits !== undefined && limits.fileBytes === undefined
  const noFiles = options.noFiles ?? (keepsNone ? t().noFilesHere : undefined)
  const most = options.limits?.messageChars ?? Number.POSITIVE_INFINITY
  const listId = freshId('names')
  const area = h('textarea', {
    class: 'composer-text',
    rows: 1,
    dir: 'auto',
    placeholder: options.placeholder,
    'aria-label': options.placeholder,
    autocomplete: 'off',
    enterkeyhint: 'send',
    'prop:value': draft.text,
  })
  const context = h('div', { class: 'composer-context', hidden: true })
  const count = h('span', { class: 'composer-count', 'aria-live': 'polite' })
  const refusal = h('p', { class: 'composer-refusal', role: 'alert' })
  const names = completion(area, listId, options.names)
  const tray = fileTray(
    {
      draft,
      most: options.limits?.fileBytes,
      changed: () => drawSoon(),
      refuse: (text) => refuse(text),
    },
    scope,
  )
  const send = h(
    'button',
    { class: 'send', type: 'submit', 'aria-label': t().send, title: t().send },
    icon('send'),
  )
  const pick = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    onchange: () => {
      tray.add([...(pick.files ?? [])])
      pick.value = ''
      area.focus()
    },
  })
  const smile = h(
    'button',
    {
      class: 'icon-button',
      type: 'button',
      'aria-label': t().emoji,
      title: t().emoji,
      onclick: () => openEmoji(smile, insert),
    },
    icon('smile'),
  )
  const attach = h(
    'button',
    {
      class: 'icon-button',
      type: 'button',
      'aria-label': t().attach,
      title: t().attach,
      onclick: () => pick.click(),
    },
    icon('attach'),
  )
  const form = h(
    'form',
    {
      class: 'composer',
      onsubmit: (event) => {
        event.preventDefault()
        void submit()
      },
    },
    names.element,
    refusal,
    context,
    tray.element,
    h(
      'div',
      { class: 'composer-box' },
      noFiles === undefined && [attach, pick],
      area,
      count,
      smile,
      send,
    ),
  )

  let busy = false
  const isEmpty = (): boolean => area.value.trim() === '' && draft.files.length === 0
  const insert = (text: string): void => {
    area.focus()
    area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end')
    changed()
  }
  const changed = (): void => {
    draft.text = area.value
    if (draft.edits === undefined) options.keep?.(draft.text)
    setText(refusal, '')
    area.removeAttribute('aria-invalid')
    if (draft.edits === undefined) options.typing(area.value !== '')
    drawSoon()
  }
  const draw = (): void => {
    const forbidden = options.forbidden()
    form.classList.toggle('forbidden', forbidden !== undefined)
    area.disabled = forbidden !== undefined
    area.readOnly = busy
    area.placeholder = forbidden ?? options.placeholder
    for (const button of [smile, attach]) button.disabled = forbidden !== undefined
    send.disabled = forbidden !== undefined || busy || isEmpty()
    send.classList.toggle('busy', busy)
    const over = area.value.length > most * 0.85 ? codePoints(area.value) - most : -most
    setText(count, over > -most * 0.1 ? numberText(-over) : '')
    count.classList.toggle('bad', over > 0)
    area.style.height = 'auto'
    // Beyond that it is as high as it may be, and laying it out to measure it would take long.
    area.style.height = area.value.length > MEASURED ? '100vh' : `${area.scrollHeight}px`
    drawContext()
    tray.draw()
  }
  const drawSoon = eachFrame(scope, draw)
  const drawContext = (): void => {
    const about = draft.edits ?? draft.answers
    context.hidden = about === undefined
    if (about === undefined) return
    const label =
      draft.edits === undefined ? t().answering(shownText(about.from.name)) : t().editing
    fill(
      context,
      icon(draft.edits === undefined ? 'reply' : 'edit'),
      h(
        'span',
        { class: 'composer-about' },
        h('span', { class: 'composer-about-head' }, label),
        h(
          'span',
          { class: 'composer-about-text', dir: 'auto' },
          shownText(about.text).slice(0, 160),
        ),
      ),
      h(
        'button',
        { class: 'icon-button', type: 'button', 'aria-label': t().stop, onclick: () => stop() },
        icon('close'),
      ),
    )
  }
  /** Ends an answer or edit without sending it. */
  const stop = (): void => {
    if (draft.edits !== undefined) write('')
    draft.edits = undefined
    draft.answers = undefined
    area.focus()
    drawSoon()
  }
  const write = (text: string): void => {
    area.value = text
    draft.text = text
    options.keep?.(text)
  }
  const refuse = (text: string): void => {
    setText(refusal, text)
    area.setAttribute('aria-invalid', 'true')
    area.focus()
  }
  const submit = async (): Promise<void> => {
    if (busy || isEmpty() || options.forbidden() !== undefined) return
    const text = area.value.trim()
    const chars = codePoints(text)
    if (chars > most) return refuse(t().tooLong(numberText(chars), numberText(most)))
    if (draft.edits !== undefined) {
      const edited = draft.edits
      write('')
      draft.edits = undefined
      drawSoon()
      if (text !== edited.text) options.edit(edited, text)
      return
    }
    options.typing(false)
    busy = draft.files.length > 0
    draw()
    try {
      // Text alone goes at once; beside files it stays until they are there.
      if (!busy) write('')
      const refusal = await options.say(text)
      if (busy) write(draft.text)
      if (refusal !== undefined) {
        if (!busy) write(text)
        refuse(refusal)
      }
    } finally {
      busy = false
      drawSoon()
      area.focus()
    }
  }

  area.addEventListener('input', changed)
  area.addEventListener('keydown', (event) => {
    if (event.isComposing || names.key(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      form.requestSubmit()
    } else if (event.key === 'ArrowUp' && area.value === '' && draft.edits === undefined) {
      if (options.editLast()) event.preventDefault()
    } else if (event.key === 'Escape' && (draft.edits ?? draft.answers) !== undefined) {
      event.preventDefault()
      event.stopPropagation()
      stop()
    }
  })
  area.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    addFiles(files)
  })
  const addFiles = (files: readonly File[]): void => {
    if (noFiles !== undefined) return refuse(noFiles)
    tray.add(files)
    area.focus()
  }
  scope.add(() => options.typing(false))
  drawSoon()
  return {
    element: form,
    focus: () => area.focus(),
    insert,
    addFiles,
    redraw() {
      if (draft.edits !== undefined && area.value !== draft.text) {
        area.value = draft.text
        area.setSelectionRange(draft.text.length, draft.text.length)
      } else if (area.value !== draft.text) area.value = draft.text
      drawSoon()
    },
  }
}
