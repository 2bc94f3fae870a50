/** The table of routes for others to read: as an OpenAPI document, and as a table for people. */

import type { FieldType, Route, RouteField } from './route.ts'
import { SCHEMAS } from './schemas.ts'

type Json = Readonly<Record<string, unknown>>

const TYPES: Readonly<Record<FieldType, Json>> = {
  string: { type: 'string' },
  integer: { type: 'integer', minimum: 0 },
  number: { type: 'number', minimum: 0 },
  boolean: { type: 'boolean' },
  object: { type: 'object' },
  role: { type: ['string', 'null'], enum: ['owner', 'moderator', 'member', null] },
  position: { $ref: '#/components/schemas/Position' },
}

const BYTES: Json = { '*/*': { schema: { type: 'string', format: 'binary' } } }

/** An OpenAPI 3.1 document of these routes. */
export function openApi(routes: readonly Route[], title: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    const operations = paths[route.path] as Record<string, Json>
    operations[route.method.toLowerCase()] = operationOf(route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title,
      version: '1',
      description:
        'Errors have the same shape everywhere: go by `error.code`. See PROTOCOL.md of Tertulia.',
    },
    security: [{ session: [] }, { sessionQuery: [] }, { token: [] }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'header', name: 'Tertulia-Session' },
        sessionQuery: { type: 'apiKey', in: 'query', name: 'session' },
        token: { type: 'http', scheme: 'bearer' },
      },
      schemas: SCHEMAS,
    },
  }
}

function operationOf(route: Route): Json {
  const fields = Object.entries(route.fields)
  const inBody = fields.filter(([, field]) => field.in === 'body')
  const others = fields.filter(([, field]) => field.in !== 'body')
  return {
    operationId: idOf(route),
    summary: route.does,
    tags: [tagOf(route)],
    ...(route.who === 'none' && { security: [] }),
    ...(others.length > 0 && { parameters: others.map(([name, field]) => parameter(name, field)) }),
    ...(inBody.length > 0 && { requestBody: body(inBody) }),
    ...(route.bytes === 'in' && { requestBody: { required: true, content: BYTES } }),
    responses: {
      [route.status ?? 200]: { description: 'Done.', content: contentOf(route) },
      default: {
        description: 'Refused.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

const parameter = (name: string, field: RouteField): Json => ({
  name,
  in: field.in,
  description: field.does,
  ...(field.required && { required: true }),
  schema: TYPES[field.type],
})

function body(fields: readonly (readonly [string, RouteField])[]): Json {
  const required = fields.filter(([, field]) => field.required).map(([name]) => name)
  const properties = fields.map(([name, { type, does }]) => [
    name,
    { ...TYPES[type], description: does },
  ])
  return {
    ...(required.length > 0 && { required: true }),
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: Object.fromEntries(properties),
          ...(required.length > 0 && { required }),
        },
      },
    },
  }
}

function contentOf({ action, result, bytes }: Route): Json {
  if (bytes === 'out') return BYTES
  if (action === 'events') return { 'text/event-stream': { schema: { type: 'string' } } }
  return { 'application/json': { schema: { $ref: `#/components/schemas/${result}` } } }
}

/** Unique, as generators of clients need it. */
function idOf({ method, path, plain }: Route): string {
  const words = path.replace(/[{}]/g, '').split(/[/._-]/)
  const rest = words.filter((word) => word !== '' && word !== 'v1')
  return [...(plain ? ['plain'] : []), method.toLowerCase(), ...rest]
    .map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('')
}

function tagOf({ path, plain }: Route): string {
  if (plain) return 'plain'
  const [, version, first = ''] = path.split('/')
  return version === 'v1' ? first.replace(/\..*/, '') : 'server'
}

/** The table as Markdown, for the papers: method and path, what it does, fields. */
export function routeTable(routes: readonly Route[]): string {
  const rows = routes.map(({ method, path, does, fields }) => {
    const names = Object.entries(fields)
      .filter(([, field]) => field.in !== 'path')
      .map(([name, { required }]) => (required ? `**${name}**` : name))
    return `| \`${method} ${path}\` | ${does} | ${names.join(', ')} |`
  })
  return ['| | | fields |', '|---|---|---|', ...rows].join('\n')
}
