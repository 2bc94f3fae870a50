/** What a row of the table of routes is, and how requests find theirs. */

import type { Op } from '../../protocol/types.ts'

/** How the value of a field is read, and what OpenAPI says of it. */
export type FieldType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'role' | 'position'

/** One thing that a request may carry. */
export interface RouteField {
  readonly in: 'path' | 'query' | 'body' | 'header'
  readonly type: FieldType
  readonly does: string
  readonly required?: true
  /** The operation's name of it, where that is another. */
  readonly as?: string
}

/** What isn't one operation of the protocol. */
export type Special =
  | 'session.open'
  | 'session.show'
  | 'session.end'
  | 'events'
  | 'poll'
  | 'messages'
  | 'say'
  | 'file.bring'
  | 'file.give'
  | 'openapi'
  | 'health'
  | 'metrics'
  | 'ready'
  | 'plain.join'
  | 'plain.leave'
  | 'plain.send'
  | 'plain.receive'
  | 'plain.rooms'

/** One row: from it come the routing, the OpenAPI document, and the tables in the papers. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments in braces are fields. */
  readonly path: string
  readonly action: Op | Special
  readonly does: string
  readonly fields: Readonly<Record<string, RouteField>>
  /** Fields of the operation that the path already tells. */
  readonly fixed?: Readonly<Record<string, unknown>>
  /** Status of success. Default 200. */
  readonly status?: number
  /** Who asks must be somebody; `none`: anybody may ask. */
  readonly who: 'session' | 'none'
  /** Whoever isn't in the room comes in first: also into a room that is made by that, or not. */
  readonly enter?: 'any' | 'existing'
  /** What comes back: a schema of the OpenAPI document. */
  readonly result: string
  /** The body of the request (`in`) or of the answer (`out`) is bytes, not JSON. */
  readonly bytes?: 'in' | 'out'
  /** One of the routes without a version, for simple clients. */
  readonly plain?: true
}

interface Node {
  readonly parts: readonly string[]
  readonly byMethod: Map<string, Route>
}

/** What the table says about a request. */
export type Found =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly allow: readonly string[]; readonly plain: boolean }
  | null

/** A table, ready for finding. */
export class RouteTable {
  readonly routes: readonly Route[]
  private readonly byLength = new Map<number, Node[]>()

  constructor(routes: readonly Route[]) {
    this.routes = routes
    for (const route of routes) {
      const parts = route.path.split('/').slice(1)
      const nodes = this.byLength.get(parts.length) ?? []
      this.byLength.set(parts.length, nodes)
      let node = nodes.find((one) => one.parts.join('/') === parts.join('/'))
      if (node === undefined) {
        node = { parts, byMethod: new Map() }
        nodes.push(node)
      }
      node.byMethod.set(route.method, route)
    }
    // `members/me` is found before `members/{person}`.
    for (const nodes of this.byLength.values()) nodes.sort((a, b) => holes(a) - holes(b))
  }

  /** The row of a request; the methods there are, when it has none; null: no such path. */
  find(method: string, path: string): Found {
    const parts = path.split('/').slice(1)
    const allow = new Set<string>()
    let plain = false
    for (const node of this.byLength.get(parts.length) ?? []) {
      const params = match(node.parts, parts)
      if (params === null) continue
      const route = node.byMethod.get(method) ?? headOf(method, node)
      if (route !== undefined) return { route, params }
      for (const [name, { action, plain: isPlain }] of node.byMethod) {
        plain ||= isPlain === true
        allow.add(name)
        if (name === 'GET' && hasHead(action)) allow.add('HEAD')
      }
    }
    return allow.size === 0 ? null : { allow: [...allow, 'OPTIONS'], plain }
  }
}

const holes = ({ parts }: Node): number => parts.filter((part) => part.startsWith('{')).length

/** Streams and polls aren't asked for without wanting what comes. */
const hasHead = (action: Route['action']): boolean => action !== 'events' && action !== 'poll'

function headOf(method: string, { byMethod }: Node): Route | undefined {
  const route = method === 'HEAD' ? byMethod.get('GET') : undefined
  return route !== undefined && hasHead(route.action) ? route : undefined
}

function match(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | null {
  const params: Record<string, string> = {}
  for (const [i, wanted] of pattern.entries()) {
    const part = parts[i] as string
    if (!wanted.startsWith('{')) {
      if (wanted !== part) return null
    } else {
      if (part === '') return null
      params[wanted.slice(1, -1)] = part
    }
  }
  return params
}
