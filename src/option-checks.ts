/** How a mistake in options is found and told: by tables of what is needed. */

import { ChatError } from './errors.ts'

/** What one option can be. What is `undefined` was left out and needn't be anything. */
export interface Need {
  fits(value: unknown): boolean
  /** Follows the name of the option: `a function`, … */
  readonly needed: string
}

/** What all options of one place can be; null: whoever uses it looks at it. */
export type Needs<T> = { readonly [N in keyof T]-?: Need | null }

/** Says `invalid_options`. */
export function wrong(text: string): never {
  throw new ChatError('invalid_options', text)
}

/** Throws `invalid_options` for a name that there isn't, or a value that an option can't have. */
export function checkNeeds<T extends object>(place: string, options: T, needs: Needs<T>): void {
  if (!isObject(options)) wrong(`${place}: an object with options is needed`)
  const names = Object.keys(needs)
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      wrong(`${place}: there is no option of the name ${name}; there are ${names.join(', ')}`)
    }
    const need = needs[name as keyof T]
    if (value !== undefined && need !== null) checkNeed(name, value, need)
  }
}

/** Throws `invalid_options`. */
export function checkNeed(name: string, value: unknown, { fits, needed }: Need): void {
  if (!fits(value)) wrong(`${name}: ${needed} is needed`)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** What has these methods. */
export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (!isObject(value) && typeof value !== 'function') return false
  const record = value as Readonly<Record<string, unknown>>
  return methods.every((method) => typeof record[method] === 'function')
}

/** `what` tells where such a thing is to be had. */
export const withMethods = (what: string, ...methods: readonly string[]): Need => ({
  fits: (value) => hasMethods(value, methods),
  needed: `${what} (with ${methods.join(', ')})`,
})

/** A function. */
export const FUNCTION: Need = { fits: (value) => typeof value === 'function', needed: 'a function' }

/** `true` or `false`. */
export const BOOLEAN: Need = {
  fits: (value) => typeof value === 'boolean',
  needed: 'true or false',
}

/** An object, but no list. */
export const OBJECT: Need = {
  fits: (value) => isObject(value) && !Array.isArray(value),
  needed: 'an object',
}

/** What `open` and the option `transports` take. */
export const TRANSPORT: Need = {
  fits: (value) =>
    hasMethods(value, ['start', 'stop']) && typeof (value as { name?: unknown }).name === 'string',
  needed: 'a transport such as tcpTransport() of tertulia/tcp (with name, start, stop)',
}
