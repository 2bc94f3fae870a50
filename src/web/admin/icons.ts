/** Icons that only this page needs, on the same grid of 24 as those of `ui/icons.ts`. */

import { svg } from '../ui/dom.ts'

const ICONS = {
  audit: ['M6 3h9l4 4v14H6z', 'M9.500 11h6', 'M9.500 15h6', 'M9.500 7h2.500'],
  broom: ['M13 3v8', 'M8 21l1-7a4 4 0 018 0l1 7z', 'M12 17v4'],
  limits: [
    'M5 4v7',
    'M5 15v5',
    'M12 4v2',
    'M12 10v10',
    'M19 4v9',
    'M19 17v3',
    'M3 13h4',
    'M10 8h4',
    'M17 15h4',
  ],
  overview: ['M4 20V11', 'M9.500 20V4', 'M15 20v-6', 'M20 20V8'],
  plug: ['M9 3v5', 'M15 3v5', 'M6 8h12v3a6 6 0 01-12 0z', 'M12 17v4'],
  room: ['M9.500 4l-2 16', 'M16.500 4l-2 16', 'M4.500 9h16', 'M3.500 15h16'],
  shield: ['M12 3l7 3v5c0 4.500-2.900 8.200-7 10-4.100-1.800-7-5.500-7-10V6z'],
  sort: ['M8 10l4-4 4 4', 'M8 14l4 4 4-4'],
  undo: ['M8 5L4 9l4 4', 'M4 9h10a6 6 0 010 12h-3'],
} as const satisfies Record<string, readonly string[]>

/** The name of one of them. */
export type AdminIconName = keyof typeof ICONS

/** An icon; hidden from screen readers. */
export function adminIcon(name: AdminIconName): SVGSVGElement {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    ...ICONS[name].map((d) => svg('path', { d })),
  )
}
