/** The ports of `serve`: whether they are free, and who has them. */

import http from 'node:http'
import https from 'node:https'
import { connect, createServer } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { FrameDecoder, frameHeader } from '../../protocol/framing.ts'
import { codeOf } from '../../storage/sql/failures.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'

/** How long somebody may take to say who they are, in ms. */
const ANSWER_MS = 2000
const MOST_BYTES = 65_536

/** Where to ask who listens on all addresses. */
const nearest = (host: string): string =>
  host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host

const isHere = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host)

/** Both ports. */
export const lookAtPorts: Look = async ({ options, t }, signal) => {
  const { port, tcpPort, host, tls, trustProxy, metrics, url } = options
  const secure = tls !== undefined
  if (port === tcpPort && port !== 0) return [fail('port', t.portTwice(port))]
  const found = await Promise.all([
    look('port', port, host, () => answersHttp(host, port, secure, signal), t),
    look('tcp-port', tcpPort, host, () => answersTcp(host, tcpPort, secure, signal), t),
  ])
  // Encrypted here, or by a proxy, which may be told by either.
  const open = !isHere(host) && !secure && !trustProxy && !/^wss:/.test(url ?? '')
  return [
    ...found,
    ...(open ? [warn('host', t.hostOpen(host))] : []),
    ...(metrics && !isHere(host) ? [warn('metrics', t.metricsOpen)] : []),
  ]
}

async function look(
  flag: string,
  port: number,
  host: string,
  isOurs: () => Promise<boolean>,
  t: Ask['t'],
): Promise<Finding> {
  if (port === 0) return ok(flag, t.portAny)
  const code = await tryListen(port, host)
  if (code === null) return ok(flag, t.portFree(port, host))
  if (code === 'EADDRINUSE') {
    return (await isOurs())
      ? warn(flag, t.portOurs(port, flag))
      : fail(flag, t.portTaken(port, flag))
  }
  if (code === 'EACCES') return fail(flag, t.portForbidden(port, flag))
  return fail(flag, t.portHost(host, code))
}

/** Opens a port for a moment; `null`: that went well, else the code of the error. */
function tryListen(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(codeOf(error) || error.message))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

/** Whether a Tertulia answers there. Its certificate needn't be one that holds for this address. */
function answersHttp(
  host: string,
  port: number,
  secure: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const { get } = secure ? https : http
    const asked = get({
      ...{ host: nearest(host), port, path: '/health', agent: false },
      ...{
        rejectUnauthorized: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      },
    })
    asked.on('error', () => resolve(false))
    asked.on('response', (response) => {
      let text = ''
      const end = (): void => {
        asked.destroy()
        resolve(isHealth(text))
      }
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
        if (text.length > MOST_BYTES) end()
      })
      response.on('end', end).on('error', end)
    })
  })
}

function isHealth(text: string): boolean {
  try {
    const health = JSON.parse(text) as Record<string, unknown> | null
    return ['status', 'connections', 'people', 'uptimeMs'].every((name) => name in (health ?? {}))
  } catch {
    return false
  }
}

/** The same by framed TCP: it answers what may be asked without saying hello. */
function answersTcp(
  host: string,
  port: number,
  secure: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = secure
      ? connectTls({ host: nearest(host), port, rejectUnauthorized: false })
      : connect(port, nearest(host))
    const end = (ours: boolean): void => {
      socket.destroy()
      resolve(ours)
    }
    const decoder = new FrameDecoder(
      { onFrame: (payload) => end(/"re":"doctor"/.test(Buffer.from(payload).toString())) },
      MOST_BYTES,
    )
    socket.setTimeout(ANSWER_MS, () => end(false))
    signal.addEventListener('abort', () => end(false), { once: true })
    socket.on('error', () => end(false))
    socket.on('close', () => end(false))
    socket.on('data', (chunk) => {
      if (!decoder.push(chunk)) end(false)
    })
    socket.on(secure ? 'secureConnect' : 'connect', () => {
      const question = Buffer.from('{"id":"doctor","op":"ping"}')
      socket.write(frameHeader(question.length))
      socket.write(question)
    })
  })
}
