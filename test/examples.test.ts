/** Every example is run as its README says, on free ports, and does what it shows. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { overTcp, overWebSocket, person, textClient } from './support/clients.ts'
import { start } from './support/server.ts'

const running: ChildProcess[] = []

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null) child.kill('SIGKILL')
  }
})

/** Starts an example; resolves to what the pattern finds in its output. */
function run(name: string, pattern: RegExp, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', `examples/${name}/index.ts`], {
    env: { ...process.env, PORT: '0', TCP_PORT: '0', ...env },
  })
  running.push(child)
  let out = ''
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const found = new Promise<RegExpExecArray>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      out += chunk
      const match = pattern.exec(out)
      if (match !== null) resolve(match)
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    exited.then((code) => reject(new Error(`ended with ${code}: ${out}`)))
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGINT')
    expect(await exited).toBe(0)
  }
  return { found, stop, output: () => out }
}

it('each folder has a README and is in the list', async () => {
  const folders = readdirSync('examples', { withFileTypes: true }).filter((e) => e.isDirectory())
  expect(folders.map(({ name }) => name).sort()).toEqual(['bot', 'minimal', 'python', 'same-port'])
  for (const { name } of folders) expect(existsSync(`examples/${name}/README.md`), name).toBe(true)
})

it('minimal', async () => {
  const example = run('minimal', /(ws:\/\/\S+), .* port (\d+)/)
  const [, url = '', port = ''] = await example.found
  const alice = await textClient(overTcp(Number(port)), 'Alice')
  await alice.line('[#geral] * Welcome!')
  const bob = await person(overWebSocket(url), 'Bob')
  await bob.ask('join', { room: 'geral' })
  await expect(bob.ask('send', { room: 'geral', text: 'http://x' })).rejects.toMatchObject({
    message: 'No links here, please.',
  })
  await bob.ask('send', { room: 'geral', text: '  oi  ' })
  expect(await alice.line('Bob:')).toBe('[#geral] Bob: oi')
  await example.stop()
  expect(example.output()).toContain('[#geral] Bob: oi')
})

it('same-port', async () => {
  const example = run('same-port', /(http:\S+)\/login\S+ and (ws:\S+)/)
  const [, http = '', ws = ''] = await example.found
  await expect(person(overWebSocket(ws))).rejects.toMatchObject({ code: 'unauthorized' })
  const login = await fetch(`${http}/login?as=Alice`)
  const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] as string
  const alice = await person(overWebSocket(ws, { headers: { cookie } }), 'Somebody')
  const { members } = await alice.ask('join', { room: 'geral' })
  expect(members).toMatchObject([{ name: 'Alice' }])
  await example.stop()
})

it('bot', async () => {
  const example = run('bot', /(ws:\/\/\S+), .* port (\d+)/)
  const [, , port = ''] = await example.found
  const alice = await textClient(overTcp(Number(port)), 'Alice')
  await alice.line('[#geral] dado: Hello Alice!')
  alice.send('!roll')
  await alice.line(/^\[#geral\] dado: Alice rolls [1-6]$/)
  await example.stop()
})

/** Runs a Python example to its end. */
function python(file: string, port: number, input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [`examples/python/${file}`, `${port}`])
    running.push(child)
    let out = ''
    child.on('error', reject)
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      out += chunk
    })
    child.on('close', () => resolve(out))
    child.stdin.end(input)
  })
}

it('python: a person types, somebody on WebSocket is in the same room', async () => {
  const server = await start()
  const port = server.where.tcpPort as number
  const bob = await person(server.ws, 'Bob')
  await bob.ask('join', { room: 'jogos' })
  const typed = ['/nick Alice', '/join #jogos', 'Olá a todos!', '/who', '/rooms', '/quit']
  const out = await python('chat.py', port, `${typed.join('\n')}\n`)
  expect(await bob.push('message')).toMatchObject({ text: 'Olá a todos!', from: { name: 'Alice' } })
  for (const part of [
    'Welcome, Alice!',
    '[#jogos] Alice: Olá a todos!',
    '2 people in #jogos',
    '#jogos (2 people)',
    'Goodbye!',
  ]) {
    expect(out).toContain(part)
  }
})

it('python: JSON, sent once, and back where it was', async () => {
  const server = await start()
  const out = await python('json_client.py', server.where.tcpPort as number)
  expect(out).toBe("missed: ['said once']\nsame place: True duplicate: True\n")
})
