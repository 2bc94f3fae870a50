/** The client of the packed package, as people use it who make pages: types and bundle. */

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** What is written for a browser: no types of Node, only those of the browser. */
export const BROWSER_USE = `import { type ChatClient, connect, isChatError, timeline } from 'tertulia/client'
export const chat: ChatClient = connect('wss://chat.example.org', { store: sessionStorage })
const room = await chat.join('geral')
room.on('message', ({ from, text, seq }) => {
  seq satisfies number
  document.title = from.name + text
})
const shown = timeline(room)
shown.on('change', () => shown.items.length)
const [file] = document.querySelector('input')?.files ?? []
if (file) await room.send('', { file: await room.upload(file, { name: file.name }) })
// @ts-expect-error: the types are there, so this is noticed
room.send(1)
try {
  await chat.download({ id: '1', name: 'a', type: 'b', size: 1 }).then((got) => got.blob())
} catch (error) {
  if (isChatError(error) && error.retryable) chat.retry()
}
// @ts-expect-error: nothing of Node's came along
process.exit()
`

/** Compiler options of a program that runs in browsers and knows nothing of Node. */
export const BROWSER_OPTIONS = { lib: ['es2023', 'dom', 'dom.iterable'], types: [] }

/**
 * Bundles the client for browsers and tells its size. Fails when it needs anything of Node, or any
 * other package.
 */
export async function bundleClient(folder: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export * from 'tertulia/client'`,
      resolveDir: folder,
    },
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    metafile: true,
    write: false,
    outfile: join(folder, 'bundle.js'),
    logLevel: 'silent',
  })
  const foreign = Object.keys(metafile.inputs).filter(
    (path) => path !== '<stdin>' && !path.startsWith('node_modules/tertulia/dist/'),
  )
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports)
  if (foreign.length + outside.length > 0) {
    throw new Error(`the client needs ${foreign} ${outside.map(({ path }) => path)}`)
  }
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  console.log(`tertulia/client: ${code.length} bytes minified, ${gzipSync(code).length} gzipped`)
}
