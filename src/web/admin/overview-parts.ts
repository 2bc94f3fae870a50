/** Connections by transport, and the nodes. */

import type { AdminStats, NodeFigures } from '../../protocol/admin-types.ts'
import { fill, h, setText } from '../ui/dom.ts'
import type { Context } from './context.ts'
import { table } from './table.ts'

interface Part {
  readonly element: HTMLElement
  show(stats: AdminStats): void
}

/** What transports are called by people; others are shown as they are. */
const NAMES: Readonly<Record<string, string>> = {
  websocket: 'WebSocket',
  tcp: 'TCP',
  http: 'HTTP',
  memory: 'memory',
}

/** The name of a transport. */
export const transportName = (name: string): string => NAMES[name] ?? name

/** How many connections there are by each transport. */
export function transportsCard({ t, f }: Context): Part {
  const texts = t.overview
  const list = h('ul', { class: 'meters' })
  const element = h(
    'section',
    { class: 'card' },
    h('header', { class: 'card-head' }, h('h2', null, texts.transports)),
    list,
  )
  return {
    element,
    show({ connections }) {
      const all = Object.entries(connections).sort(([, a], [, b]) => b - a)
      const most = Math.max(1, ...all.map(([, count]) => count))
      if (all.length === 0) fill(list, h('li', { class: 'quiet' }, texts.noConnections))
      else
        fill(
          list,
          ...all.map(([name, count]) => meter(transportName(name), count / most, f.number(count))),
        )
    },
  }
}

function meter(name: string, share: number, count: string): HTMLElement {
  const fillUp = h('span', { class: 'meter-fill' })
  fillUp.style.width = `${Math.max(1, share * 100)}%`
  return h(
    'li',
    { class: 'meter' },
    h('span', { class: 'meter-name' }, name),
    h('span', { class: 'meter-track', 'aria-hidden': 'true' }, fillUp),
    h('b', null, count),
  )
}

/** The nodes of the server. */
export function nodesCard({ t, f }: Context): Part {
  const texts = t.overview
  const lead = h('p', { class: 'card-lead' })
  const nodes = table<NodeFigures>({
    t,
    f,
    caption: texts.nodes,
    key: ({ node }) => node,
    empty: t.table.nothing,
    columns: [
      { title: texts.node, head: true, cell: ({ node }) => h('code', null, node) },
      { title: texts.uptime, cell: ({ uptimeMs }) => f.duration(uptimeMs) },
      { title: texts.memory, numeric: true, cell: ({ memoryBytes }) => f.bytes(memoryBytes) },
      { title: texts.people, numeric: true, cell: ({ people }) => f.number(people) },
      { title: texts.roomsOpen, numeric: true, cell: ({ roomsOpen }) => f.number(roomsOpen) },
      {
        title: texts.waiting,
        numeric: true,
        cell: ({ waiting }) => h('span', { title: texts.waitingHint }, f.number(waiting)),
      },
    ],
  })
  const element = h(
    'section',
    { class: 'card nodes-card' },
    h('header', { class: 'card-head' }, h('div', null, h('h2', null, texts.nodes), lead)),
    nodes.element,
  )
  return {
    element,
    show(stats) {
      setText(lead, texts.nodesLead(f.number(stats.nodes.length), f.number(stats.nodesKnown)))
      nodes.show({ rows: stats.nodes, state: 'all' })
    },
  }
}
