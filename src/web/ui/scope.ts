/** What belongs together and ends together: listeners and timers of a view. */

/** Collects what has to be undone. */
export interface Scope {
  /** To be called at the end; at once if that was already. */
  add(undo: () => void): void
  /** Listens to an event of the DOM until the end. */
  listen<E extends Event>(
    target: EventTarget,
    type: string,
    listener: (event: E) => void,
    options?: AddEventListenerOptions,
  ): void
  /** Undoes everything, last first. */
  end(): void
}

/** A new one. */
export function createScope(): Scope {
  let undos: (() => void)[] | undefined = []
  return {
    add(undo) {
      if (undos === undefined) undo()
      else undos.push(undo)
    },
    listen(target, type, listener, options) {
      target.addEventListener(type, listener as EventListener, options)
      this.add(() => target.removeEventListener(type, listener as EventListener, options))
    },
    end() {
      const all = undos ?? []
      undos = undefined
      for (const undo of all.reverse()) undo()
    },
  }
}

/**
 * A function that may be called as often as one likes, and draws once per frame. Ends with `scope`.
 */
export function eachFrame(scope: Scope, draw: () => void): () => void {
  let asked = 0
  scope.add(() => cancelAnimationFrame(asked))
  return () => {
    if (asked !== 0) return
    asked = requestAnimationFrame(() => {
      asked = 0
      draw()
    })
  }
}

/** Calls every so many ms while the page is visible; also when it becomes visible again. */
export function whileVisible(scope: Scope, ms: number, work: () => void): void {
  let timer = 0
  const set = (): void => {
    clearInterval(timer)
    if (document.visibilityState === 'visible') timer = window.setInterval(work, ms)
  }
  set()
  scope.add(() => clearInterval(timer))
  scope.listen(document, 'visibilitychange', () => {
    set()
    if (document.visibilityState === 'visible') work()
  })
}
