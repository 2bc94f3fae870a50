/** The frame around the sections: where one is, where one can go, and how the connection is. */

import type { ChatClient } from '../../client/types.ts'
import type { Person } from '../../protocol/types.ts'
import { avatar } from '../ui/avatar.ts'
import type { Config } from '../ui/config.ts'
import { h, setText } from '../ui/dom.ts'
import { icon, logo } from '../ui/icons.ts'
import { openMenu } from '../ui/menu.ts'
import { langItems, themeItems } from '../ui/preferences.ts'
import { lang } from '../ui/texts.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import { auditSection } from './audit.ts'
import { type Context, type MakeSection, readRoute, route, type Section } from './context.ts'
import { formatFor } from './format.ts'
import { adminIcon } from './icons.ts'
import { limitsSection } from './limits.ts'
import { moderationSection } from './moderation.ts'
import { overviewSection } from './overview.ts'
import { peopleSection } from './people.ts'
import { roomsSection } from './rooms.ts'
import type { StatsFeed } from './stats-feed.ts'
import { adminTexts } from './texts.ts'

/** The sections, in order; the first is shown at the beginning. */
const SECTIONS = {
  overview: { icon: () => adminIcon('overview'), make: overviewSection },
  rooms: { icon: () => adminIcon('room'), make: roomsSection },
  people: { icon: () => icon('people'), make: peopleSection },
  moderation: { icon: () => adminIcon('shield'), make: moderationSection },
  limits: { icon: () => adminIcon('limits'), make: limitsSection },
  audit: { icon: () => adminIcon('audit'), make: auditSection },
} as const satisfies Readonly<
  Record<string, { readonly icon: () => SVGSVGElement; readonly make: MakeSection }>
>

type SectionName = keyof typeof SECTIONS
const NAMES = Object.keys(SECTIONS) as SectionName[]

/** The frame, with a section in it. */
export interface Shell {
  readonly element: HTMLElement
  stop(): void
}

/** Makes it. */
export function shell(options: {
  readonly config: Config
  readonly chat: ChatClient
  readonly me: Person
  readonly feed: StatsFeed
  readonly signOut: () => void
}): Shell {
  const { config, chat, me, feed } = options
  const t = adminTexts()
  const context: Context = { config, chat, me, t, f: formatFor(lang()), feed }
  const links = new Map(
    NAMES.map((name) => [
      name,
      h(
        'a',
        { class: 'nav-link', href: route(name) },
        SECTIONS[name].icon(),
        h('span', null, t.sections[name]),
      ),
    ]),
  )
  const main = h('main', { class: 'main', id: 'content', tabindex: '-1' })
  const light = h('p', { class: 'light', role: 'status' })
  let section: Section | undefined

  const go = (): void => {
    const [first = '', ...path] = readRoute(location.hash)
    const name = NAMES.find((one) => one === first) ?? 'overview'
    section?.stop?.()
    section = SECTIONS[name].make(context, path)
    main.replaceChildren(section.element)
    scrollTo(0, 0)
    for (const [one, link] of links) {
      if (one === name) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
    document.title = `${t.sections[name]} · ${t.title} · ${config.title}`
  }
  const moved = (): void => {
    closeDialogs()
    go()
    // Whoever doesn't see it hears where they are now.
    main.focus({ preventScroll: true })
  }
  const drawState = (): void => {
    light.dataset.state = chat.state
    setText(light, t.shell.state[chat.state])
  }
  const offs = [chat.on('state', drawState)]
  addEventListener('hashchange', moved)
  go()
  drawState()
  const element = h(
    'div',
    { class: 'shell' },
    h('button', { class: 'skip button', type: 'button', onclick: () => main.focus() }, t.skip),
    h(
      'header',
      { class: 'side' },
      h(
        'a',
        { class: 'brand', href: route('overview') },
        logo(),
        h(
          'span',
          { class: 'brand-text' },
          h('span', { class: 'brand-name', dir: 'auto' }, config.title),
          h('span', { class: 'brand-mark' }, t.title),
        ),
      ),
      h('nav', { class: 'nav', 'aria-label': t.nav }, ...links.values()),
      h('div', { class: 'side-foot' }, light, personButton(me, config, t.shell, options.signOut)),
    ),
    main,
  )
  return {
    element,
    stop() {
      closeDialogs()
      removeEventListener('hashchange', moved)
      for (const off of offs) off()
      section?.stop?.()
    },
  }
}

/** What was asked in a section is void when that is left. */
function closeDialogs(): void {
  for (const dialog of document.querySelectorAll('dialog')) dialog.close()
}

function personButton(
  me: Person,
  config: Config,
  t: ReturnType<typeof adminTexts>['shell'],
  signOut: () => void,
): HTMLElement {
  const button: HTMLButtonElement = h(
    'button',
    {
      class: 'me',
      type: 'button',
      'aria-haspopup': 'menu',
      onclick: () =>
        openMenu(
          button,
          [
            { label: t.chat, icon: 'message', run: () => location.assign(config.base) },
            null,
            ...themeItems(),
            null,
            ...langItems(),
            null,
            { label: uiTexts().signOut, icon: 'door', run: signOut },
          ],
          t.you(me.name),
        ),
    },
    avatar(me),
    h('span', { class: 'unseen' }, t.you(me.name)),
    h('span', { class: 'me-name', dir: 'auto', 'aria-hidden': 'true' }, me.name),
    icon('more'),
  )
  return button
}
