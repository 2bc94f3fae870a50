/** `tertulia doctor`: what links the nodes, and what encrypts what they say. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChatServer } from '../src/chat.ts'
import { lookAtBroker } from '../src/cli/doctor/broker.ts'
import { lookAtTls, validity } from '../src/cli/doctor/certificate.ts'
import { examine, looked } from '../src/cli/doctor/examine.ts'
import type { Finding, Look } from '../src/cli/doctor/finding.ts'
import { ownPackage } from '../src/cli/doctor/package.ts'
import { lookAtPorts } from '../src/cli/doctor/ports.ts'
import { EN } from '../src/cli/doctor/texts-en.ts'
import { serveOptions } from '../src/cli/options.ts'
import { freePort, type Service, serviceProgram, startService } from './support/services.ts'
import { selfSigned } from './support/transport-host.ts'

const told = ({ check, level, found, todo }: Finding): string =>
  `${level} ${check}: ${found}${todo === undefined ? '' : ` → ${todo}`}`

async function look(check: Look, ...args: string[]): Promise<string[]> {
  const options = serveOptions(['--port', '0', '--tcp-port', '0', ...args], {})
  return (await looked(['it', check], { options, ...ownPackage(), t: EN })).map(told)
}

// Not opened: a broker is only looked at beside a storage that nodes share.
const SHARED = ['--storage', 'postgres://127.0.0.1:1/chat']

describe.each(['redis', 'nats'] as const)('%s', (kind) => {
  describe.skipIf(serviceProgram(kind) === null)('as a broker', () => {
    let service: Service
    beforeAll(async () => {
      service = await startService(kind)
    })
    afterAll(() => service.remove())

    it('links nodes, is deaf, or is gone', async () => {
      const args = [...SHARED, '--broker', service.url]
      const host = new URL(service.url).host
      expect(await look(lookAtBroker, ...args)).toEqual([
        `ok broker: nodes hear each other by ${host}`,
      ])
      service.freeze()
      expect(await look(lookAtBroker, ...args)).toEqual([
        expect.stringMatching(new RegExp(`^fail broker: (nothing is heard by )?${host}`)),
      ])
      service.go()
      await service.kill()
      expect(await look(lookAtBroker, ...args)).toEqual([
        expect.stringMatching(new RegExp(`^fail broker: ${host}: .* → look at address`)),
      ])
    })
  })
})

describe('a broker', () => {
  it('may be Postgres itself, or nothing', async () => {
    expect(await look(lookAtBroker, ...SHARED)).toEqual([])
    expect(await look(lookAtBroker, ...SHARED, '--broker', 'off')).toEqual([
      expect.stringMatching(/^ok broker: none: each node finds/),
    ])
  })

  it('makes no sense without a storage that nodes share', async () => {
    const options = serveOptions(['--storage', 'memory', '--broker', 'redis://127.0.0.1'], {})
    await expect(examine(options)).rejects.toMatchObject({ code: 'invalid_options' })
  })
})

describe('encryption', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-doctor-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, bytes: Buffer): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const [one, other] = [selfSigned(), selfSigned()]
  const cert = file('cert.pem', one.cert)
  const key = file('key.pem', one.key)

  it('has a certificate and its key, or not', async () => {
    expect(await look(lookAtTls)).toEqual([])
    expect(await look(lookAtTls, '--tls-cert', cert, '--tls-key', key)).toEqual([
      `warn tls: ${cert}: the certificate ends in 1 day → renew it`,
    ])
    const wrong = file('other.pem', other.key)
    expect(await look(lookAtTls, '--tls-cert', cert, '--tls-key', wrong)).toEqual([
      expect.stringMatching(/^fail tls: certificate and key can't be used: .*mismatch/),
    ])
    expect(await look(lookAtTls, '--tls-cert', `${cert}.gone`, '--tls-key', key)).toEqual([
      expect.stringMatching(/^fail tls: .*ENOENT/),
    ])
    const ends = (ms: number) => validity('tls', 'it', new Date(Date.now() + ms).toUTCString(), EN)
    const DAY = 86_400_000
    expect([ends(-1000), ends(15.5 * DAY)].map(told)).toEqual([
      'fail tls: it: the certificate has ended → renew it',
      'ok tls: it: the certificate holds for 15 days',
    ])
  })

  it('is seen through when a Tertulia has the ports, and ends the warning', async () => {
    const chat = createChatServer({ guests: true })
    try {
      const { port, tcpPort } = await chat.listen({ port: 0, tcpPort: 0, tls: one })
      const ports = ['--port', `${port}`, '--tcp-port', `${tcpPort}`]
      expect(await look(lookAtPorts, ...ports, '--tls-cert', cert, '--tls-key', key)).toEqual([
        expect.stringMatching(/^warn port: a Tertulia answers at/),
        expect.stringMatching(/^warn tcp-port: a Tertulia answers at/),
      ])
    } finally {
      await chat.close()
    }
    const open = ['--host', '0.0.0.0']
    expect(await look(lookAtPorts, ...open)).toHaveLength(3)
    expect(await look(lookAtPorts, ...open, '--tls-cert', cert, '--tls-key', key)).toHaveLength(2)
    expect(await look(lookAtPorts, ...open, '--trust-proxy', 'on')).toHaveLength(2)
  })

  it('is asked of a port that speaks something else', async () => {
    const port = await freePort()
    const chatter = createServer((socket) => {
      socket.on('error', () => {})
      socket.write('x'.repeat(100_000))
    })
    await new Promise<void>((resolve) => chatter.listen(port, '127.0.0.1', resolve))
    try {
      expect(await look(lookAtPorts, '--port', `${port}`)).toContainEqual(
        expect.stringMatching(/^fail port: \d+ is taken by another program/),
      )
    } finally {
      chatter.close()
    }
  })
})
