/** Oneself: name, the light of the connection, and what can be set. */

import { avatar } from '../ui/avatar.ts'
import { openDialog } from '../ui/dialog.ts'
import { fill, h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { busyButton, field } from '../ui/field.ts'
import { icon } from '../ui/icons.ts'
import { type MenuItem, openMenu } from '../ui/menu.ts'
import { langItems, themeItems } from '../ui/preferences.ts'
import { eachFrame, type Scope } from '../ui/scope.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import type { ChatModel } from './model.ts'
import { askForNotices, noticesAreOn, turnNoticesOff } from './notices.ts'
import { shownText } from './rich-text.ts'
import type { SidebarParts } from './sidebar-parts.ts'
import { statusText } from './status.ts'
import { t } from './texts.ts'

/** The bar below the rooms; it ends with `scope`. */
export function meBar(model: ChatModel, parts: SidebarParts, scope: Scope): HTMLElement {
  const about = h('div', { class: 'me-about' })
  const gear = h(
    'button',
    {
      class: 'icon-button',
      type: 'button',
      'aria-label': t().preferences,
      'aria-haspopup': 'menu',
      onclick: () => openMenu(gear, items()),
    },
    icon('gear'),
  )
  const items = (): (MenuItem | null)[] => [
    ...(parts.guest
      ? [{ label: t().otherName, icon: 'edit', run: () => askName(model) } as const]
      : []),
    {
      label: uiTexts().theme,
      icon: 'theme',
      run: () => openMenu(gear, themeItems(), uiTexts().theme),
    },
    {
      label: uiTexts().language,
      icon: 'globe',
      run: () => openMenu(gear, langItems(), uiTexts().language),
    },
    noticesAreOn()
      ? { label: t().noticesOff, icon: 'bell', run: turnNoticesOff }
      : { label: t().noticesOn, icon: 'bell', run: () => void askForNotices() },
    ...(parts.adminUrl !== undefined && model.admin
      ? [
          {
            label: t().administration,
            icon: 'admin',
            run: () => location.assign(parts.adminUrl ?? ''),
          } as const,
        ]
      : []),
    null,
    { label: uiTexts().signOut, icon: 'door', danger: true, run: parts.signOut },
  ]
  const draw = (): void => {
    const person = model.client.person ?? { id: '', name: '' }
    const name = shownText(person.name)
    const { state } = model.status
    fill(
      about,
      avatar(person),
      h(
        'div',
        { class: 'me-text' },
        h('bdi', { class: 'me-name' }, name),
        h(
          'span',
          { class: `light light-${state}`, role: 'status' },
          statusText(model.status, false),
        ),
      ),
    )
  }
  const drawSoon = eachFrame(scope, draw)
  scope.add(model.bus.on('me', drawSoon))
  scope.add(model.bus.on('status', drawSoon))
  draw()
  return h('footer', { class: 'me' }, about, gear)
}

/** Lets a guest take another name. */
function askName(model: ChatModel): void {
  const name = field({
    label: uiTexts().signIn.name,
    value: model.client.person?.name ?? '',
    autofocus: true,
    maxLength: 64,
  })
  const go = busyButton({}, t().save)
  const submit = async (): Promise<void> => {
    if (name.value() === '') return name.fail(uiTexts().signIn.nameMissing)
    go.busy(true)
    try {
      await model.client.rename(name.value())
      dialog.close()
    } catch (error) {
      name.fail(errorText(error))
    }
    go.busy(false)
  }
  const dialog = openDialog({
    title: t().otherName,
    body: [name.element],
    actions: [
      h(
        'button',
        { class: 'button', type: 'button', onclick: () => dialog.close() },
        uiTexts().cancel,
      ),
      go.element,
    ],
    onsubmit: () => void submit(),
  })
}
