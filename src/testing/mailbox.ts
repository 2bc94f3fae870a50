/** Things that come by themselves, to be taken one after the other. */

/** How a connection ended, as far as its wire tells. */
export interface Closing {
  readonly code?: number
  readonly reason?: string
}

/** A queue with an end. */
export interface Mailbox<T> {
  /** Adds something; what comes after the end is ignored. */
  put(item: T): void
  /** The next thing; rejects when there will be none. */
  next(): Promise<T>
  /** Nothing more will come. What is there can still be taken. */
  end(closing?: Closing): void
  /** Resolves when it ends. */
  readonly closed: Promise<Closing>
  /** How many are waiting to be taken. */
  readonly size: number
}

/**
 * Makes a {@link Mailbox}: the receiving half of a {@link SuiteClient}, ready made.
 *
 * @example
 * const mailbox = makeMailbox<string>()
 * socket.on('message', (data) => mailbox.put(String(data)))
 * socket.on('close', (code, reason) => mailbox.end({ code, reason: String(reason) }))
 * const { next, closed } = mailbox
 */
export function makeMailbox<T>(): Mailbox<T> {
  const items: T[] = []
  const takers: { resolve(item: T): void; reject(error: Error): void }[] = []
  let ended: Closing | null = null
  let tell: (closing: Closing) => void = () => {}
  const closed = new Promise<Closing>((resolve) => {
    tell = resolve
  })
  const over = (closing: Closing): Error => new Error(`closed (${closing.code ?? 'no code'})`)

  return {
    put(item) {
      if (ended !== null) return
      const taker = takers.shift()
      if (taker === undefined) items.push(item)
      else taker.resolve(item)
    },
    next() {
      if (items.length > 0) return Promise.resolve(items.shift() as T)
      if (ended !== null) return Promise.reject(over(ended))
      return new Promise((resolve, reject) => takers.push({ resolve, reject }))
    },
    end(closing = {}) {
      if (ended !== null) return
      ended = closing
      for (const { reject } of takers.splice(0)) reject(over(closing))
      tell(closing)
    },
    closed,
    get size() {
      return items.length
    },
  }
}
