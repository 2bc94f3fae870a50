/** The pages: what is where, and what a request for it gets. */

import type { PageAnswer, PageAsk, Pages } from '../spi/pages.ts'
import type { Content } from './content.ts'
import type { PageFiles } from './files.ts'
import { FILE_HEADERS, pageHeaders, policyOf, SDK_HEADERS, WORKER_HEADERS } from './headers.ts'
import { encodingOf, hasCopy, langOf, PAGE_LANGS, type PageLang } from './negotiate.ts'
import { addressesOf, type CheckedOptions } from './options.ts'
import { manifestOf, pageOf, workerOf } from './shell.ts'

/** Something at a path. */
interface Place {
  /** In each language, where they differ. */
  readonly contents: ReadonlyMap<PageLang, Content>
  readonly headers: Readonly<Record<string, string>>
  /** Its address has its version in it: it may be kept for ever by that. */
  readonly lasts: boolean
}

/** For a year, which is as good as for ever (RFC 9111 has no word for that; RFC 8246). */
const FOR_EVER = 'public, max-age=31536000, immutable'
/** To be asked about each time; that costs little, by the ETag. */
const ASK_AGAIN = 'no-cache'

/** The pages of a server, from these files. Nothing is read from the disk any more. */
export function pagesOf(options: CheckedOptions, { files, templates, worker }: PageFiles): Pages {
  const { base, lang, admin } = options
  const places = new Map<string, Place>()
  const inEach = (make: (lang: PageLang) => Content): Place['contents'] =>
    new Map(PAGE_LANGS.map((one) => [one, make(lang ?? one)]))
  const inAll = (content: Content): Place['contents'] =>
    new Map(PAGE_LANGS.map((one) => [one, content]))

  for (const [name, content] of files) {
    if (!admin && name.startsWith('admin')) continue
    const headers = name === 'client.js' ? SDK_HEADERS : FILE_HEADERS
    places.set(name, { contents: inAll(content), headers, lasts: true })
  }
  const manifests = inEach((one) => manifestOf(options, one, files))
  places.set('manifest.webmanifest', { contents: manifests, headers: FILE_HEADERS, lasts: false })
  const policy = policyOf({
    addresses: addressesOf(options),
    frameAncestors: options.frameAncestors,
  })
  const page = (name: string): Place => ({
    contents: inEach((one) => pageOf(templates.get(name) ?? '', options, one, files)),
    headers: pageHeaders(policy),
    lasts: false,
  })
  const chat = page('chat.html')
  places.set('', chat)
  if (admin) places.set('admin', page('admin.html'))
  const made = [...chat.contents.values(), ...manifests.values()]
  const shell = workerOf(worker, made, policy, files)
  places.set('worker.js', { contents: inAll(shell), headers: WORKER_HEADERS, lasts: false })

  return {
    answer(path, ask) {
      const { method } = ask
      if (method !== 'GET' && method !== 'HEAD') return null
      // Relative, so that it holds behind whatever takes a part of the path off.
      if (path !== '' && `${path}/` === base) return movedTo(`./${lastOf(path)}/`)
      if (!path.startsWith(base)) return null
      const name = path.slice(base.length)
      if (name === 'admin/' && admin) return movedTo('../admin')
      const place = places.get(name)
      return place === undefined ? null : answerOf(place, ask, options)
    },
  }
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const movedTo = (location: string): PageAnswer => ({
  status: 307,
  headers: { ...FILE_HEADERS, location, 'cache-control': ASK_AGAIN, 'content-length': '0' },
  body: null,
})

function answerOf(place: Place, ask: PageAsk, { lang }: CheckedOptions): PageAnswer {
  const content = place.contents.get(lang ?? langOf(ask)) as Content
  const encoding = encodingOf(ask, [...content.packed.keys()])
  const bytes = (encoding === null ? undefined : content.packed.get(encoding)) ?? content.bytes
  const isForEver = place.lasts && ask.query.get('v') === content.hash
  const etag = `"${content.hash}${encoding === null ? '' : `-${encoding}`}"`
  const headers = {
    ...place.headers,
    etag,
    'cache-control': isForEver ? FOR_EVER : ASK_AGAIN,
    ...varyOf(place, content, lang),
  }
  if (hasCopy(ask, etag)) return { status: 304, headers, body: null }
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': content.type,
      'content-length': `${bytes.length}`,
      ...(encoding !== null && { 'content-encoding': encoding }),
    },
    body: ask.method === 'HEAD' ? null : bytes,
  }
}

function varyOf(
  { contents }: Place,
  { packed }: Content,
  lang: PageLang | undefined,
): Record<string, string> {
  const differs = lang === undefined && new Set(contents.values()).size > 1
  const fields = [
    ...(packed.size > 0 ? ['accept-encoding'] : []),
    ...(differs ? ['accept-language'] : []),
  ]
  return fields.length === 0 ? {} : { vary: fields.join(', ') }
}
