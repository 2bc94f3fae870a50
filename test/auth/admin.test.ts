/** What an administrator does with accounts. */

import { describe, expect, it } from 'vitest'
import { hashToken } from '../../src/auth/tokens.ts'
import { codeOf, HERE, PASSWORD, world } from './world.ts'

const NEXT = 'another good password'

async function withAlice() {
  const made = world()
  const { token, person } = await made.accounts.register('Alice', PASSWORD, HERE)
  const alive = async () => (await made.accounts.alive([hashToken(token)]))[0]
  return { ...made, admin: made.accounts.admin, token, id: person.id, alive }
}

describe('an administrator', () => {
  it('makes accounts, admins among them, whatever the limits of rate and number', async () => {
    const { accounts } = world({ limits: { registersPerHour: 1, accounts: 1 } })
    for (const name of ['Rita', 'Saulo', 'Tânia']) {
      const info = await accounts.admin.create(name, PASSWORD, name === 'Rita')
      expect(info).toMatchObject({ name, admin: name === 'Rita', disabled: false })
      expect(JSON.stringify(info)).not.toContain('scrypt')
    }
    const { token } = await accounts.login('rita', PASSWORD, HERE)
    expect((await accounts.validate(token))?.identity).toMatchObject({ name: 'Rita', admin: true })
    const { token: other } = await accounts.login('Saulo', PASSWORD, HERE)
    expect((await accounts.validate(other))?.identity).not.toHaveProperty('admin')
  })

  it('can’t make what nobody can', async () => {
    const { admin } = await withAlice()
    expect(await codeOf(admin.create('alice', PASSWORD))).toBe('name_taken')
    expect(await codeOf(admin.create('root', PASSWORD))).toBe('name_reserved')
    expect(await codeOf(admin.create('a\tb', PASSWORD))).toBe('name_invalid')
    expect(await codeOf(admin.create('Rita', 'admin123'))).toBe('password_weak')
    expect(await admin.count()).toBe(1)
  })

  it('finds an account by its name', async () => {
    const { admin, id, clock } = await withAlice()
    const info = { id, name: 'Alice', admin: false, disabled: false, createdAt: clock.now() }
    expect(await admin.find(' ALICE')).toEqual(info)
    expect(await admin.get(id)).toEqual(info)
    expect(await admin.find('Bruno')).toBeNull()
    expect(await admin.find('\u0000')).toBeNull()
    expect(await admin.get('nobody')).toBeNull()
  })

  it('lists all of them, page by page', async () => {
    const { accounts } = world()
    const names = ['Ana', 'Bia', 'Caio', 'Davi', 'Eva']
    for (const name of names) await accounts.admin.create(name, PASSWORD)
    const seen: string[] = []
    let next: string | undefined
    let pages = 0
    do {
      const page = await accounts.admin.list(next, 2)
      seen.push(...page.accounts.map(({ name }) => name))
      next = page.next
      pages += 1
    } while (next !== undefined)
    expect(seen.toSorted()).toEqual(names)
    expect(pages).toBe(3)
  })

  it('disables an account: its tokens end, and nobody logs in to it', async () => {
    const { accounts, admin, id, token, alive } = await withAlice()
    expect(await admin.setDisabled(id, true)).toMatchObject({ disabled: true })
    expect(await alive()).toBe(false)
    expect(await accounts.validate(token)).toBeNull()
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('credentials_wrong')
    expect(await admin.setDisabled(id, false)).toMatchObject({ disabled: false })
    expect(await alive()).toBe(false)
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('ok')
  })

  it('makes an admin without a logout, and ends what an admin was', async () => {
    const { accounts, admin, id, token, alive } = await withAlice()
    expect(await admin.setAdmin(id, true)).toMatchObject({ admin: true })
    expect(await alive()).toBe(true)
    expect((await accounts.validate(token))?.identity.admin).toBe(true)
    expect(await admin.setAdmin(id, false)).toMatchObject({ admin: false })
    expect(await alive()).toBe(false)
  })

  it('sets another password and ends all tokens', async () => {
    const { accounts, admin, id, alive } = await withAlice()
    expect(await codeOf(admin.resetPassword(id, 'ALICE'))).toBe('password_weak')
    expect(await alive()).toBe(true)
    await admin.resetPassword(id, NEXT)
    expect(await alive()).toBe(false)
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('credentials_wrong')
    expect(await codeOf(accounts.login('Alice', NEXT, HERE))).toBe('ok')
  })

  it('logs somebody out everywhere', async () => {
    const { accounts, admin, id, alive } = await withAlice()
    await accounts.login('Alice', PASSWORD, HERE)
    expect(await admin.logout(id)).toBe(2)
    expect(await alive()).toBe(false)
  })

  it('deletes an account, and its name is free', async () => {
    const { accounts, admin, id, token, alive } = await withAlice()
    await admin.delete(id)
    expect(await alive()).toBe(false)
    expect(await accounts.validate(token)).toBeNull()
    expect(await accounts.owner('Alice')).toBeNull()
    const again = await accounts.register('Alice', PASSWORD, HERE)
    expect(again.person.id).not.toBe(id)
  })

  it('is told when there is no such account', async () => {
    const { admin } = await withAlice()
    for (const call of [
      admin.setDisabled('nobody', true),
      admin.setDisabled('nobody', false),
      admin.setAdmin('nobody', true),
      admin.resetPassword('nobody', NEXT),
      admin.delete('nobody'),
    ]) {
      expect(await codeOf(call)).toBe('person_not_found')
    }
  })
})
