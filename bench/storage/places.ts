// Where a server of one run keeps its messages: data that is handed to processes as an argument.

export type Place =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly file: string }
  /** A schema of its own in a Postgres that all runs share. */
  | { readonly kind: 'postgres'; readonly url: string; readonly schema: string }

export type PlaceKind = Place['kind']

export type PlaceOf<K extends PlaceKind> = Extract<Place, { readonly kind: K }>

/** The place that this process was given as its second argument; without one, memory. */
export function placeFromArguments(): Place
export function placeFromArguments<K extends PlaceKind>(kind: K): PlaceOf<K>
export function placeFromArguments(kind?: PlaceKind): Place {
  const place: Place = JSON.parse(process.argv[3] ?? '{"kind":"memory"}')
  if (kind && place.kind !== kind) throw new Error(`given ${place.kind} for ${kind}`)
  return place
}
