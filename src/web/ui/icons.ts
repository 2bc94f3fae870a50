/** Icons, drawn by hand on a grid of 24, as elements of SVG. They are decoration: labels say what they mean. */

import { svg } from './dom.ts'

/** Each icon: its strokes; `.` before one fills it instead. */
const ICONS = {
  admin: ['M12 3l7 3v5c0 4.5-2.9 8.2-7 10-4.1-1.8-7-5.500-7-10V6z', 'M9 12l2 2 4-4'],
  alert: ['M12 4l9 16H3z', 'M12 10v4', 'M12 17v.01'],
  arrowDown: ['M12 5v14', 'M6 13l6 6 6-6'],
  attach: [
    'M20 11.500l-8.200 8.200a5 5 0 01-7.100-7.100l8.600-8.600a3.300 3.300 0 014.700 4.700l-8.500 8.500a1.700 1.700 0 01-2.400-2.400l7.700-7.700',
  ],
  back: ['M15 5l-7 7 7 7'],
  ban: ['M12 3a9 9 0 100 18 9 9 0 000-18z', 'M5.600 5.600l12.800 12.800'],
  bell: ['M6 10a6 6 0 0112 0c0 5 2 6 2 6H4s2-1 2-6', 'M10 19.500a2.200 2.200 0 004 0'],
  check: ['M5 12.500l4.500 4.500L19 7.500'],
  chevron: ['M7 10l5 5 5-5'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  copy: ['M9 9h11v11H9z', 'M5 15H4V4h11v1'],
  door: ['M14 4h5v16h-5', 'M10 8l-4 4 4 4', 'M6 12h9'],
  download: ['M12 4v11', 'M7 11l5 5 5-5', 'M5 20h14'],
  edit: ['M4 20l1-4L16.500 4.500a2 2 0 013 3L8 19z', 'M14.500 6.500l3 3'],
  eye: [
    'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z',
    'M12 9a3 3 0 100 6 3 3 0 000-6z',
  ],
  eyeOff: [
    'M4 4l16 16',
    'M9.500 5.900A9 9 0 0112 5.500c6 0 9.500 6.500 9.500 6.500a17 17 0 01-3 3.700',
    'M6 7.700A17 17 0 002.500 12S6 18.500 12 18.500a9 9 0 004-.9',
    'M10 10.200a3 3 0 004 4',
  ],
  file: ['M6 3h8l4 4v14H6z', 'M14 3v4h4', 'M9 13h6', 'M9 17h4'],
  gear: [
    'M4 7h9',
    'M17 7h3',
    'M15 5a2 2 0 100 4 2 2 0 000-4z',
    'M4 17h3',
    'M11 17h9',
    'M9 15a2 2 0 100 4 2 2 0 000-4z',
  ],
  globe: [
    'M12 3a9 9 0 100 18 9 9 0 000-18z',
    'M3 12h18',
    'M12 3c3 3 3.500 6 3.500 9s-.5 6-3.500 9c-3-3-3.500-6-3.500-9S9 6 12 3z',
  ],
  kick: ['M10 4a4 4 0 100 8 4 4 0 000-8z', 'M3 20a7 7 0 0111-5.700', 'M16 18h6'],
  lock: ['M6 11h12v9H6z', 'M8.500 11V8a3.500 3.500 0 017 0v3'],
  menu: ['M4 7h16', 'M4 12h16', 'M4 17h10'],
  message: ['M4 5h16v11H11l-4.500 4v-4H4z'],
  more: [
    '.M5 10.500a1.500 1.500 0 100 3 1.500 1.500 0 000-3z',
    '.M12 10.500a1.500 1.500 0 100 3 1.500 1.500 0 000-3z',
    '.M19 10.500a1.500 1.500 0 100 3 1.500 1.500 0 000-3z',
  ],
  mute: ['M4 9.500v5h3.500L12 18.500v-13L7.500 9.500z', 'M16 9.500l5 5', 'M21 9.500l-5 5'],
  people: [
    'M9 5a3.500 3.500 0 100 7 3.500 3.500 0 000-7z',
    'M2.500 19.500a6.500 6.500 0 0113 0',
    'M16 5.500a3.200 3.200 0 010 6',
    'M18 14.300a6 6 0 013.500 5.200',
  ],
  plus: ['M12 5v14', 'M5 12h14'],
  reply: ['M9 7l-5 5 5 5', 'M4 12h9a7 7 0 017 7'],
  retry: ['M19.500 12a7.500 7.500 0 11-2.200-5.300', 'M19.500 3.500v4.500H15'],
  search: ['M11 4a7 7 0 100 14 7 7 0 000-14z', 'M16 16l4.500 4.500'],
  send: ['M4.500 12h14', 'M12.500 5.500L19 12l-6.500 6.500'],
  smile: [
    'M12 3a9 9 0 100 18 9 9 0 000-18z',
    'M8 14c1 1.700 2.400 2.500 4 2.500s3-.8 4-2.500',
    'M9 9.500v.01',
    'M15 9.500v.01',
  ],
  star: [
    'M12 4l2.400 5.100 5.600.7-4.100 3.900 1 5.500L12 16.500l-4.900 2.700 1-5.500L4 9.800l5.600-.7z',
  ],
  theme: ['M12 3a9 9 0 100 18 9 9 0 000-18z', '.M12 3a9 9 0 010 18z'],
  trash: ['M4.500 7h15', 'M9 7V4.500h6V7', 'M6.500 7l1 13h9l1-13', 'M10 11v5.500', 'M14 11v5.500'],
} as const satisfies Record<string, readonly string[]>

/** The name of an icon. */
export type IconName = keyof typeof ICONS

/**
 * An icon, as high as the text beside it (`.icon` in `theme.css`) and in its colour. Hidden from screen
 * readers.
 */
export function icon(name: IconName): SVGSVGElement {
  const paths = ICONS[name].map((path) =>
    path.startsWith('.')
      ? svg('path', { d: path.slice(1), fill: 'currentColor', stroke: 'none' })
      : svg('path', { d: path }),
  )
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ...paths)
}

/** The mark of Tertulia, as in `static/icon.svg`: somebody speaks, and a cup answers. */
export function logo(): SVGSVGElement {
  return svg(
    'svg',
    { class: 'logo', viewBox: '0 0 512 512', 'aria-hidden': 'true' },
    svg('rect', { class: 'logo-ground', width: 512, height: 512, rx: 116 }),
    svg('path', {
      class: 'logo-voice',
      d: 'M240 78h118a66 66 0 0166 66v82a8 8 0 01-8 8H240a66 66 0 01-66-66v-24a66 66 0 0166-66z',
    }),
    svg('path', {
      class: 'logo-cup',
      d: 'M98 201H330A27 27 0 01357 228V312A122 122 0 01235 434H193A122 122 0 01141.4 422.6L69 456 93.1 382A122 122 0 0171 312V228A27 27 0 0198 201Z',
    }),
    svg('path', { class: 'logo-handle', d: 'M338 268h24a50 50 0 010 100h-46' }),
  )
}
