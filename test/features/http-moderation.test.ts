/** What owners and moderators do, by HTTP; and what those hear to whom it is done. */

import { describe, expect, it } from 'vitest'
import { eventually, guest, stream } from '../support/http.ts'
import { start } from '../support/server.ts'

const at = '/v1/rooms/sala'

/** Ana owns the room, Bob is in it and listens. */
async function scene(limits = {}) {
  const server = await start({ limits })
  const url = server.where.httpUrl as string
  const [ana, bob] = [await guest(url, 'Ana'), await guest(url, 'Bob')]
  expect((await ana.put(`${at}/members/me`)).body).toMatchObject({ role: 'owner' })
  await bob.put(`${at}/members/me`)
  const heard = await stream(`${url}/v1/events?session=${bob.session}`)
  await heard.next('session')
  return { ...server, url, ana, bob, heard }
}

describe('somebody who is put out', () => {
  it('by a kick is told, and may come back', async () => {
    const { ana, bob, heard } = await scene()
    const kicked = await ana.post(`${at}/members/Bob/kick`, { reason: 'calma' })
    expect(kicked).toMatchObject({ status: 200, body: { person: { name: 'Bob' } } })
    expect(await heard.next('removed')).toMatchObject({
      room: 'sala',
      why: 'kick',
      reason: 'calma',
    })
    expect((await bob.get('/v1/session')).body.rooms).toEqual([])
    expect((await bob.post(`${at}/messages`, { text: 'de volta' })).status).toBe(201)
    heard.abort()
  })

  it('by a ban stays out, until it is lifted', async () => {
    const { ana, bob, heard } = await scene()
    await ana.post(`${at}/members/Bob/ban`)
    expect(await heard.next('removed')).toMatchObject({ why: 'ban' })
    for (const refused of [
      await bob.post(`${at}/messages`, { text: 'x' }),
      await bob.get(`${at}/messages`),
      await bob.put(`${at}/members/me`),
    ]) {
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'banned' } } })
    }
    expect((await ana.get(`${at}/roster?filter=banned`)).body.members).toMatchObject([
      { person: { name: 'Bob' } },
    ])
    await ana.post(`${at}/members/${bob.hello.person.id}/unban`)
    expect((await bob.put(`${at}/members/me`)).status).toBe(200)
    heard.abort()
  })

  it('while they were away is told when they come back, and nothing of the room', async () => {
    const { url, ana, bob, heard, chat } = await scene({ httpIdleMs: 80 })
    const last = { 'last-event-id': heard.lastId }
    heard.abort()
    await heard.ended
    expect((await ana.post(`${at}/members/Bob/ban`)).status).toBe(200)
    await eventually('Bob is gone', async () => {
      await ana.get('/v1/session')
      return chat.stats().connections === 1
    })
    await ana.post(`${at}/messages`, { text: 'secret' })
    const again = await stream(`${url}/v1/events?ticket=${bob.hello.ticket}`, last)
    expect(await again.next('removed')).toMatchObject({ room: 'sala', why: 'ban' })
    expect(JSON.stringify(again.all)).not.toContain('secret')
    expect(again.lastId).not.toContain('~')
    again.abort()
  })
})

describe('the room', () => {
  it('has roles, the word is taken and given, settings change, and it is closed', async () => {
    const { ana, bob, heard } = await scene()
    expect((await bob.post(`${at}/members/Ana/kick`)).status).toBe(403)
    await ana.post(`${at}/members/Bob/mute`)
    const muted = await bob.post(`${at}/messages`, { text: 'x' })
    expect(muted).toMatchObject({ status: 403, body: { error: { code: 'muted' } } })
    await ana.post(`${at}/members/Bob/unmute`)
    expect((await bob.post(`${at}/messages`, { text: 'x' })).status).toBe(201)
    await ana.put(`${at}/members/Bob/role`, { role: 'moderator' })
    expect((await ana.put(`${at}/members/Bob/role`, { role: 'king' })).status).toBe(400)
    const set = await ana.patch(at, { settings: { topic: 'tudo', readOnly: true } })
    expect(set.body.settings).toMatchObject({ topic: 'tudo', readOnly: true })
    expect((await bob.get(at)).body).toMatchObject({
      role: 'moderator',
      settings: set.body.settings,
    })
    await bob.put(`${at}/read`, { seq: 1 })
    expect((await bob.get('/v1/unread')).body.rooms).toMatchObject([{ room: 'sala', read: 1 }])
    expect((await bob.del(at)).status).toBe(403)
    expect((await ana.del(at)).status).toBe(200)
    await eventually('Bob is told', () =>
      heard.all.some(({ ev }) => ev === 'closed' || ev === 'removed'),
    )
    expect((await bob.get(at)).status).toBe(404)
    heard.abort()
  })

  it('may ask for a password', async () => {
    const { ana, url } = await scene()
    await ana.patch(at, { settings: { password: 'abacate7' } })
    const bia = await guest(url, 'Bia')
    for (const password of [undefined, 'errado']) {
      const refused = await bia.put(`${at}/members/me`, { password })
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'room_password' } } })
    }
    expect((await bia.post(`${at}/messages`, { text: 'x' })).body.error.code).toBe('room_password')
    expect((await bia.put(`${at}/members/me`, { password: 'abacate7' })).status).toBe(200)
    expect((await bia.post(`${at}/messages`, { text: 'x' })).status).toBe(201)
  })
})
