/** TLS before a server, with a certificate that nobody knows. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'

/** Something that speaks TLS for `localhost`, and passes on what it is told. */
export interface Secured {
  readonly port: number
  /** Whoever knows this trusts it. */
  readonly ca: string
  readonly caFile: string
  close(): Promise<void>
}

/** @param to the port of the server behind it */
export async function secured(to: number): Promise<Secured> {
  const folder = mkdtempSync(join(tmpdir(), 'sdk-tls-'))
  const [keyFile, caFile] = [join(folder, 'key.pem'), join(folder, 'ca.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const whose = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1']
  execFileSync('openssl', ['req', '-x509', ...kind, ...whose, '-keyout', keyFile, '-out', caFile], {
    stdio: 'ignore',
  })
  const ca = readFileSync(caFile, 'utf8')
  const open = new Set<Socket>()
  const server = createServer({ key: readFileSync(keyFile), cert: ca }, (socket) => {
    const behind = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => other.end())
      one.pipe(other)
    }
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as { port: number }).port,
    ca,
    caFile,
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((done) => server.close(done))
      rmSync(folder, { recursive: true })
    },
  }
}
