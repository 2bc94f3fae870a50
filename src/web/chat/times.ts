/** Days and times, as people say them. */

import { lang } from '../ui/texts.ts'
import { t } from './texts.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang()} ${name}`
  let found = formats.get(key)
  if (found === undefined) {
    found = new Intl.DateTimeFormat(lang(), options)
    formats.set(key, found)
  }
  return found
}

/** `14:02` */
export const timeText = (ts: number): string =>
  format('time', { hour: 'numeric', minute: '2-digit' }).format(ts)

/** The day and the time, to the second. */
export const exactTime = (ts: number): string =>
  format('exact', { dateStyle: 'full', timeStyle: 'medium' }).format(ts)

/** `Today`, `Yesterday`, or the date, with the year if it is another one. */
export function dayText(ts: number): string {
  const date = new Date(ts)
  const today = new Date()
  const yesterday = new Date(today)
  yesterday.setDate(today.getDate() - 1)
  if (date.toDateString() === today.toDateString()) return t().today
  if (date.toDateString() === yesterday.toDateString()) return t().yesterday
  const year = date.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' as const }
  return format(`day ${'year' in year}`, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...year,
  }).format(ts)
}

/** The day and the time until which something holds. */
export const untilText = (ts: number): string =>
  format('until', { dateStyle: 'medium', timeStyle: 'short' }).format(ts)
