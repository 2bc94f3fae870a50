/** The command of the packed package: each part of it runs, and says what it should. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { manifest } from '../test/project/manifest.ts'

/** How long one run may take, in ms. */
const RUN_MS = 30_000

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** `npx tertulia …`, with this typed in. */
function tertulia(folder: string, args: readonly string[], typed = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['--no-install', 'tertulia', ...args], {
      cwd: folder,
      timeout: RUN_MS,
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(typed)
  })
}

/** Fails, with all that was printed, unless it went well and said these words. */
function expectRun(what: string, { code, out, err }: Ran, ...words: readonly string[]): void {
  console.log(`$ ${what}\n${out}`)
  const missing = words.filter((word) => !out.includes(word))
  if (code === 0 && missing.length === 0) return
  throw new Error(`${what}: ended with ${code}; not said: ${missing.join(' | ')}\n${out}${err}`)
}

/** The version, a chat in a pipe with a server of the package, and what the doctor says of it all. */
export async function commands(folder: string): Promise<void> {
  expectRun('tertulia --version', await tertulia(folder, ['--version']), manifest.version)
  expectRun('tertulia --help', await tertulia(folder, ['--help']), 'chat', 'doctor')

  const { createChatServer } = (await import(
    join(folder, 'node_modules/tertulia/dist/index.js')
  )) as typeof import('../src/index.ts')
  const chat = createChatServer()
  const heard: string[] = []
  chat.on('message', ({ text }) => heard.push(text))
  try {
    const { url = '', tcpPort } = await chat.listen({ port: 0, tcpPort: 0 })
    for (const address of [url, `tcp://127.0.0.1:${tcpPort}`]) {
      const said = `oi by ${new URL(address).protocol}`
      expectRun(`tertulia chat ${address}`, await tertulia(folder, ['chat', address], `${said}\n`))
      if (!heard.includes(said)) throw new Error(`nobody heard "${said}"; heard: ${heard}`)
    }
  } finally {
    await chat.close()
  }
  expectRun('tertulia doctor', await tertulia(folder, ['doctor']), process.versions.node)
}
