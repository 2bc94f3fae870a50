/** An account: what it is, and what can be done with it. */

import type { AccountInfo, Operations } from '../../protocol/types.ts'
import { type Child, fill, h } from '../ui/dom.ts'
import { type Field, field } from '../ui/field.ts'
import { toast } from '../ui/toast.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import type { Context } from './context.ts'
import { codeOf, failureText } from './failure.ts'
import { formDialog } from './form-dialog.ts'
import { fact, moment } from './parts.ts'

type Change = Omit<Operations['admin_account'], 'account'>

/** How an account is, as small marks. */
export function accountMarks({ admin, disabled, id }: AccountInfo, { t, me }: Context): Child {
  return h(
    'span',
    { class: 'marks' },
    id === me.id && h('span', { class: 'mark' }, t.people.you),
    admin && h('span', { class: 'mark' }, t.people.admin),
    disabled
      ? h('span', { class: 'mark bad' }, t.accounts.disabled)
      : h('span', { class: 'mark good' }, t.accounts.active),
  )
}

/** The card of an account, with everything that can be done. */
export function accountCard(context: Context, account: AccountInfo): HTMLElement {
  const { t, f, me } = context
  const texts = t.accounts
  const place = h('div', { class: 'account' })
  const draw = (now: AccountInfo): void => {
    const focused = place.contains(document.activeElement)
    const own = now.id === me.id
    const act = (label: string, ask: () => Promise<AccountInfo | null>, danger = false): Child =>
      h(
        'button',
        {
          class: danger ? 'button danger-quiet' : 'button',
          type: 'button',
          onclick: () => void ask().then((next) => next !== null && draw(next)),
        },
        label,
      )
    const change =
      (
        title: string,
        text: string,
        fields: Change,
        done: (name: string) => string,
        danger = false,
      ): (() => Promise<AccountInfo | null>) =>
      () =>
        changeAccount(context, now, { title, text, danger }, async () => ({ fields, done }))
    const { done } = texts
    fill(
      place,
      h(
        'dl',
        { class: 'facts' },
        fact(texts.status, accountMarks(now, context)),
        fact(texts.created, moment(f, now.createdAt)),
      ),
      own && h('p', { class: 'quiet' }, texts.own),
      h(
        'div',
        { class: 'row-acts' },
        act(texts.newPassword, () => newPassword(context, now)),
        act(
          texts.logout,
          change(texts.logout, texts.logoutText(now.name), { logout: true }, done.logout),
        ),
        !own && [
          now.admin
            ? act(
                texts.takeAdmin,
                change(
                  texts.takeAdmin,
                  texts.takeAdminText(now.name),
                  { admin: false },
                  done.noAdmin,
                ),
              )
            : act(
                texts.makeAdminAct,
                change(
                  texts.makeAdminAct,
                  texts.makeAdminText(now.name),
                  { admin: true },
                  done.admin,
                ),
              ),
          now.disabled
            ? act(texts.enable, change(texts.enable, now.name, { disabled: false }, done.enabled))
            : act(
                texts.disable,
                change(
                  texts.disable,
                  texts.disableText(now.name),
                  { disabled: true },
                  done.disabled,
                  true,
                ),
                true,
              ),
          act(texts.delete, () => deleteAccount(context, now), true),
        ],
      ),
    )
    if (focused) place.querySelector('button')?.focus()
  }
  draw(account)
  return h(
    'section',
    { class: 'card', 'aria-label': t.people.account },
    h('header', { class: 'card-head' }, h('h2', null, t.people.account)),
    place,
  )
}

/** Asks, changes, tells. Resolves to the account as it is then; null: nothing was done. */
async function changeAccount(
  { chat, t, feed }: Context,
  { id, name }: AccountInfo,
  dialog: {
    readonly title: string
    readonly text: string
    readonly danger?: boolean
    readonly body?: readonly Child[]
    readonly typed?: string
  },
  what: () => Promise<{
    readonly fields: Change
    readonly done: (name: string) => string
  } | null>,
): Promise<AccountInfo | null> {
  let now: AccountInfo | undefined
  await formDialog({
    t,
    ...dialog,
    action: dialog.title,
    run: async () => {
      const change = await what()
      if (change === null) return false
      const { account } = await chat.request('admin_account', { account: id, ...change.fields })
      now = account
      toast(change.done(name))
      return true
    },
  })
  feed.now()
  return now ?? null
}

function newPassword(context: Context, account: AccountInfo): Promise<AccountInfo | null> {
  const texts = context.t.accounts
  const password = field({
    label: texts.password,
    hint: texts.passwordHint,
    type: 'password',
    autocomplete: 'new-password',
    autofocus: true,
  })
  return changeAccount(
    context,
    account,
    {
      title: texts.newPassword,
      text: texts.newPasswordText(account.name),
      body: [password.element],
    },
    async () => {
      if (password.value() === '') {
        password.fail(uiTexts().signIn.passwordMissing)
        return null
      }
      return { fields: { password: password.value() }, done: texts.done.password }
    },
  )
}

async function deleteAccount(context: Context, account: AccountInfo): Promise<null> {
  const texts = context.t.accounts
  await changeAccount(
    context,
    account,
    {
      title: texts.delete,
      text: texts.deleteText(account.name),
      danger: true,
      typed: account.name,
    },
    async () => ({ fields: { delete: true }, done: texts.done.deleted }),
  )
  return null
}

/** Asks for a new account. Resolves to it; null: none was made. */
export async function createAccount({ chat, t, feed }: Context): Promise<AccountInfo | null> {
  const texts = t.accounts
  const name = field({ label: texts.name, autofocus: true, maxLength: 64 })
  const password = field({
    label: texts.password,
    hint: texts.passwordHint,
    type: 'password',
    autocomplete: 'new-password',
  })
  const box = h('input', { type: 'checkbox', class: 'switch' })
  const admin = h(
    'label',
    { class: 'toggle' },
    h('span', { class: 'toggle-label' }, texts.makeAdmin),
    box,
  )
  let made: AccountInfo | undefined
  await formDialog({
    t,
    title: texts.createTitle,
    text: '',
    action: texts.create,
    body: [name.element, password.element, admin],
    run: async () => {
      if (name.value() === '') return missing(name, uiTexts().signIn.nameMissing)
      if (password.value() === '') return missing(password, uiTexts().signIn.passwordMissing)
      try {
        const { account } = await chat.request('admin_account', {
          account: name.value(),
          create: true,
          password: password.value(),
          admin: box.checked,
        })
        made = account
      } catch (error) {
        const code = codeOf(error)
        if (code.startsWith('name_')) return missing(name, failureText(error))
        if (code === 'password_weak') return missing(password, failureText(error))
        throw error
      }
      toast(texts.created1(name.value()))
      return true
    },
  })
  if (made !== undefined) feed.now()
  return made ?? null
}

/** Says what is wrong with a field: nothing was done then. */
function missing(one: Field, text: string): false {
  one.fail(text)
  return false
}
