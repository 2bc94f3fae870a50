/** Making elements. Text only ever becomes text nodes: nothing here reads HTML. */

/** What an element may contain: `false`, `null` and `undefined` are left out. */
export type Child = Node | string | number | false | null | undefined | readonly Child[]

type Listeners = {
  readonly [E in keyof HTMLElementEventMap as `on${E}`]?: (event: HTMLElementEventMap[E]) => void
}

/**
 * Attributes by their names in HTML; `true` is an attribute without a value, `false` and `undefined`
 * are none (but of ARIA, where `true` and `false` are values). `on…` are listeners, `prop:…` properties
 * such as `prop:value`.
 */
export type Props = Listeners & {
  readonly [name: string]: unknown
}

const SVG = 'http://www.w3.org/2000/svg'

function apply(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue
    if (name.startsWith('aria-')) {
      // There, false is something else than nothing.
      element.setAttribute(name, String(value))
      continue
    }
    if (value === false) continue
    if (name.startsWith('on') && typeof value === 'function') {
      element.addEventListener(name.slice(2), value as EventListener)
    } else if (name.startsWith('prop:')) {
      Reflect.set(element, name.slice(5), value)
    } else {
      element.setAttribute(name, value === true ? '' : String(value))
    }
  }
}

/** Appends children to a node, in order. */
export function append(parent: Node, ...children: readonly Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, ...(child as readonly Child[]))
    else if (child instanceof Node) parent.appendChild(child)
    else if (typeof child === 'string' || typeof child === 'number') {
      parent.appendChild(document.createTextNode(String(child)))
    }
  }
}

/**
 * An element of HTML.
 *
 * @example
 * h('button', { class: 'button', type: 'button', onclick: () => save() }, icon('check'), 'Save')
 */
export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  props: Props | null = null,
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag)
  if (props !== null) apply(element, props)
  append(element, ...children)
  return element
}

/** An element of SVG; otherwise like {@link h}. */
export function svg<T extends keyof SVGElementTagNameMap>(
  tag: T,
  props: Props | null = null,
  ...children: readonly Child[]
): SVGElementTagNameMap[T] {
  const element = document.createElementNS(SVG, tag) as SVGElementTagNameMap[T]
  if (props !== null) apply(element, props)
  append(element, ...children)
  return element
}

/** Gives an element other children. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren()
  append(element, ...children)
}

/** Sets a text only if it is another one: what didn't change isn't read out or drawn again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Sets an attribute only if that changes something; `null` takes it away. */
export function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name)
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

/** What {@link keyed} knows of an element it made. */
interface Made<I> {
  readonly element: Element
  item: I
}

/**
 * Keeps the children of an element in step with a list: what stays is moved at most, what is new is
 * made, what is gone is removed. Elements keep their focus and state as long as their key stays.
 *
 * @param parts `make` an element for an item; `update` (for an item that is another object than the
 *   last time with this key) changes it, or returns a new one to take its place
 * @returns the function to call with each new list
 */
export function keyed<I>(
  parent: Element,
  parts: {
    readonly key: (item: I) => string
    readonly make: (item: I) => Element
    readonly update?: (element: Element, item: I, was: I) => Element | undefined
    readonly removed?: (element: Element) => void
  },
): (items: readonly I[]) => void {
  const known = new Map<string, Made<I>>()
  return (items) => {
    const keys = new Set(items.map(parts.key))
    for (const [key, { element }] of known) {
      if (keys.has(key)) continue
      known.delete(key)
      element.remove()
      parts.removed?.(element)
    }
    let next = parent.firstElementChild
    for (const item of items) {
      const key = parts.key(item)
      let made = known.get(key)
      if (made === undefined) {
        made = { element: parts.make(item), item }
        known.set(key, made)
      } else if (made.item !== item) {
        const was = made.item
        const other =
          parts.update === undefined ? parts.make(item) : parts.update(made.element, item, was)
        if (other !== undefined && other !== made.element) {
          if (next === made.element) next = other
          made.element.replaceWith(other)
          parts.removed?.(made.element)
          made = { element: other, item }
          known.set(key, made)
        } else {
          made.item = item
        }
      }
      if (made.element === next) next = next.nextElementSibling
      else parent.insertBefore(made.element, next)
    }
  }
}

/** An id that no other element of the page has, for `for`, `aria-labelledby` and the like. */
export function freshId(prefix: string): string {
  lastId += 1
  return `${prefix}-${lastId}`
}

let lastId = 0
