/** Putting something else in the place of a method, for a while. */

/** Mends what was broken. */
export type Mend = () => void

/**
 * Replaces a method of an object or a prototype. What stands inside the core is named by the
 * caller (`Self`): a name that isn't there any more is an error, not a mutant that lives.
 */
export function patch<Self, Args extends readonly unknown[], Result>(
  target: object,
  name: string,
  make: (original: (this: Self, ...args: Args) => Result) => (this: Self, ...args: Args) => Result,
): Mend {
  const original: unknown = Reflect.get(target, name)
  if (typeof original !== 'function') throw new Error(`there is no ${name} to break`)
  Reflect.set(target, name, make(original as (this: Self, ...args: Args) => Result))
  return () => void Reflect.set(target, name, original)
}

/** Mends several things. */
export function all(...mends: readonly Mend[]): Mend {
  return () => {
    for (const mend of mends) mend()
  }
}
