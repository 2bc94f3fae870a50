/**
 * The service worker: the chat page opens without a network too, and is then the newest that was had.
 * Nothing but the page itself is kept: no messages, no files, nothing below `/v1`.
 */

export {}

/** What a service worker is (Service Workers, 4), as far as this one is; the types of pages lack it. */
interface LastingEvent {
  waitUntil(work: Promise<unknown>): void
}
interface AskEvent extends LastingEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface WorkerScope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: LastingEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: AskEvent) => void): void
}

/** Put before this file by the server: see `workerOf` in `shell.ts`. The first file is the page. */
declare const tertuliaShell: { readonly version: string; readonly files: readonly string[] }

const worker = globalThis as unknown as WorkerScope
const { version, files } = tertuliaShell
const { scope } = worker.registration
/** Several chats may be on one host. */
const ours = `tertulia ${scope} `
const name = ours + version
const kept = files.map((file) => new URL(file, scope).href)

/** A page that takes longer than this is shown as it was kept, in ms. */
const PATIENCE_MS = 5000

async function keep(): Promise<void> {
  const cache = await caches.open(name)
  await Promise.all(
    kept.map(async (url) => {
      const response = await fetch(url, { cache: 'no-cache' })
      // A login of the application, for example, isn't what is to be kept.
      if (!response.ok || response.redirected) throw new Error(`${url}: ${response.status}`)
      await cache.put(url, response)
    }),
  )
}

async function forget(): Promise<void> {
  for (const one of await caches.keys()) {
    if (one.startsWith(ours) && one !== name) await caches.delete(one)
  }
}

async function had(url: string): Promise<Response | undefined> {
  const cache = await caches.open(name)
  // It was kept as it came, in whatever language and packing; those are not asked for again.
  return cache.match(url, { ignoreVary: true })
}

/** The page from the server if it can be had, else the one that was kept. */
async function page(request: Request, url: string): Promise<Response> {
  const old = await had(url)
  if (old === undefined) return fetch(request)
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), PATIENCE_MS)
  try {
    const response = await fetch(request, { signal: late.signal })
    // What stands before the server may say that it isn't there.
    return response.status >= 500 ? old : response
  } catch {
    return old
  } finally {
    clearTimeout(timer)
  }
}

worker.addEventListener('install', (event) => {
  event.waitUntil(
    keep().then(
      // Pages that are open have loaded all they need: the new one needn't wait for them to close.
      () => worker.skipWaiting(),
      async (error) => {
        await caches.delete(name)
        throw error
      },
    ),
  )
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(forget().then(() => worker.clients.claim()))
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const url = request.url.replace(/#.*$/, '')
  if (request.mode === 'navigate') {
    const address = url.replace(/\?.*$/, '')
    if (address === kept[0]) event.respondWith(page(request, address))
  } else if (kept.includes(url) && url !== kept[0]) {
    // Its version is in its address.
    event.respondWith(had(url).then((response) => response ?? fetch(request)))
  }
})
