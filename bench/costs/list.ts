// What is measured of a storage by itself, and not by scenarios: how its costs grow with the size.

import type { Group } from '../scenarios.ts'
import type { PlaceKind } from '../storage/places.ts'

/** How large what is compared is. */
export interface Sizes {
  /** Entries in the small room and in the large one. */
  readonly entries: readonly [small: number, large: number]
  /** Rooms in the small storage and in the large one. */
  readonly rooms: readonly [small: number, large: number]
  /** Entries in each of the two storages, all rooms together. */
  readonly inAll: number
  /** How often each thing is done. */
  readonly times: number
  /** Connections that come back at once. */
  readonly storm: number
}

export const fullSizes: Sizes = {
  entries: [1_000, 1_000_000],
  rooms: [100, 10_000],
  inAll: 500_000,
  times: 400,
  storm: 1_000,
}

export const quickSizes: Sizes = {
  entries: [1_000, 20_000],
  rooms: [100, 400],
  inAll: 20_000,
  times: 60,
  storm: 50,
}

export interface Cost {
  readonly name: string
  readonly group: Group
  readonly about: string
  readonly places: readonly PlaceKind[]
}

export const costs: readonly Cost[] = [
  {
    name: 'long-room',
    group: 'storage',
    about:
      'pages, coming back and appending, in a room with a short log and in one with a long one',
    places: ['sqlite', 'postgres'],
  },
  {
    name: 'many-rooms',
    group: 'storage',
    about: 'a storage with few rooms and one with many, as many entries in both',
    places: ['sqlite', 'postgres'],
  },
]

/** The files in bench/ that measure them. */
export const costFiles: readonly string[] = ['costs/long-room', 'costs/many-rooms', 'costs/visitor']
