/** A lost connection: how long it will take, told once and counted down in the prompt. */

import type { StateChange } from '../../client/types.ts'
import { secondsOf } from '../../protocol/text-lines.ts'
import type { Desk } from './desk.ts'
import { errorText } from './errors.ts'

const SECOND_MS = 1000

/** What goes on between losing a connection and having one again. */
export class Outage {
  private readonly desk: Desk
  /** Called when what {@link Outage.text} says has changed. */
  private readonly changed: () => void
  /** When it connects again, in ms since 1970; null: it isn't lost. */
  private until: number | null = null
  private timer: NodeJS.Timeout | null = null

  constructor(desk: Desk, changed: () => void) {
    this.desk = desk
    this.changed = changed
  }

  /** Stands in the prompt: `offline 5 s`; empty while there is a connection. */
  get text(): string {
    if (this.until === null) return ''
    const { offline } = this.desk.scribe.style.texts
    const left = this.until - Date.now()
    return left > 0 ? `${offline} ${secondsOf(left)} s` : offline
  }

  /** It is lost, or could not be made again. */
  lost({ error, retryInMs = SECOND_MS }: StateChange): void {
    const { desk } = this
    const { texts, catalog } = desk.scribe.style
    if (this.until === null) {
      const { you } = catalog
      if (error?.code === 'shutting_down') {
        desk.print(desk.scribe.told(you.closing(errorText(catalog, error))))
      }
      desk.print(desk.scribe.told(texts.lost(secondsOf(retryInMs))))
    }
    this.until = Date.now() + retryInMs
    this.timer ??= setInterval(this.changed, SECOND_MS)
    this.changed()
  }

  /** There is a connection. */
  back(): void {
    if (this.until === null) return
    this.end()
    this.desk.print(this.desk.scribe.told(this.desk.scribe.style.texts.back))
    this.changed()
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.until = null
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }
}
