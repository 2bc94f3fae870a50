// Tables in markdown that read as plain text too, and figures in them.

/** First column and notes to the left, figures to the right. */
export function markdown(lines: readonly (readonly string[])[]): string {
  const [head = []] = lines
  const widths = head.map((_, at) => Math.max(3, ...lines.map((line) => line[at]?.length ?? 0)))
  const left = (at: number): boolean => at === 0 || head[at] === 'note'
  const pad = (text: string, at: number): string =>
    left(at) ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)
  const row = (cells: readonly string[]): string => `| ${cells.map(pad).join(' | ')} |`
  const rule = widths.map((width, at) =>
    left(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [row(head), row(rule), ...lines.slice(1).map(row)].join('\n')
}

export function whole(value: number): string {
  return Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en-US')
}

export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–'
}

export function percent(value: number): string {
  return Number.isNaN(value) ? '–' : `${Math.round(value * 100)} %`
}
