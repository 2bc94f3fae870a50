/** What links the nodes, where `--broker` names it: whether what one says is heard by another. */

import { randomBytes } from 'node:crypto'
import type { Broker } from '../../spi/broker.ts'
import { messageOf } from '../../storage/sql/failures.ts'
import { placeOf } from '../place.ts'
import { type Finding, fail, type Look, ok } from './finding.ts'

/** Less than a check may take, so that it says what it waited for, in ms. */
const ANSWER_MS = 4000

/** Publishes a message on a topic that no node listens to. */
export const lookAtBroker: Look = async ({ options, t }) => {
  const { storage, broker } = options
  if (broker === 'auto') return []
  if (broker === 'off') return [ok('broker', t.brokerOff)]
  const opened: Broker[] = []
  const open = async (): Promise<Broker> => {
    // Postgres is not opened by this.
    const { broker: made } = await placeOf(storage, broker)
    if (made === undefined) throw new Error(broker)
    opened.push(made)
    await made.open({ reconnected() {} })
    return made
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve(fail('broker', t.brokerDeaf(hostOf(broker)))), ANSWER_MS)
  })
  try {
    const talk = async (): Promise<Finding> => {
      const [speaker, listener] = await Promise.all([open(), open()])
      await heard(speaker, listener)
      return ok('broker', t.broker(hostOf(broker)))
    }
    return [await Promise.race([talk(), late])]
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error
    return [fail('broker', t.brokerFailed(hostOf(broker), messageOf(cause)))]
  } finally {
    clearTimeout(timer)
    for (const one of opened) one.close().catch(() => {})
  }
}

async function heard(speaker: Broker, listener: Broker): Promise<void> {
  const topic = `doctor-${randomBytes(6).toString('hex')}`
  const message = new TextEncoder().encode(topic)
  let done = (): void => {}
  const came = new Promise<void>((resolve) => {
    done = resolve
  })
  const unsubscribe = await listener.subscribe(topic, () => done())
  await speaker.publish(topic, message)
  await came
  await unsubscribe()
}

/** Never the password. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)
