/** What people have at hand: `curl`, and a few lines of Python with nothing but its own library. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { start } from '../support/server.ts'

const run = promisify(execFile)

async function place(): Promise<string> {
  return (await start()).where.httpUrl as string
}

describe('curl', () => {
  it('does the whole of D', async () => {
    const url = await place()
    const curl = async (...args: string[]) =>
      JSON.parse((await run('curl', ['-sS', '--fail-with-body', ...args])).stdout)
    const post = (path: string, body: object) =>
      curl(`${url}${path}`, '-H', 'Content-Type: application/json', '-d', JSON.stringify(body))
    expect(await post('/join', { room: 'sala', username: 'Ana' })).toMatchObject({ created: true })
    await post('/join', { room: 'sala', username: 'Bob' })
    await post('/send', { room: 'sala', username: 'Ana', message: 'Olá a todos!' })
    const first = await curl(`${url}/receive?room=sala&last_timestamp=0`)
    const said = first.messages.filter((one: { type: string }) => one.type === 'message')
    expect(said).toMatchObject([{ username: 'Ana', message: 'Olá a todos!' }])
    await post('/send', { room: 'sala', username: 'Bob', message: 'oi' })
    const next = await curl(`${url}/receive?room=sala&last_timestamp=${first.last_timestamp}`)
    expect(next.messages).toMatchObject([{ username: 'Bob', message: 'oi' }])
    expect(await curl(`${url}/user_rooms?username=Ana`)).toMatchObject({ rooms: ['sala'] })
    await post('/leave', { room: 'sala', username: 'Ana' })
    expect(await curl(`${url}/user_rooms?username=Ana`)).toMatchObject({ rooms: [] })
  })

  it('listens to events', async () => {
    const url = await place()
    const json = ['-H', 'Content-Type: application/json']
    const made = await run('curl', ['-sS', `${url}/v1/session`, ...json, '-d', '{"name":"Ana"}'])
    const { session } = JSON.parse(made.stdout) as { session: string }
    const mine = ['-H', `Tertulia-Session: ${session}`]
    const said = ['-d', '{"text":"oi"}', `${url}/v1/rooms/sala/messages`]
    await run('curl', ['-sS', ...json, ...mine, ...said])
    await run('curl', ['-sS', '-X', 'DELETE', ...mine, `${url}/v1/rooms/sala/messages/1`])
    // Until a second has passed: what came is kept, and curl says that it was cut (28).
    const heard = await run('curl', ['-sSN', '-m', '1', ...mine, `${url}/v1/events`]).catch(
      (cut: { code: number; stdout: string }) => cut,
    )
    expect(heard).toMatchObject({ code: 28 })
    expect(heard.stdout).toMatch(/^retry: 1000\nid: \S+\ndata: {"ev":"session"/)
    expect(heard.stdout).toContain('"ev":"delete"')
  })
})

const PYTHON = `
import json, sys, threading, urllib.request
from urllib.parse import urlencode
base = sys.argv[1]

def post(path, **fields):
    request = urllib.request.Request(base + path, json.dumps(fields).encode(),
                                     {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))

def get(path, **query):
    return json.load(urllib.request.urlopen(base + path + "?" + urlencode(query)))

def chat(name, others, heard):
    post("/join", room="sala", username=name)
    last = 0
    for n in range(5):
        post("/send", room="sala", username=name, message=f"{name} {n}")
    while len(heard) < others:
        got = get("/receive", room="sala", username=name, last_timestamp=last, wait=2000)
        for one in got["messages"]:
            if one["type"] == "message":
                heard.append(one["message"])
        last = got["last_timestamp"]

names = ["Ana", "Bia", "Caio"]
ears = {name: [] for name in names}
threads = [threading.Thread(target=chat, args=(name, 15, ears[name])) for name in names]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps([ears, [get("/user_rooms", username=name)["rooms"] for name in names]]))
`

describe('Python', () => {
  it('has three people in one room, who all hear the same once', async () => {
    const { stdout } = await run('python3', ['-c', PYTHON, await place()])
    const [ears, rooms] = JSON.parse(stdout) as [Record<string, string[]>, string[][]]
    expect(ears.Ana).toHaveLength(15)
    expect(new Set(ears.Ana).size).toBe(15)
    expect(ears.Bia).toEqual(ears.Ana)
    expect(ears.Caio).toEqual(ears.Ana)
    expect(rooms).toEqual([['sala'], ['sala'], ['sala']])
  })
})

/** Polling, accounts, and a connection that a token opens: everything against one server. */
const WHOLE = `
import json, socket, struct, sys, urllib.error, urllib.request
from urllib.parse import urlencode
base, tcp = sys.argv[1], int(sys.argv[2])
PASSWORD = "uma senha bem comprida"

def ask(path, bearer=None, **fields):
    headers = {"Content-Type": "application/json"}
    if bearer: headers["Authorization"] = "Bearer " + bearer
    data = json.dumps(fields).encode() if fields else None
    try:
        return json.load(urllib.request.urlopen(urllib.request.Request(base + path, data, headers)))
    except urllib.error.HTTPError as error:
        return [error.code, json.load(error)["error"]["code"]]

def get(path, **query):
    return ask(path + "?" + urlencode(query))

# D: no connection, only questions
joined = ask("/join", room="sala", username="Bia")
ask("/join", room="sala", username="Caio")
ask("/send", room="sala", username="Bia", message="ol\u00e1")
first = get("/receive", room="sala", username="Caio", last_timestamp=0)
ask("/send", room="sala", username="Caio", message="oi")
second = get("/receive", room="sala", username="Bia", last_timestamp=first["last_timestamp"])
rooms = get("/user_rooms", username="Bia")
ask("/leave", room="sala", username="Bia")
after = get("/user_rooms", username="Bia")

# E: an account, its token, a connection in its name
made = ask("/register", username="Ana", password=PASSWORD)
again = ask("/register", username="Ana", password=PASSWORD)
wrong = ask("/login", username="Ana", password="outra senha qualquer")
login = ask("/login", username="Ana", password=PASSWORD)
valid = ask("/validate_token", token=login["token"])
invalid = ask("/validate_token", token="tertulia_x")

class Chat:
    def __init__(self):
        self.line = socket.create_connection(("127.0.0.1", tcp)).makefile("rwb")
    def ask(self, op, **fields):
        data = json.dumps({"id": 1, "op": op, **fields}).encode()
        self.line.write(struct.pack("!I", len(data)) + data)
        self.line.flush()
        while True:
            size, = struct.unpack("!I", self.line.read(4))
            message = json.loads(self.line.read(size))
            if message.get("re") == 1: return message

hello = Chat().ask("hello", version=1, token="tertulia_x")
ana = Chat()
person = ana.ask("hello", version=1, token=login["token"])["ok"]["person"]
ana.ask("join", room="sala")
ana.ask("send", room="sala", text="com conta")
heard = ask("/v1/rooms/sala/messages?after=2", bearer=made["token"])

texts = lambda page: [one["message"] for one in page["messages"] if one["type"] == "message"]
print(json.dumps({
    "joined": joined["created"], "first": texts(first), "second": texts(second),
    "rooms": [rooms["rooms"], after["rooms"]], "again": again, "wrong": wrong,
    "url": login["url"], "valid": [valid["valid"], invalid["valid"]],
    "refused": hello["err"]["code"], "person": person["name"],
    "heard": [[one["from"]["name"], one["text"]] for one in heard["entries"]],
}))
`

describe('npm start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-programs-'))
  let server: ChildProcess | undefined
  afterEach(async () => {
    if (server?.exitCode === null) {
      const closed = new Promise((resolve) => server?.on('close', resolve))
      server.kill('SIGKILL')
      await closed
    }
    rmSync(folder, { recursive: true, force: true })
  })

  it('does the whole of D and E for a few lines of Python, and curl', async () => {
    const args = ['--port', '0', '--tcp-port', '0', '--storage', `sqlite:${folder}/chat.db`]
    server = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'serve', ...args])
    let out = ''
    server.stdout?.on('data', (chunk) => {
      out += chunk
    })
    await expect.poll(() => out, { timeout: 15_000 }).toContain('Ctrl+C')
    const url = /http:\/\/[^\s/]+/.exec(out)?.[0] as string
    const port = /TCP +\S+ (\d+)/.exec(out)?.[1] as string
    const { stdout } = await run('python3', ['-c', WHOLE, url, port])
    expect(JSON.parse(stdout)).toEqual({
      joined: true,
      first: ['olá'],
      second: ['oi'],
      rooms: [['sala'], []],
      again: [409, 'name_taken'],
      wrong: [401, 'credentials_wrong'],
      url: url.replace('http', 'ws'),
      valid: [true, false],
      refused: 'unauthorized',
      person: 'Ana',
      heard: [['Ana', 'com conta']],
    })
    const json = ['-sS', '-H', 'Content-Type: application/json']
    const body = JSON.stringify({ username: 'Ana', password: 'uma senha bem comprida' })
    const login = await run('curl', [...json, '-d', body, `${url}/login`])
    const { token } = JSON.parse(login.stdout) as { token: string }
    const said = ['-H', `Authorization: Bearer ${token}`, '-d', '{"text":"por curl"}']
    const sent = await run('curl', [...json, ...said, `${url}/v1/rooms/sala/messages`])
    expect(JSON.parse(sent.stdout)).toMatchObject({ seq: 4 })
    const health = await run('curl', ['-sS', '--fail', `${url}/health`])
    expect(JSON.parse(health.stdout)).toMatchObject({ status: 'ok' })
  }, 60_000)
})
