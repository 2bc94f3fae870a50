/** The documents say what the code does. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { helpText } from '../src/cli/options.ts'
import { COMMANDS } from '../src/core/commands.ts'
import { MEASURED, READ } from '../src/core/metrics.ts'
import { CLOSE, ERRORS, mayReconnect } from '../src/errors.ts'
import { LIMITS } from '../src/limits.ts'
import { prometheusName } from '../src/metrics/prometheus.ts'
import type { Push } from '../src/protocol/types.ts'
import type { MetricInfo } from '../src/spi/metrics.ts'
import { type Markdown, parseMarkdown, type Table } from './project/markdown.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const papersIn = (folder: string): string[] =>
  readdirSync(root + folder).flatMap((name) => (name.endsWith('.md') ? folder + name : []))
const names = papersIn('')
const guides = papersIn('docs/')

function read(name: string): string {
  if (!existsSync(root + name)) throw new Error(`${name} is not there yet`)
  return readFileSync(root + name, 'utf8')
}

/** The only table whose header begins with these words, in these documents. */
function tableOf(documents: readonly string[], ...header: readonly string[]): Table {
  const found = documents
    .flatMap((name) => parseMarkdown(read(name)).tables)
    .filter((table) => header.every((word, index) => table.header[index] === word))
  const [table, second] = found
  const where = documents.join(', ')
  if (table === undefined) throw new Error(`no table | ${header.join(' | ')} | in ${where}`)
  if (second !== undefined) throw new Error(`two tables | ${header.join(' | ')} | in ${where}`)
  return table
}

/** Rows by their first cell; none may stand twice. */
function byFirst({ rows }: Table): Map<string, readonly string[]> {
  const map = new Map(rows.map((row) => [row[0] ?? '', row]))
  expect(
    rows.map(([first]) => first),
    'rows that stand twice',
  ).toHaveLength(map.size)
  return map
}

/** Every push there is: the compiler sees to it. */
const PUSHES: Readonly<Record<Push['ev'], true>> = {
  message: true,
  notice: true,
  edit: true,
  delete: true,
  react: true,
  unreact: true,
  kick: true,
  ban: true,
  unban: true,
  mute: true,
  unmute: true,
  role: true,
  invite: true,
  settings: true,
  removed: true,
  read: true,
  joined: true,
  left: true,
  renamed: true,
  count: true,
  typing: true,
  opened: true,
  reset: true,
  gap: true,
  closed: true,
  close: true,
}

const yes = (flag: boolean): string => (flag ? 'yes' : 'no')

type MetricType = Parameters<typeof prometheusName>[1]

/** What stands under one heading of the second level. */
function section({ headings }: Markdown, title: string): string[] {
  const begin = headings.findIndex(({ level, text }) => level === 2 && text === title)
  if (begin < 0) throw new Error(`no heading ## ${title}`)
  const rest = headings.slice(begin + 1)
  const end = rest.findIndex(({ level }) => level <= 2)
  return (end < 0 ? rest : rest.slice(0, end)).map(({ text }) => text)
}

describe('PROTOCOL.md', () => {
  it('has every error code, with what it means to a client', () => {
    const rows = byFirst(tableOf(['PROTOCOL.md'], 'code', 'HTTP', 'close', 'retry', 'meaning'))
    const told = Object.fromEntries([...rows].map(([code, row]) => [code, row.slice(1, 4)]))
    const meant = Object.entries(ERRORS).map(([code, { http, close, retryable }]) => [
      code,
      [String(http), close === null ? '–' : String(close), yes(retryable)],
    ])
    expect(told).toEqual(Object.fromEntries(meant))
  })

  it('says what every error means, in the words of the code', () => {
    const rows = byFirst(tableOf(['PROTOCOL.md'], 'code', 'HTTP', 'close', 'retry', 'meaning'))
    const told = Object.fromEntries([...rows].map(([code, row]) => [code, row[4]]))
    const meant = Object.entries(ERRORS).map(([code, { text }]) => [code, text])
    expect(told).toEqual(Object.fromEntries(meant))
  })

  it('has every close code, and whether to come back', () => {
    const rows = byFirst(tableOf(['PROTOCOL.md'], 'code', 'name', 'come back?'))
    const told = Object.fromEntries([...rows].map(([code, row]) => [code, row.slice(1, 3)]))
    const meant = Object.entries(CLOSE).map(([name, code]) => [
      String(code),
      [name, yes(mayReconnect(code))],
    ])
    expect(told).toEqual(Object.fromEntries(meant))
  })

  it('has a heading for every operation, and for nothing else among them', () => {
    const paper = parseMarkdown(read('PROTOCOL.md'))
    const told = [...section(paper, 'Operations'), ...section(paper, 'Administration')]
    expect(told.toSorted()).toEqual(
      Object.keys(COMMANDS)
        .map((op) => `\`${op}\``)
        .toSorted(),
    )
  })

  it('has every push', () => {
    const { tables } = parseMarkdown(read('PROTOCOL.md'))
    const told = tables
      .filter(({ header }) => header[0] === 'ev')
      .flatMap(({ rows }) => rows.map(([ev]) => ev))
    expect(told.toSorted()).toEqual(Object.keys(PUSHES).toSorted())
  })
})

describe('the documents', () => {
  it('have every limit, with its default and unit', () => {
    const rows = byFirst(tableOf(['docs/limits.md'], 'limit', 'default', 'unit'))
    const told = Object.fromEntries([...rows].map(([limit, row]) => [limit, amount(row)]))
    expect(told).toEqual({ ...LIMITS })
  })

  it('have every metric, as it is', () => {
    const { rows } = tableOf(['docs/metrics.md'], 'metric', 'type', 'label', 'what')
    const metrics: readonly (MetricInfo & { type: MetricType; label?: string })[] = [
      ...READ,
      ...Object.values(MEASURED),
    ]
    expect(rows).toEqual(
      metrics.map((one) => [prometheusName(one, one.type), one.type, one.label ?? '', one.help]),
    )
  })

  it('give each limit a unit that fits its name', () => {
    const rows = byFirst(tableOf(['docs/limits.md'], 'limit', 'default', 'unit'))
    for (const [limit, [, , unit = '']] of rows) {
      expect(unit, `unit of ${limit}`).toMatch(unitOf(limit))
    }
  })

  it('have every flag of the command line, with its variable and default', () => {
    const help = helpText('')
    const flags = [...help.matchAll(/--([\w-]+) [A-Z]+ .*\n\s+default (\S*); or (TERTULIA_\w+)/g)]
    expect(flags.length).toBe(help.match(/default .*; or TERTULIA_/g)?.length)
    const rows = byFirst(tableOf(['docs/command-line.md'], 'flag', 'variable', 'default'))
    const told = [...rows.values()].map((row) => row.slice(0, 3))
    expect(told).toEqual(flags.map(([, flag, value, variable]) => [`--${flag}`, variable, value]))
  })

  it.each([...names, ...guides])('link in %s only to what is there', (name) => {
    const text = read(name).replaceAll(/^(```+).*?^\1$/gms, '')
    for (const [, path = '', anchor] of text.matchAll(/\]\(([^)#\s:]*)(?:#([^)\s]*))?\)/g)) {
      const target = path === '' ? name : join(dirname(name), path)
      expect(existsSync(root + target), `${target} is there`).toBe(true)
      if (anchor === undefined || !target.endsWith('.md')) continue
      const anchors = parseMarkdown(read(target)).headings.map(({ text }) => anchorOf(text))
      expect(anchors, `headings of ${target}`).toContain(anchor)
    }
  })
})

/** How a platform that shows Markdown names a heading in an address. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

const SCALES: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, s: 1000, min: 60_000 }

/** `65,536 | bytes` and `64 | KiB` are the same. */
function amount([, value = '', unit = '']: readonly string[]): number {
  return Number(value.replaceAll(/[,_\s]/g, '')) * (SCALES[unit] ?? 1)
}

function unitOf(limit: string): RegExp {
  if (limit.endsWith('Bytes')) return /^(bytes|KiB|MiB)$/
  if (limit.endsWith('Ms')) return /^(ms|s|min)$/
  if (limit.endsWith('PerSecond')) return /^per second$/
  if (limit.endsWith('PerHour')) return /^per hour$/
  if (limit.endsWith('Chars')) return /^(code points|UTF-16 units)$/
  return /^count$/
}
