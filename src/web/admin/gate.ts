/** The page before one is in: signing in, and a kind word for those who aren't admins. */

import { login } from '../../client.ts'
import type { Person } from '../../protocol/types.ts'
import type { Config } from '../ui/config.ts'
import { type Child, h } from '../ui/dom.ts'
import { icon, logo } from '../ui/icons.ts'
import { type KeptLogin, keepLogin, keptLogin } from '../ui/keep.ts'
import { openMenu } from '../ui/menu.ts'
import { langItems, themeItems } from '../ui/preferences.ts'
import { signInForm } from '../ui/sign-in.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import { type Entered, enter } from './entry.ts'
import { adminTexts } from './texts.ts'

function card(config: Config, title: string, ...children: readonly Child[]): HTMLElement {
  return h(
    'main',
    { class: 'gate' },
    h(
      'div',
      { class: 'gate-corner' },
      menuButton('theme', uiTexts().theme, themeItems),
      menuButton('globe', uiTexts().language, langItems),
    ),
    h(
      'div',
      { class: 'gate-card' },
      h(
        'p',
        { class: 'gate-brand' },
        logo(),
        h('span', { dir: 'auto' }, config.title),
        h('span', { class: 'gate-mark' }, adminTexts().title),
      ),
      h('h1', null, title),
      ...children,
    ),
  )
}

function menuButton(
  name: 'theme' | 'globe',
  label: string,
  items: typeof themeItems,
): HTMLButtonElement {
  const button: HTMLButtonElement = h(
    'button',
    {
      class: 'icon-button',
      type: 'button',
      'aria-label': label,
      'aria-haspopup': 'menu',
      onclick: () => openMenu(button, items(), label),
    },
    icon(name),
  )
  return button
}

/** While it is found out whether one is in. */
export function waitingGate(config: Config): HTMLElement {
  const t = adminTexts().gate
  return card(
    config,
    t.title,
    h('p', { class: 'gate-wait', role: 'status' }, h('span', { class: 'spinner' }), t.checking),
  )
}

/** The form. `entered` is told whoever came in, admin or not; the login is kept by then. */
export function signInGate(
  config: Config,
  entered: (who: Entered) => void,
  notice?: string,
): HTMLElement {
  const t = adminTexts().gate
  return card(
    config,
    t.title,
    h('p', { class: 'gate-lead' }, t.lead),
    signInForm({
      login: async (name, password) => {
        const { token, expiresAt, person } = await login(config.chatUrl, { name, password })
        const who = await enter(config, token)
        keepLogin({ token, name: person.name, expiresAt })
        entered(who)
      },
      ...(notice === undefined ? undefined : { notice }),
    }),
    h(
      'p',
      { class: 'gate-first' },
      t.first,
      ' ',
      h('code', null, `npx tertulia admin create ${t.firstName}`),
    ),
  )
}

/** For somebody who has an account that is no admin. */
export function strangerGate(config: Config, me: Person, other: () => void): HTMLElement {
  const t = adminTexts().gate
  return card(
    config,
    t.notAdminTitle(me.name),
    h('p', { class: 'gate-lead', role: 'status' }, t.notAdmin),
    h(
      'div',
      { class: 'gate-ways' },
      h('a', { class: 'button primary wide', href: config.base }, t.toChat),
      h('button', { class: 'button wide', type: 'button', onclick: other }, t.other),
    ),
  )
}

/** The login that is kept, if it is still the one that was refused, is forgotten. */
export function forget(refused: KeptLogin): void {
  if (keptLogin()?.token === refused.token) keepLogin(undefined)
}
