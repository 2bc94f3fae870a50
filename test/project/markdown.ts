/** Reads the parts of a Markdown document that the code must agree with. */

/** A fenced block of code. */
export interface CodeBlock {
  /** The words after the fence: the language first. */
  readonly info: readonly string[]
  readonly code: string
  /** Line of the document where the code begins. */
  readonly line: number
}

/** A table; cells without backticks and escapes. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly line: number
}

/** A heading. */
export interface Heading {
  readonly level: number
  readonly text: string
  readonly line: number
}

/** A document, taken apart. */
export interface Markdown {
  readonly blocks: readonly CodeBlock[]
  readonly tables: readonly Table[]
  readonly headings: readonly Heading[]
}

/** Takes a document apart. Of CommonMark, what the documents of this project use. */
export function parseMarkdown(text: string): Markdown {
  const lines = text.split('\n')
  const blocks: CodeBlock[] = []
  const tables: Table[] = []
  const headings: Heading[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const fence = /^(`{3,}|~{3,})\s*(.*)$/.exec(line)
    if (fence !== null) {
      const begin = at + 1
      do at++
      while (at < lines.length && lines[at]?.trimEnd() !== fence[1])
      const info = (fence[2] ?? '').split(/\s+/).filter((word) => word !== '')
      blocks.push({ info, code: `${lines.slice(begin, at).join('\n')}\n`, line: begin + 1 })
      continue
    }
    const heading = /^(#{1,6})\s+(.*?)\s*$/.exec(line)
    if (heading !== null) {
      headings.push({
        level: heading[1]?.length ?? 0,
        text: heading[2] ?? '',
        line: at + 1,
      })
    }
    if (line.startsWith('|') && /^\|[\s:|-]+\|\s*$/.test(lines[at + 1] ?? '')) {
      const begin = at
      const rows: string[][] = []
      for (at += 2; lines[at]?.startsWith('|'); at++) rows.push(cells(lines[at] ?? ''))
      at--
      tables.push({ header: cells(line), rows, line: begin + 1 })
    }
  }
  return { blocks, tables, headings }
}

function cells(line: string): string[] {
  return line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('`', '').replaceAll('\\|', '|'))
}
