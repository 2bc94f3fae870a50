/** Conformance of transports. */

import { type TestFunction, type WithSubject, withSubject } from './suite.ts'
import { startBench, stopBench, type TransportBench } from './transport-bench.ts'
import { endingTests } from './transport-endings.ts'
import { limitTests } from './transport-limits.ts'
import { payloadTests } from './transport-payloads.ts'
import { pressureTests } from './transport-pressure.ts'
import type { TransportSubject, TransportSupports } from './transport-subject.ts'

/** Options of {@link transportSuite}. */
export interface TransportSuiteOptions {
  /** The runner's function: vitest's or mocha's `it`, node:test's `test`. */
  readonly test: TestFunction
  /** Makes a fresh transport, with a way to connect to it. Called for each test. */
  readonly factory: () => TransportSubject | Promise<TransportSubject>
  readonly supports?: TransportSupports
}

/**
 * Registers the tests that every transport must pass: each sentence of the comments in
 * `Transport`, `Connection` and `Sink` that can be observed.
 *
 * @example
 * import { describe, it } from 'vitest'
 * import { makeMailbox, transportSuite } from 'tertulia/testing'
 *
 * describe('my transport', () => {
 *   transportSuite({
 *     test: it,
 *     supports: { closeCodes: true },
 *     async factory() {
 *       const transport = myTransport({ port: 0 })
 *       return {
 *         transport,
 *         async connect() {
 *           const { put, end, next, closed } = makeMailbox<string>()
 *           const socket = await myClient(transport.address(), { onMessage: put, onClose: end })
 *           return {
 *             send: (payload) => socket.send(payload),
 *             close: () => socket.close(),
 *             terminate: () => socket.destroy(),
 *             next,
 *             closed,
 *           }
 *         },
 *       }
 *     },
 *   })
 * })
 */
export function transportSuite({ test, factory, supports = {} }: TransportSuiteOptions): void {
  const on = (...needs: readonly (keyof TransportSupports)[]): WithSubject<TransportBench> =>
    withSubject(
      test,
      async () => startBench(await factory()),
      (bench) => stopBench(bench),
      needs.some((need) => supports[need] !== true),
    )
  payloadTests(on)
  limitTests(on)
  pressureTests(on)
  endingTests(on)
}
