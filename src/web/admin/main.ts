/** The page for admins. */

import type { StateChange } from '../../client/types.ts'
import { pageConfig } from '../ui/config.ts'
import { keepLogin, keptLogin } from '../ui/keep.ts'
import { startPreferences } from '../ui/preferences.ts'
import { onLang } from '../ui/texts.ts'
import { type Entered, enter } from './entry.ts'
import { codeOf, failureText } from './failure.ts'
import { forget, signInGate, strangerGate, waitingGate } from './gate.ts'
import { type Shell, shell } from './shell.ts'
import { StatsFeed } from './stats-feed.ts'
import { adminTexts } from './texts.ts'

const config = pageConfig()
startPreferences(config.lang)
const app = document.getElementById('app') ?? document.body

/** Draws what is shown, also anew in another language. */
let draw: () => void = () => {}
let inside: { readonly end: () => void } | undefined

function show(view: () => HTMLElement): void {
  draw = () => {
    document.title = `${adminTexts().title} · ${config.title}`
    app.replaceChildren(view())
  }
  draw()
}

function askIn(notice?: string): void {
  show(() => signInGate(config, welcome, notice))
}

function welcome(who: Entered): void {
  inside?.end()
  if (who.as === 'somebody') {
    show(() => strangerGate(config, who.me, () => askIn()))
    return
  }
  const { chat, me } = who
  const feed = new StatsFeed(chat)
  let open: Shell | undefined
  const offs = [
    onLang(
      () => void chat.request('lang', { lang: document.documentElement.lang }).catch(() => {}),
    ),
    chat.on('state', (change) => {
      if (change.state === 'closed' && change.error !== undefined) refused(change)
    }),
  ]
  const end = (): void => {
    if (inside?.end !== end) return
    inside = undefined
    for (const off of offs) off()
    open?.stop()
    feed.stop()
    void chat.close()
  }
  inside = { end }
  show(() => {
    open?.stop()
    open = shell({ config, chat, me, feed, signOut: () => void signOut() })
    return open.element
  })
  const signOut = async (): Promise<void> => {
    // What fails here: the token ends by itself some day.
    await chat.request('logout', {}).catch(() => {})
    end()
    keepLogin(undefined)
    askIn()
  }
}

/** The server doesn't want this connection any more: the login ended, or it is no admin's any more. */
function refused({ error }: StateChange): void {
  inside?.end()
  if (codeOf(error) === 'unauthorized') keepLogin(undefined)
  askIn(codeOf(error) === 'unauthorized' ? adminTexts().gate.ended : failureText(error))
}

async function begin(): Promise<void> {
  const login = keptLogin()
  if (login === undefined) return askIn()
  show(() => waitingGate(config))
  try {
    welcome(await enter(config, login.token))
  } catch (error) {
    if (codeOf(error) === 'unauthorized') forget(login)
    askIn(failureText(error))
  }
}

onLang(() => draw())
void begin()
