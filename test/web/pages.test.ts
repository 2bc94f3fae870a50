/** What a request for a page gets: decided without a server, from files made up here. */

import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PageAnswer, PageAsk } from '../../src/spi/pages.ts'
import { type Content, contentOf } from '../../src/web/content.ts'
import { checkedOptions, type WebOptions } from '../../src/web/options.ts'
import { pagesOf } from '../../src/web/pages.ts'

const long = (text: string): string => `${text}\n`.repeat(200)

const files = new Map<string, Content>([
  ['chat.js', contentOf('text/javascript; charset=utf-8', long('console.log("chat")'))],
  ['chat-style.css', contentOf('text/css; charset=utf-8', long('p { margin: 0 }'))],
  ['admin.js', contentOf('text/javascript; charset=utf-8', 'console.log("admin")')],
  ['admin-style.css', contentOf('text/css; charset=utf-8', 'p { margin: 0 }')],
  ['client.js', contentOf('text/javascript; charset=utf-8', long('export const connect = 1'))],
  ['icon.svg', contentOf('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['icon-192.png', contentOf('image/png', new Uint8Array(2000))],
])
const template =
  '<html lang="{{lang}}" data-config="{{config}}"><title>{{title}}</title>' +
  '<script type="module" src="{{chat.js}}"></script><link href="{{none.css}}">'
const templates = new Map([
  ['chat.html', template + long('<!-- chat -->')],
  ['admin.html', template],
])

const pages = (options: WebOptions = {}) =>
  pagesOf(checkedOptions(options), { files, templates, worker: 'work()\n' })

function asking(
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
  query = '',
): PageAsk {
  return { method, query: new URLSearchParams(query), header: (name) => headers[name] }
}

const text = (answer: PageAnswer | null): string => Buffer.from(answer?.body ?? []).toString()
const got = (path: string, headers: Readonly<Record<string, string>> = {}, options?: WebOptions) =>
  pages(options).answer(path, asking(headers)) as PageAnswer

/** The JSON in a page, as a browser reads it. */
function configIn(page: string): unknown {
  const value = /data-config="([^"]*)"/.exec(page)?.[1] ?? ''
  const signs: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return JSON.parse(value.replace(/&(#?\w+);/g, (_whole, name: string) => signs[name] ?? '?'))
}

const versionIn = (page: string, name: string): string =>
  new RegExp(`${name}\\?v=([\\w-]+)`).exec(page)?.[1] ?? ''

describe('what there is', () => {
  const all = ['', 'admin', 'worker.js', 'manifest.webmanifest', ...files.keys()]

  it.each(all)('/%s is there, whole, with its type and without being guessed at', (name) => {
    const { status, headers, body } = got(`/${name}`)
    expect(status).toBe(200)
    expect(headers['content-length']).toBe(`${body?.length}`)
    expect(headers['content-type']).toMatch(
      /^(text\/(html|css|javascript); charset=utf-8|image\/(png|svg\+xml)|application\/manifest\+json)$/,
    )
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; /)
    expect(headers.etag).toMatch(/^"[\w-]{12,}"$/)
    const content = files.get(name)
    if (content !== undefined) expect(body).toEqual(content.bytes)
  })

  it.each([
    '/nothing',
    '/chat.html',
    '/admin.html',
    '/Admin',
    '/admin/x',
    '/chat.js/',
    '//',
    '//chat.js',
    '/./chat.js',
    '/../chat.js',
    '/../../package.json',
    '/%2e%2e/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/..\\package.json',
    '/%63hat.js',
    '/chat.js%00.png',
    '/chat.js\0',
    '/__proto__',
    '/constructor',
    '/v1/ping',
    '',
    'chat.js',
    `/${'a'.repeat(1000)}`,
    '/\u{d800}',
  ])('nothing else: %j', (path) => {
    expect(pages().answer(path, asking())).toBeNull()
    expect(pages({ base: '/chat' }).answer(`/chat${path}x`, asking())).toBeNull()
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'get', ''])('nothing for %j', (method) => {
    expect(pages().answer('/', asking({}, method))).toBeNull()
  })

  it('to HEAD all but the body', () => {
    const head = pages().answer('/chat.js', asking({}, 'HEAD')) as PageAnswer
    const whole = got('/chat.js')
    expect(head.body).toBeNull()
    expect([head.status, head.headers]).toEqual([whole.status, whole.headers])
  })

  it('no admin page where it is turned off', () => {
    for (const path of ['/admin', '/admin/', '/admin.js', '/admin-style.css']) {
      expect(pages({ admin: false }).answer(path, asking())).toBeNull()
    }
    expect(configIn(text(got('/', {}, { admin: false })))).toMatchObject({ admin: false })
  })
})

describe('the path', () => {
  it.each(['/chat', '/chat/', '/a/b/chat'])('is below the base %s, and nowhere else', (base) => {
    const path = base.replace(/\/$/, '')
    const mounted = pages({ base })
    for (const name of ['/', '/admin', '/chat.js']) {
      expect(mounted.answer(path + name, asking())?.status).toBe(200)
      expect(mounted.answer(name, asking())).toBeNull()
    }
    expect(mounted.answer(`${path}y/chat.js`, asking())).toBeNull()
  })

  it('gets the slash that relative addresses need, by a relative address', () => {
    const to = (base: string, path: string): string => {
      const answer = pages({ base }).answer(path, asking())
      expect([answer?.status, answer?.body]).toEqual([307, null])
      return new URL(answer?.headers.location ?? '', `http://host${path}`).pathname
    }
    expect(to('/chat', '/chat')).toBe('/chat/')
    expect(to('/a/b', '/a/b')).toBe('/a/b/')
    expect(to('/chat', '/chat/admin/')).toBe('/chat/admin')
    expect(to('/', '/admin/')).toBe('/admin')
  })

  it('of all files in the pages is relative, so that a proxy may take a part of it off', () => {
    for (const path of ['/', '/admin', '/manifest.webmanifest', '/worker.js']) {
      expect(text(got(path))).not.toMatch(/(src|href|start_url|scope)["=:]+["']?\//)
    }
  })
})

describe('a copy that a browser has', () => {
  it('lasts for ever where its version is in the address, and is asked about anywhere else', () => {
    const version = versionIn(text(got('/')), 'chat.js')
    const kept = (query: string): string | undefined =>
      pages().answer('/chat.js', asking({}, 'GET', query))?.headers['cache-control']
    expect(kept(`v=${version}`)).toBe('public, max-age=31536000, immutable')
    expect(kept('v=other')).toBe('no-cache')
    expect(kept('')).toBe('no-cache')
    for (const path of ['/', '/admin', '/worker.js', '/manifest.webmanifest']) {
      expect(got(path).headers['cache-control']).toBe('no-cache')
    }
  })

  it.each([
    ['the same', (etag: string) => etag, 304],
    ['one of several', (etag: string) => `"a", ${etag} , "b"`, 304],
    ['made weak by a proxy', (etag: string) => `W/${etag}`, 304],
    ['any', () => '*', 304],
    ['another', () => '"other"', 200],
    ['no tag at all', (etag: string) => etag.slice(1, -1), 200],
  ])('%s', (_which, tag, status) => {
    const { etag, ...first } = got('/chat.js').headers
    const again = got('/chat.js', { 'if-none-match': tag(etag ?? '') })
    expect(again.status).toBe(status)
    if (status === 200) return
    expect(again.body).toBeNull()
    expect(again.headers).toMatchObject({ etag, 'cache-control': first['cache-control'] })
    expect(again.headers['content-length']).toBeUndefined()
  })

  it('of another packing is another one', () => {
    const plain = got('/chat.js').headers.etag ?? ''
    const packed = got('/chat.js', { 'accept-encoding': 'br', 'if-none-match': plain })
    expect(packed.status).toBe(200)
    expect(packed.headers.etag).not.toBe(plain)
  })
})

describe('packing', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['identity', null],
    ['deflate', null],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['BR', 'br'],
    ['*', 'br'],
    ['*;q=0', null],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=nonsense', null],
    [';;,=,', null],
    [`${'br;q=0,'.repeat(5000)}gzip`, 'gzip'],
  ])('accepted: %j, taken: %s', (accepted, encoding) => {
    const headers = accepted === undefined ? {} : { 'accept-encoding': accepted }
    const { headers: answered, body } = got('/chat.js', headers)
    const bytes = Buffer.from(body ?? [])
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync }[encoding ?? '']
    expect(answered['content-encoding'] ?? null).toBe(encoding)
    expect(answered['content-length']).toBe(`${bytes.length}`)
    expect(answered.vary).toBe('accept-encoding')
    expect(unpack === undefined ? bytes : unpack(bytes)).toEqual(files.get('chat.js')?.bytes)
  })

  it('is left where it gains nothing', () => {
    for (const path of ['/icon-192.png', '/admin.js']) {
      const { headers } = got(path, { 'accept-encoding': 'br, gzip' })
      expect(headers['content-encoding']).toBeUndefined()
      expect(headers.vary).toBeUndefined()
    }
  })
})

describe('the language', () => {
  it.each([
    [undefined, 'en'],
    ['pt-BR,pt;q=0.9,en;q=0.8', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['en-GB,pt;q=0.5', 'en'],
    ['fr, pt;q=0.3', 'pt-BR'],
    ['de', 'en'],
    ['pt;q=0, en;q=0', 'en'],
    ['ptx', 'en'],
  ])('asked for: %j, taken: %s', (asked, lang) => {
    const headers = asked === undefined ? {} : { 'accept-language': asked }
    const page = got('/', headers)
    expect(text(page)).toContain(`<html lang="${lang}"`)
    expect(page.headers.vary).toBe('accept-encoding, accept-language')
    expect(JSON.parse(text(got('/manifest.webmanifest', headers))).lang).toBe(lang)
  })

  it('is fixed by the option', () => {
    const page = got('/', { 'accept-language': 'en' }, { lang: 'pt-BR' })
    expect(text(page)).toContain('<html lang="pt-BR"')
    expect(page.headers.vary).toBe('accept-encoding')
    expect(configIn(text(page))).toMatchObject({ lang: 'pt-BR' })
  })
})

describe('what the page is told', () => {
  it('is what is not the default, and what is on', () => {
    expect(configIn(text(got('/')))).toEqual({
      title: 'Tertulia',
      accounts: true,
      guests: true,
      admin: true,
    })
    const options = {
      title: 'Café',
      room: 'sala',
      accounts: false,
      guests: true,
      chatUrl: 'wss://chat.example.org/x',
      httpUrl: 'https://files.example.org',
    }
    expect(configIn(text(got('/admin', {}, options)))).toEqual({ ...options, admin: true })
  })

  it('stays text, whatever it is', () => {
    const title = `"><script>alert(1)</script>'&amp;{{config}}`
    const page = text(got('/', {}, { title, room: '"\'<b>' }))
    expect(page).not.toContain('<script>alert')
    expect(page).not.toContain('<b>')
    expect(page).toContain('<title>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;amp;{{')
    expect(configIn(page)).toMatchObject({ title, room: '"\'<b>' })
  })
})

describe('the policy', () => {
  const policy = (options: WebOptions = {}): Map<string, string> => {
    const value = got('/', {}, options).headers['content-security-policy'] ?? ''
    return new Map(value.split('; ').map((one) => [one.split(' ')[0] ?? '', one]))
  }

  it('lets nothing run that the server did not send, and nothing go elsewhere', () => {
    expect(Object.fromEntries(policy())).toEqual({
      'default-src': "default-src 'none'",
      'script-src': "script-src 'self'",
      'style-src': "style-src 'self'",
      'img-src': "img-src 'self' blob:",
      'font-src': "font-src 'self'",
      'connect-src': "connect-src 'self'",
      'manifest-src': "manifest-src 'self'",
      'worker-src': "worker-src 'self'",
      'base-uri': "base-uri 'none'",
      'form-action': "form-action 'none'",
      'frame-ancestors': "frame-ancestors 'none'",
      'require-trusted-types-for': "require-trusted-types-for 'script'",
      'trusted-types': 'trusted-types tertulia',
    })
    expect(got('/admin').headers['content-security-policy']).toBe(
      got('/').headers['content-security-policy'],
    )
    expect(got('/').headers).toMatchObject({ 'cross-origin-opener-policy': 'same-origin' })
    expect(got('/').headers['permissions-policy']).toContain('camera=()')
  })

  it.each([
    [{ chatUrl: '/ws' }, ''],
    [{ chatUrl: 'wss://a.example/x' }, ' wss://a.example https://a.example'],
    [{ chatUrl: 'http://a.example:81/x' }, ' ws://a.example:81 http://a.example:81'],
    [{ chatUrl: 'wss://a.example', httpUrl: '/api' }, ' wss://a.example'],
    [
      { chatUrl: 'wss://a.example', httpUrl: 'https://b.example/' },
      ' wss://a.example https://b.example',
    ],
  ])('names the chat where it is elsewhere: %j', (options, more) => {
    expect(policy(options).get('connect-src')).toBe(`connect-src 'self'${more}`)
  })

  it('names who may show it in a frame', () => {
    const frameAncestors = ["'self'", 'https://*.example.org']
    expect(policy({ frameAncestors }).get('frame-ancestors')).toBe(
      "frame-ancestors 'self' https://*.example.org",
    )
  })
})

describe('what belongs to the page', () => {
  it('the manifest, by which it is installed', () => {
    const manifest = JSON.parse(text(got('/manifest.webmanifest', {}, { title: 'Café da manhã' })))
    expect(manifest).toMatchObject({
      name: 'Café da manhã',
      short_name: 'Café',
      start_url: './',
      scope: './',
      display: 'standalone',
    })
    expect(manifest.icons.map((icon: { sizes: string }) => icon.sizes)).toEqual(['any', '192x192'])
  })

  it('the SDK, for pages of anywhere', () => {
    const { headers } = got('/client.js')
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin')
    expect(got('/chat.js').headers['access-control-allow-origin']).toBeUndefined()
    expect(got('/chat.js').headers['cross-origin-resource-policy']).toBe('same-origin')
  })

  it('the worker, which is another one whenever something of the page is', () => {
    const workers = [
      {},
      { title: 'Other' },
      { guests: false },
      { frameAncestors: ["'self'"] },
      { lang: 'en' as const },
    ].map((options) => text(got('/worker.js', {}, options)))
    expect(new Set(workers).size).toBe(workers.length)
    expect(text(got('/worker.js'))).toBe(workers[0])
    const version = versionIn(text(got('/')), 'chat.js')
    expect(workers[0]).toMatch(/^const tertuliaShell = \{.*\}\nwork\(\)\n$/)
    expect(workers[0]).toContain(`"files":["./","chat.js?v=${version}","chat-style.css?v=`)
  })
})

describe('options', () => {
  it.each([
    [{ bse: '/' }, /there is no option of the name bse/],
    [{ base: 'chat' }, /base/],
    [{ base: '//other.example' }, /base/],
    [{ base: '/a/../b' }, /base/],
    [{ base: '/"><b>' }, /base/],
    [{ title: '' }, /title/],
    [{ title: 'a\nb' }, /title/],
    [{ lang: 'fr' }, /lang: one of en, pt-BR/],
    [{ room: 7 }, /room/],
    [{ accounts: 'yes' }, /accounts: true or false/],
    [{ chatUrl: 'tcp://a:1' }, /chatUrl/],
    [{ chatUrl: '//a.example' }, /chatUrl/],
    [{ httpUrl: 'ws://a' }, /httpUrl/],
    [{ frameAncestors: ['https://a; script-src *'] }, /frameAncestors/],
    [{ frameAncestors: ['*'] }, /frameAncestors/],
    [{ frameAncestors: "'self'" }, /frameAncestors/],
  ])('%j are refused with what would be right', (options, reason) => {
    expect(() => checkedOptions(options as WebOptions)).toThrow(reason)
  })
})
