/** The page as a whole: outside, with the form to come in, or inside. */

import type { ChatClient } from '../../client/types.ts'
import { login, register } from '../../client.ts'
import { type ChatError, ERRORS, isChatError } from '../../errors.ts'
import type { Config } from '../ui/config.ts'
import { closeDialogs } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { logo } from '../ui/icons.ts'
import { keepLogin, keptLogin } from '../ui/keep.ts'
import { chooseLang } from '../ui/preferences.ts'
import { createScope } from '../ui/scope.ts'
import { signInForm } from '../ui/sign-in.ts'
import { LANGS, lang, onLang } from '../ui/texts.ts'
import { chatView } from './chat-view.ts'
import { Files } from './files.ts'
import { openRoom } from './join-room.ts'
import { forgetWindow } from './mine.ts'
import { ChatModel } from './model.ts'
import { routeRoom } from './router.ts'
import { t } from './texts.ts'
import { endVisit, forgetVisit, stayGuest, visitAgain, visitAs, visitAsGuest } from './visit.ts'

/** Shows the page in an element. */
export function startApp(root: HTMLElement, config: Config): void {
  let leave = (): void => {}
  const show = (enter: () => () => void): void => {
    leave()
    closeDialogs()
    leave = enter()
  }
  const outside = (notice?: string): void => show(() => outsideView(root, config, inside, notice))
  const inside = (client: ChatClient): void => show(() => insideView(root, config, client, outside))
  const again = visitAgain(config)
  if (again === undefined) outside()
  else inside(again)
}

// ── outside ─────────────────────────────────────────────────────────────────────────────────

function outsideView(
  root: HTMLElement,
  config: Config,
  enter: (client: ChatClient) => void,
  notice: string | undefined,
): () => void {
  const account = async (how: typeof login, name: string, password: string): Promise<void> => {
    const { token, expiresAt, person } = await how(config.chatUrl, { name, password })
    keepLogin({ token, name: person.name, expiresAt })
    enter(visitAs(config, { name: person.name, token }))
  }
  const draw = (): void => {
    const form = signInForm({
      ...(config.accounts && {
        login: (name, password) => account(login, name, password),
        register: (name, password) => account(register, name, password),
      }),
      ...(config.guests && {
        guest: async (name) => {
          const client = visitAsGuest(config, name)
          try {
            await client.ready
          } catch (error) {
            await client.close()
            throw error
          }
          stayGuest()
          enter(client)
        },
      }),
      ...(notice !== undefined && { notice }),
    })
    document.title = config.title
    root.replaceChildren(
      h(
        'div',
        { class: 'outside' },
        h(
          'div',
          { class: 'outside-about' },
          logo(),
          h('h1', {}, config.title),
          h('p', { class: 'outside-text' }, t().welcome),
          h(
            'div',
            { class: 'outside-talk', 'aria-hidden': true },
            ...[1, 2, 3, 4].map(() => h('span')),
          ),
        ),
        h('main', { class: 'outside-card', 'aria-label': t().comeIn }, form),
        h(
          'footer',
          { class: 'outside-foot' },
          ...LANGS.map(({ tag, name }) =>
            h(
              'button',
              {
                class: 'text-button',
                type: 'button',
                lang: tag,
                'aria-pressed': tag === lang(),
                onclick: () => chooseLang(tag),
              },
              name,
            ),
          ),
        ),
      ),
    )
  }
  draw()
  return onLang(draw)
}

// ── inside ──────────────────────────────────────────────────────────────────────────────────

/** Refusals after which one has to come in again. */
const OUT = ['unauthorized', 'name_taken', 'name_invalid', 'name_reserved']

function insideView(
  root: HTMLElement,
  config: Config,
  client: ChatClient,
  out: (notice?: string) => void,
): () => void {
  const model = new ChatModel(client)
  const files = new Files(client)
  let over = false
  let scope = createScope()
  const signOut = (): void => {
    over = true
    forgetWindow(model.rooms.keys())
    void endVisit(client)
    history.replaceState(null, '', location.pathname + location.search)
    out()
  }
  const draw = (): void => {
    scope.end()
    scope = createScope()
    const parts = {
      title: config.title,
      guest: keptLogin() === undefined,
      signOut,
      adminUrl: config.admin ? new URL('admin', config.base).href : undefined,
    }
    root.replaceChildren(chatView(model, files, parts, scope))
  }
  /** The server doesn't want this client any more. */
  const refused = (error: unknown): void => {
    if (over) return
    over = true
    const code = isChatError(error) ? (error as ChatError).code : ''
    if (OUT.includes(code)) forgetVisit(client)
    void client.close()
    out(code === 'forbidden' ? sentAway(error) : errorText(error))
  }
  const stops = [
    onLang(() => {
      draw()
      client.request('lang', { lang: lang() }).catch(() => {})
    }),
    client.on('state', ({ state, error }) => {
      if (state === 'closed') refused(error)
    }),
  ]
  client.ready.then(() => begin(model, config), refused)
  draw()
  return () => {
    over = true
    for (const stop of stops) stop()
    scope.end()
    model.end()
    files.end()
  }
}

/** Why an admin ended the visit, with the reason that was given. */
function sentAway(error: unknown): string {
  const reason = error instanceof Error ? error.message : ''
  return [t().sentAway, reason === ERRORS.forbidden.text ? '' : reason].join(' ').trim()
}

/** Shows the room that was asked for, or where people start; then enters the others. */
async function begin(model: ChatModel, config: Config): Promise<void> {
  const { client } = model
  void knowMyself(model)
  const asked = routeRoom()
  const first = asked ?? config.room ?? client.defaultRoom
  const onPhone = matchMedia('(max-width: 760px)').matches
  const starting = model.start(first)
  if (asked !== undefined) await openRoom(model, asked)
  else if (first !== undefined) {
    try {
      const state = await model.enter(first, { create: asked === undefined })
      if (!onPhone && model.place.type === 'none') model.show({ type: 'room', name: state.name })
    } catch {
      // The list says why; another room can be chosen.
    }
  }
  await starting
}

/** Moves the end of the login, and asks whether one may do everything. */
async function knowMyself(model: ChatModel): Promise<void> {
  const kept = keptLogin()
  if (kept === undefined) return
  try {
    const told = await model.client.request('validate', { token: kept.token })
    model.admin = told.valid && told.admin === true
    const { expiresAt } = await model.client.request('renew', { token: kept.token })
    keepLogin({ ...kept, expiresAt })
    model.bus.tell('people')
  } catch {
    // As an ordinary person, then, for as long as the login lasts.
  }
}
