/** A load balancer of the simplest kind: each connection goes to the next node that is there. */

import { connect, createServer, type Server, type Socket } from 'node:net'

/** @param ports of the nodes, which are tried in turn; one that is gone is taken out */
export function balancer(ports: readonly number[]): Server {
  const alive = new Set(ports)
  let turn = 0

  function join(client: Socket): void {
    const port = [...alive][turn++ % alive.size]
    if (port === undefined) return void client.destroy()
    const node = connect(port, '127.0.0.1')
    const gone = (): void => {
      alive.delete(port)
      join(client)
    }
    node.once('error', gone)
    node.once('connect', () => {
      node.off('error', gone)
      // Whatever ends one side ends the other.
      node.on('error', () => {}).on('close', () => client.destroy())
      client.on('close', () => node.destroy())
      client.pipe(node).pipe(client)
    })
  }

  return createServer((client) => {
    client.on('error', () => {})
    join(client)
  })
}
