/**
 * The page for admins, in a real browser with a real server: what is done there is done.
 *
 * - who comes in: admins only; others are told so kindly; reload, sign-out, another language
 * - the figures agree with what was done, and follow it
 * - rooms: found, set, entered to see the roster, deleted after typing the name
 * - limits: changed, seen acting, refused at the field, set back
 * - people: disconnected; accounts made, disabled, made admin, deleted; a person exported and erased
 * - moderation: banned, let in again
 * - the audit trail shows it all; nothing is done twice by a double click
 */

import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath, type Opened, useBrowser } from '../support/browser.ts'
import { asAdmin, go, type Scene, scene, signIn } from './admin-scene.ts'

describe.skipIf(browserPath() === null)('the page for admins', () => {
  const browser = useBrowser()
  let server: Scene
  let rita: Opened

  beforeAll(async () => {
    server = await scene()
    rita = await asAdmin(browser, server)
  })
  afterAll(async () => {
    // Nothing of all that was forbidden by the policy, or went wrong in silence.
    expect(rita.problems).toEqual([])
    await rita.close()
    await server.close()
  })

  const toast = (text: string | RegExp): Promise<void> =>
    rita.page.locator('.toast', { hasText: text }).last().waitFor()
  const button = (name: string | RegExp) => rita.page.getByRole('button', { name, exact: true })
  const dialog = () => rita.page.getByRole('dialog')

  it('lets admins in, and nobody else', async () => {
    const { page, problems, close } = await browser.open(server.admin)
    await signIn(page, 'Rita', 'not the password')
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor()
    await signIn(page, 'Ana')
    await page.getByRole('heading', { name: 'Hello, Ana' }).waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    await page.getByRole('button', { name: 'Sign in with another account' }).click()
    await signIn(page, 'Rita')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    // Who came in stays in.
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    const me = page.getByRole('button', { name: 'Signed in as Rita' })
    await me.click()
    await page.getByRole('menuitemradio', { name: 'Português' }).click()
    await page.getByRole('heading', { name: 'Resumo' }).waitFor()
    await page.getByRole('button', { name: 'Você entrou como Rita' }).click()
    await page.getByRole('menuitem', { name: 'Sair da conta' }).click()
    await page.getByRole('heading', { name: 'Quem vem lá?' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Quem vem lá?' }).waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('shows figures that agree with what was done, and follow it', async () => {
    const { page } = rita
    await go(page, 'overview')
    const figure = (name: string) =>
      page.locator('.figure', { hasText: name }).locator('.figure-value')
    const gil = await server.guest('Gil')
    await gil.ask('join', { room: 'geral' })
    await gil.ask('create', { room: 'vazia' })
    for (let i = 0; i < 3; i++) await gil.ask('send', { room: 'geral', text: 'oi' })
    // The page looks again by itself, every few seconds.
    await expect
      .poll(() => figure('Messages, last hour').textContent(), { timeout: 10_000 })
      .toBe('3')
    expect(await figure('People online').textContent()).toBe('2')
    expect(await figure('Rooms').textContent()).toBe('2')
    expect(await figure('Accounts').textContent()).toBe('2')
    expect(await page.locator('.figure', { hasText: 'Rooms' }).textContent()).toContain(
      '1 with people in them',
    )
    await page.getByText('Show as a table').first().click()
    const rows = await page.locator('.as-table-rows tbody tr').allTextContents()
    const said = rows.map((row) => Number(/\d+$/.exec(row)?.[0]))
    expect(rows.length).toBe(60)
    expect(said.reduce((sum, count) => sum + count, 0) % 100).toBeGreaterThan(0)
    expect(await page.locator('svg.plot desc').first().textContent()).toMatch(/^3 messages/)
    gil.end()
  })

  it('finds a room, sets it, looks who is what in it, and deletes it', async () => {
    const { page } = rita
    const ana = await server.member('Ana')
    await ana.ask('create', { room: 'livros', settings: { topic: 'Saramago' } })
    await ana.ask('join', { room: 'livros' })
    await go(page, 'rooms')
    await page.getByRole('searchbox').fill('saramago')
    await page.locator('tbody tr', { hasText: '#livros' }).waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.getByRole('link', { name: '#livros' }).click()

    await page.getByLabel('Topic').fill('Pessoa')
    await page.getByLabel('Read-only').check()
    await page.getByLabel('Messages kept').fill('0')
    await button('Save').click()
    await page.getByText('A whole number from 1 is needed.').waitFor()
    await page.getByLabel('Messages kept').fill('50')
    await button('Save').click()
    await toast('Settings saved')
    await ana.push('settings')
    const { rooms } = await server.chat.admin.rooms()
    expect(rooms.find(({ room }) => room === 'livros')?.settings).toEqual({
      topic: 'Pessoa',
      readOnly: true,
      keepEntries: 50,
    })

    await button('Enter and look').click()
    await ana.push('joined', ({ person }) => (person as { name: string }).name === 'Rita')
    await page.locator('.roster-group', { hasText: 'Roles' }).getByText('owner').waitFor()
    await button('Leave the room').click()
    await ana.push('left')

    await button('Delete room').click()
    const sure = dialog().getByRole('button', { name: 'Delete room' })
    expect(await sure.isDisabled()).toBe(true)
    await dialog().getByRole('textbox').fill('livros')
    await sure.click()
    await toast('#livros was deleted')
    await ana.push('closed')
    await page.getByRole('heading', { name: 'Rooms' }).waitFor()
    expect(await page.getByRole('link', { name: '#livros' }).count()).toBe(0)
    ana.end()
  })

  it('changes a limit, which acts at once', async () => {
    const { page } = rita
    const nuno = await server.guest('Nuno')
    await nuno.ask('join', { room: 'geral' })
    await go(page, 'limits')
    await button('Change messageChars').click()
    const value = dialog().getByRole('textbox', { name: 'Value' })
    await value.fill('much')
    await button('Save').click()
    await dialog().getByText('A whole number from 1 is needed.').waitFor()
    await value.fill('5')
    await button('Save').click()
    await toast('messageChars is 5 now')
    await expect(nuno.ask('send', { room: 'geral', text: 'seis!!' })).rejects.toMatchObject({
      code: 'text_too_long',
    })
    await button('Set messageChars back to its initial value').click()
    await toast('messageChars is 4,000 now')
    await nuno.ask('send', { room: 'geral', text: 'seis!!' })
    // Units are understood; what the server refuses stands at the field.
    await button('Change helloMs').click()
    await dialog().getByRole('textbox', { name: 'Value' }).fill('10 ms')
    await button('Save').click()
    await dialog().getByText('helloMs must be from 1000').waitFor()
    await dialog().getByRole('textbox', { name: 'Value' }).fill('1 min')
    await button('Save').click()
    await toast('helloMs is 1 min now')
    const { limits } = await server.chat.admin.limits()
    expect(limits.find(({ name }) => name === 'helloMs')?.value).toBe(60_000)
    nuno.end()
  })

  it('disconnects a person', async () => {
    const { page } = rita
    const zeca = await server.guest('Zeca')
    await zeca.ask('join', { room: 'geral' })
    await go(page, 'people')
    await page.getByRole('link', { name: 'Zeca' }).click()
    await page.locator('.session', { hasText: 'WebSocket' }).getByText('#geral').waitFor()
    await button('Disconnect').click()
    await dialog().getByLabel('Reason').fill('hora de dormir')
    await dialog().getByRole('button', { name: 'Disconnect' }).click()
    await toast('1 connection ended')
    expect(await zeca.closed).toBe(3506)
    expect(zeca.all.at(-1)).toMatchObject({ ev: 'close', reason: 'hora de dormir' })
    await page.getByText('This person is not online any more.').waitFor()
  })

  it('makes an account, disables it, makes it admin, deletes it', async () => {
    const { page } = rita
    await go(page, 'people', 'accounts')
    await button('New account').click()
    await dialog().getByLabel('Name').fill('Duarte')
    await dialog().getByLabel('Password', { exact: true }).fill('short')
    await dialog().getByRole('button', { name: 'New account' }).click()
    await dialog().getByText('password_weak').waitFor()
    await dialog().getByLabel('Password', { exact: true }).fill('correct horse battery')
    await dialog().getByRole('button', { name: 'New account' }).click()
    await toast('The account Duarte was created')
    const duarte = await server.member('Duarte')

    await page.getByRole('link', { name: 'Duarte' }).click()
    await button('Disable').click()
    await dialog().getByRole('button', { name: 'Disable' }).click()
    await toast('Duarte is disabled')
    expect(await duarte.closed).toBe(3505)
    await expect(server.member('Duarte')).rejects.toMatchObject({ code: 'credentials_wrong' })
    await button('Enable').click()
    await dialog().getByRole('button', { name: 'Enable' }).click()
    await toast('Duarte may log in again')
    await button('Make admin').click()
    await dialog().getByRole('button', { name: 'Make admin' }).click()
    await toast('Duarte is an admin now')
    await (await server.member('Duarte')).ask('admin_stats')

    await button('Delete account').click()
    await dialog().getByRole('textbox').fill('Duarte')
    await dialog().getByRole('button', { name: 'Delete account' }).click()
    await toast('The account Duarte was deleted')
    await expect(server.member('Duarte')).rejects.toMatchObject({ code: 'credentials_wrong' })
  })

  it('bans a person from a room, and lets them in again', async () => {
    const { page } = rita
    const rui = await server.guest('Rui')
    await rui.ask('join', { room: 'geral' })
    await go(page, 'moderation')
    await page.getByRole('combobox', { name: 'Room' }).fill('geral')
    await page.getByRole('combobox', { name: 'Person' }).fill('Ruy')
    await page.getByRole('radio', { name: /^Ban/ }).check()
    await page.getByRole('radio', { name: '1 day' }).check()
    await button('Ban').click()
    await page.getByText('(person_not_found)').waitFor()
    await page.getByRole('combobox', { name: 'Person' }).fill('Rui')
    await page.getByLabel('Reason').fill('spam')
    await button('Ban').click()
    await toast('Rui is banned from #geral')
    expect(await rui.push('removed')).toMatchObject({ why: 'ban', reason: 'spam' })
    await expect(rui.ask('join', { room: 'geral' })).rejects.toMatchObject({ code: 'banned' })
    await page.locator('.trail-line', { hasText: 'banned' }).getByText('Rui').waitFor()

    await go(page, 'rooms', 'geral')
    await button('Enter and look').click()
    await page.locator('.roster-group', { hasText: 'Banned' }).getByText('Rui').waitFor()
    await button('Unban').click()
    await toast('Rui may come into #geral again')
    await rui.ask('join', { room: 'geral' })
    rui.end()
  })

  it('exports a person', async () => {
    const { page } = rita
    const eva = await server.guest('Eva')
    await eva.ask('join', { room: 'geral' })
    await eva.ask('send', { room: 'geral', text: 'guarda isto' })
    await go(page, 'people')
    await page.getByRole('link', { name: 'Eva' }).click()
    const saved = page.waitForEvent('download')
    await button('Download JSON').click()
    const download = await saved
    expect(download.suggestedFilename()).toBe('Eva.json')
    const kept = JSON.parse(await readFile(await download.path(), 'utf8'))
    expect(kept.entries).toEqual([expect.objectContaining({ text: 'guarda isto' })])
    eva.end()
    eva.end()
  })

  it('erases a person', async () => {
    const { page } = rita
    const eva = await server.guest('Eva Maria')
    await eva.ask('join', { room: 'geral' })
    await eva.ask('send', { room: 'geral', text: 'esquece isto' })
    await go(page, 'people')
    await page.getByRole('link', { name: 'Eva Maria' }).click()
    await button('Erase this person').click()
    await dialog().getByRole('textbox').fill('Eva Maria')
    await dialog().getByRole('button', { name: 'Erase this person' }).click()
    await toast('Erased: 1 entries')
    await page.getByRole('heading', { name: 'People' }).waitFor()
    expect(await eva.closed).toBeGreaterThan(0)
  })

  it('does nothing twice by a double click', async () => {
    const { page } = rita
    const acts = async (): Promise<readonly string[]> =>
      (await server.chat.admin.audit()).lines.map(({ act }) => act)
    await go(page, 'rooms')
    await button('Clean up expired rooms').dblclick()
    await toast('Nothing to clean up')
    expect((await acts()).filter((act) => act === 'admin.sweep')).toHaveLength(1)
  })

  it('shows all that in the audit trail', async () => {
    const { page } = rita
    await go(page, 'audit')
    const row = (text: RegExp) => page.getByRole('row', { name: text }).first().waitFor()
    await row(/Rita\s+deleted a room\s+#livros/)
    await row(/Rita\s+changed limits\s+messageChars = 5/)
    await row(/Rita\s+disconnected\s+Zeca\s.*hora de dormir/)
    await row(/Rita\s+changed an account\s+Duarte\s+disabled/)
    await row(/Rita\s+banned\s+Rui\s+#geral\s+spam/)
    await row(/Rita\s+unbanned\s+Rui\s+#geral/)
    await page.getByLabel('Which acts').selectOption('ban')
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.getByLabel('Which acts').selectOption('')
    await page.getByRole('searchbox').fill('duarte disabled')
    expect(await page.locator('tbody tr').count()).toBe(1)
  })

  it('puts out whose login has ended', async () => {
    const { page, close } = await asAdmin(browser, server)
    await server.chat.admin.account({ account: 'Rita', logout: true })
    await page.getByText('Your login has ended. Sign in again.').waitFor()
    await rita.page.getByText('Your login has ended. Sign in again.').waitFor()
    await close()
  })
})
