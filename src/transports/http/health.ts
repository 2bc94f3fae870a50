/** What monitors and load balancers ask. */

import { ChatError } from '../../errors.ts'
import type { Answer } from './exchange.ts'

/** What the health endpoint reports; further figures are shown as they are. */
export interface Health {
  readonly status: 'starting' | 'ok' | 'closing'
}

/** `GET /health`: 200 with the figures while the server is well, 503 while it starts or closes. */
export const healthAnswer = (health: Health): Answer => ({
  status: health.status === 'ok' ? 200 : 503,
  body: health,
})

/** `GET /ready`: whether clients should be sent here. */
export const readyAnswer = ({ status }: Health): Answer => ({
  status: status === 'ok' ? 200 : 503,
  body: { ready: status === 'ok' },
})

/** Figures as a text, and its media type. */
export interface MetricsText {
  readonly type: string
  readonly text: string
}

/** `GET /metrics`: the text as it is. Throws `not_found` where there is none. */
export function metricsAnswer(metrics: (() => MetricsText) | undefined): Answer {
  if (metrics === undefined) throw new ChatError('not_found')
  const { type, text } = metrics()
  return { status: 200, json: text, headers: { 'content-type': type } }
}
