/**
 * Runs `npm start` in a folder, lets people talk who came over TCP (Python) and WebSocket, then
 * presses Ctrl+C: smoke.ts FOLDER
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { WebSocket } from 'ws'

const START_MS = 90_000
const TALK_MS = 20_000
const END_MS = 5000

const NAME = 'Bia'

/** Rejects when it takes too long. */
async function within<T>(ms: number, what: string, task: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms)
  })
  return Promise.race([task, late]).finally(() => clearTimeout(timer))
}

function check(good: boolean, what: string): void {
  if (!good) throw new Error(`not so: ${what}`)
  console.log(`ok: ${what}`)
}

/** Collects what a program prints, and waits for words in it. */
function printed(child: ChildProcess) {
  let text = ''
  let look = (): void => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part
      process.stdout.write(part)
      look()
    })
  }
  return {
    has: (words: string): boolean => text.includes(words),
    find: (pattern: RegExp): Promise<string> =>
      new Promise((resolve) => {
        look = () => {
          const found = pattern.exec(text)?.[1]
          if (found !== undefined) resolve(found)
        }
        look()
      }),
  }
}

type Message = Readonly<Record<string, unknown>>

/** A person on WebSocket who speaks JSON. */
async function person(url: string) {
  const socket = new WebSocket(url)
  const heard: Message[] = []
  let look = (): void => {}
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)) as Message)
    look()
  })
  const closed = once(socket, 'close').then(([code]) => code as number)
  await once(socket, 'open')
  return {
    closed,
    say: (request: Message): void => socket.send(JSON.stringify(request)),
    until: (what: string, fits: (message: Message) => boolean): Promise<Message> =>
      within(
        TALK_MS,
        what,
        new Promise((resolve) => {
          look = () => {
            const found = heard.find(fits)
            if (found !== undefined) resolve(found)
          }
          look()
        }),
      ),
  }
}

const isAna = (who: unknown): boolean => (who as { name?: unknown } | undefined)?.name === 'Ana'

/** People on both transports in one room; resolves to the one who stays. */
async function talk(url: string, tcpPort: string) {
  const bia = await person(url)
  bia.say({ id: 1, op: 'hello', version: 1, name: NAME })
  bia.say({ id: 2, op: 'join', room: 'jogos' })
  const joined = await bia.until('the reply to join', ({ re }) => re === 2)
  check('ok' in joined, 'the WebSocket client is in #jogos')
  const script = fileURLToPath(new URL('chat.py', import.meta.url))
  const python = promisify(execFile)('python3', [script, tcpPort, NAME], { timeout: TALK_MS })
  const ana = async (): Promise<void> => {
    await bia.until('Ana comes', ({ ev, person }) => ev === 'joined' && isAna(person))
    bia.say({ id: 3, op: 'send', room: 'jogos', text: 'Olá da web!', cid: 'bia-1' })
    const sent = await bia.until('the reply to send', ({ re }) => re === 3)
    check('ok' in sent, 'what was sent was acknowledged')
    await bia.until(
      'the message of Ana',
      ({ ev, from, text }) => ev === 'message' && isAna(from) && text === 'Olá do Python!',
    )
    await bia.until('Ana goes', ({ ev, person }) => ev === 'left' && isAna(person))
  }
  const [{ stdout }] = await Promise.all([python, ana()])
  check(stdout.includes('all was heard'), 'people on TCP and WebSocket heard each other')
  return bia
}

/** How somebody ends it: Ctrl+C in a terminal tells everything that `npm start` started. */
type End = 'Ctrl+C' | 'SIGINT to npm alone'

/** Starts it, does something with it, and ends it in order. */
async function run(
  folder: string,
  end: End,
  use: (addresses: Record<'url' | 'tcpPort' | 'health', string>) => Promise<unknown>,
): Promise<void> {
  const child = spawn('npm', ['start', '--', '--port', '0', '--tcp-port', '0'], {
    cwd: folder,
    detached: true, // a group of its own, as in a terminal
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('npm cannot be started')
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const output = printed(child)
  const crashed = ended.then((code) => {
    throw new Error(`npm start ended with ${code}`)
  })
  crashed.catch(() => {})
  try {
    const find = (what: string, pattern: RegExp): Promise<string> =>
      within(START_MS, what, Promise.race([output.find(pattern), crashed]))
    await find('the banner', /(Ctrl\+C)/)
    await use({
      url: await find('the address', /WebSocket\s+(ws:\S+)/),
      tcpPort: await find('the port', /TCP\s+\S+ (\d+)/),
      health: await find('the health check', /Health\s+(http:\S+)/),
    })
    process.kill(end === 'Ctrl+C' ? -pid : pid, 'SIGINT')
    const code = await within(END_MS, `the end after ${end}`, ended)
    check(code === 0, `${end} ends it with 0 (it was ${code})`)
    check(output.has('Closed.'), 'it closed in order')
  } finally {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // Nothing of it is left: that is how it should be.
    }
  }
}

async function main(folder: string): Promise<void> {
  let closed: Promise<number> | undefined
  await run(folder, 'Ctrl+C', async ({ url, tcpPort, health }) => {
    const { status } = await fetch(health)
    check(status === 200, 'the server says that it is well')
    closed = (await talk(url, tcpPort)).closed
  })
  check((await closed) === 3000, 'clients were told to come back')
  await run(folder, 'SIGINT to npm alone', async () => {})
}

main(process.argv[2] ?? '.').then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
