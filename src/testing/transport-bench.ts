/** A transport under test, started, with a recorder in the server's place. */

import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { eventually, type WithSubject, within } from './suite.ts'
import { type Peer, RecordingHost } from './transport-host.ts'
import type {
  RawClient,
  SuiteClient,
  TransportSubject,
  TransportSupports,
} from './transport-subject.ts'

/** A started transport and its surroundings, as the tests see it. */
export interface TransportBench {
  readonly subject: TransportSubject
  readonly host: RecordingHost
  /** What was open before it was started. */
  readonly handles: number
  /** Connects a client that is welcome: both its ends. */
  connect(): Promise<{ client: SuiteClient; peer: Peer }>
  /** The same, before `welcomed`. */
  meet(): Promise<{ client: SuiteClient; peer: Peer }>
  /** A welcome client that speaks in bytes. */
  raw(): Promise<{ raw: RawClient; peer: Peer; frame(payload: string | Uint8Array): Uint8Array }>
}

/** Registers a group's tests. */
export type TransportTests = (
  on: (...needs: readonly (keyof TransportSupports)[]) => WithSubject<TransportBench>,
) => void

/** How many sockets, servers and pipes this process has open. */
export function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|TLS|UDP|Pipe/.test(name)).length
}

/** Starts the subject. */
export async function startBench(subject: TransportSubject): Promise<TransportBench> {
  const host = new RecordingHost()
  const before = handles()
  await within(subject.transport.start(host), 'start() resolves')
  const meet: TransportBench['meet'] = async () => {
    const client = await within(subject.connect(), 'a client connects')
    return { client, peer: await host.nextPeer() }
  }
  return {
    subject,
    host,
    handles: before,
    meet,
    async connect() {
      const both = await meet()
      both.peer.welcome()
      return both
    },
    async raw() {
      assert(subject.raw !== undefined && subject.frame !== undefined, 'raw and frame are needed')
      const raw = await within(subject.raw(), 'a client connects')
      const peer = await host.nextPeer()
      peer.welcome()
      return { raw, peer, frame: (payload) => subject.frame?.(Buffer.from(payload)) as Uint8Array }
    },
  }
}

/** As the core does it: closes what is open, waits for its end, stops the transport. */
export async function stopBench(bench: TransportBench): Promise<void> {
  const { subject, host } = bench
  try {
    host.refusal = {
      early: true,
      refused: { code: 3000, status: 503, reason: 'the test is over' },
    }
    for (const { connection } of host.peers) connection.close(3000, 'the test is over')
    for (const peer of host.peers) await peer.untilGone()
    await within(subject.transport.stop(), 'stop() resolves')
    host.verify()
    const left = (): number => handles() - bench.handles
    await eventually(() => left() <= 0, 'stop() leaves no socket or server open', 1000)
  } finally {
    await subject.dispose?.()
  }
}

/** The same bytes, or the same in every field. */
export function sameFrame(a: unknown, b: unknown): boolean {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    return Buffer.compare(bytesOf(a), bytesOf(b)) === 0
  }
  return isDeepStrictEqual(a, b)
}

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
