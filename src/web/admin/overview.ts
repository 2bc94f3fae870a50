/** The overview: the server's figures and their course. */

import type { AdminStats } from '../../protocol/admin-types.ts'
import { fill, h, setText } from '../ui/dom.ts'
import type { Context, Section } from './context.ts'
import { failureText } from './failure.ts'
import { courseCard, minutesCard } from './overview-charts.ts'
import { nodesCard, transportsCard } from './overview-parts.ts'
import { connectionsOf } from './stats-feed.ts'

/** A figure: a large number, what it is, and a line of more. */
interface Figure {
  readonly element: HTMLElement
  show(value: string, more: string, state?: 'good' | 'bad'): void
}

function figure(label: string): Figure {
  const value = h('dd', { class: 'figure-value' })
  const more = h('dd', { class: 'figure-more' })
  const element = h('div', { class: 'figure' }, h('dt', null, label), value, more)
  return {
    element,
    show(text, line, state) {
      setText(value, text)
      setText(more, line)
      if (state === undefined) delete element.dataset.state
      else element.dataset.state = state
    },
  }
}

/** Makes it. */
export function overviewSection(context: Context): Section {
  const { t, f, chat, feed, config } = context
  const texts = t.overview
  const people = figure(texts.people)
  const messages = figure(texts.messages)
  const day = figure(texts.day)
  const rooms = figure(texts.rooms)
  const accounts = figure(texts.accounts)
  const storage = figure(texts.storage)
  const parts = [minutesCard(context), courseCard(context)]
  const below = [transportsCard(context), nodesCard(context)]
  const lead = h('p', { class: 'lead', dir: 'auto' }, texts.lead(config.title))
  const pulse = h('p', { class: 'pulse' })
  const trouble = h('div', { class: 'trouble' })

  const showFigures = (stats: AdminStats): void => {
    const connections = connectionsOf(stats)
    people.show(f.number(stats.people), texts.connections(f.number(connections), connections))
    messages.show(
      f.number(stats.messages.lastHour),
      texts.lastMinute(f.number(stats.messages.lastMinute)),
    )
    day.show(f.number(stats.messages.lastDay), texts.total(f.number(stats.messages.total)))
    rooms.show(
      stats.rooms === undefined ? '–' : f.number(stats.rooms),
      texts.active(f.number(stats.activeRooms)),
    )
    accounts.show(
      stats.accounts === undefined ? '–' : f.number(stats.accounts),
      stats.accounts === undefined ? texts.noAccounts : texts.accountsHint,
    )
    const { ok, ms, name, durable } = stats.storage
    const kind = `${name}, ${durable ? texts.durable : texts.fleeting}`
    storage.show(
      ok ? (ms === 0 ? `< ${f.duration(1)}` : f.duration(ms)) : texts.storageDown,
      kind,
      ok ? 'good' : 'bad',
    )
    setText(lead, texts.lead(stats.server))
  }
  const draw = (): void => {
    const { stats, error } = feed
    if (stats !== undefined) {
      showFigures(stats)
      for (const part of [...parts, ...below]) part.show(stats)
    }
    element.classList.toggle('is-waiting', stats === undefined)
    const live = error === undefined && stats !== undefined && chat.state === 'online'
    pulse.dataset.state = live ? 'live' : 'still'
    setText(pulse, stats === undefined ? t.common.loading : texts.updated(f.exact(feed.at)))
    fill(
      trouble,
      error !== undefined &&
        h('p', { class: 'notice', role: 'status' }, `${texts.stale} ${failureText(error)}`),
    )
  }
  const element = h(
    'div',
    { class: 'section overview' },
    h(
      'header',
      { class: 'section-head' },
      h('div', null, h('h1', null, t.sections.overview), lead),
      pulse,
    ),
    trouble,
    h(
      'dl',
      { class: 'figures' },
      ...[people, messages, day, rooms, accounts, storage].map((one) => one.element),
    ),
    h('div', { class: 'charts' }, ...parts.map((part) => part.element)),
    h('div', { class: 'cards' }, ...below.map((part) => part.element)),
  )
  const offs = [feed.on(draw), chat.on('state', draw)]
  draw()
  feed.now()
  return {
    element,
    stop() {
      for (const off of offs) off()
      for (const part of parts) part.stop()
    },
  }
}
