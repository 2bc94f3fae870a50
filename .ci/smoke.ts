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
  if (!good) throw new Error(what)
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

async function main(folder: string): Promise<void> {
  // A group of its own: Ctrl+C in a terminal goes to everything that `npm start` started.
  const child = spawn('npm', ['start', '--', '--port', '0', '--tcp-port', '0'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('npm cannot be started')
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const output = printed(child)
  const crashed = ended.then((code) => {
    throw new Error(`npm start ended with ${code}`)
  })
  crashed.catch(() => {})
  try {
    const find = (what: string, pattern: RegExp): Promise<string> =>
      within(START_MS, what, Promise.race([output.find(pattern), crashed]))
    await find('the banner', /(Ctrl\+C)/)
    const url = await find('the address', /WebSocket\s+(ws:\S+)/)
    const tcpPort = await find('the port', /TCP\s+\S+ (\d+)/)
    const health = await fetch(await find('the health check', /Health\s+(http:\S+)/))
    check(health.status === 200, 'the server says that it is well')
    const bia = await talk(url, tcpPort)
    process.kill(-pid, 'SIGINT')
    check((await within(END_MS, 'the end', ended)) === 0, 'Ctrl+C ends it with 0')
    check((await within(END_MS, 'the close', bia.closed)) === 3000, 'clients are told to come back')
    check(output.has('Closed.'), 'it closed in order')
  } finally {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // Nothing of it is left: that is how it should be.
    }
  }
}

main(process.argv[2] ?? '.').then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
