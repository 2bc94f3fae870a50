/** A small choice of emoji. */

import { h } from '../ui/dom.ts'
import { openBeside } from '../ui/menu.ts'
import { t } from './texts.ts'

/** Those that are offered at once. */
export const QUICK = ['👍', '❤️', '😂', '🎉', '😮', '🙏'] as const

const ALL = [
  '👍 👎 ❤️ 😂 🎉 😮 🙏 👏',
  '😀 😅 😊 😍 😘 🤔 🙄 😴',
  '😢 😭 😡 🤯 🥳 🤗 🤝 💪',
  '👋 👌 ✌️ 🤞 🙌 👀 🫶 💔',
  '🔥 ✨ ⭐ ☕ 🍻 🍰 🌻 🌈',
  '✅ ❌ ❓ ❗ 💡 📌 🚀 🐛',
].map((line) => line.split(' '))
const COLUMNS = 8

/** Opens the choice beside an element. */
export function openEmoji(anchor: Element | DOMRect, choose: (emoji: string) => void): void {
  const buttons = ALL.flat().map((emoji) =>
    h(
      'button',
      {
        class: 'emoji',
        type: 'button',
        tabindex: -1,
        'aria-label': emoji,
        onclick: () => {
          close()
          choose(emoji)
        },
      },
      emoji,
    ),
  )
  const grid = h(
    'div',
    {
      class: 'emoji-grid',
      role: 'group',
      'aria-label': t().emoji,
      onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[
          event.key
        ]
        if (step === undefined) return
        event.preventDefault()
        const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
        buttons[(at + step + buttons.length) % buttons.length]?.focus()
      },
    },
    ...buttons,
  )
  const close = openBeside(anchor, grid)
  buttons[0]?.setAttribute('tabindex', '0')
  buttons[0]?.focus()
}
