/** A terminal's screen, as far as a chat uses one: what is on it, and where the cursor is. */

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|(?!\p{Regional_Indicator})\p{Emoji_Presentation}/u
const nothing = /[\p{Mn}\p{Me}\p{Cf}]/u

const cellsOf = (char: string): number => (nothing.test(char) ? 0 : wide.test(char) ? 2 : 1)

/** What can't be read as text or as one of the sequences below is an error: a chat must not send it. */
const PART =
  /\u001b\[(?<params>[?0-9;]*)(?<final>[A-Za-z])|(?<control>[\r\n\u0007\b])|(?<bad>[\u0000-\u001f\u007f-\u009f])|(?<text>[^\u0000-\u001f\u007f-\u009f]+)/gu

/** A screen of so many columns and rows. */
export class Screen {
  columns: number
  rows: number
  /** Rows that have gone off the top, oldest first. */
  readonly gone: string[] = []
  /** How often it rang. */
  bells = 0
  /** Everything that was sent. */
  raw = ''
  row = 0
  column = 0
  /** The last column was written: the next character begins a new row. */
  private full = false
  private cells: string[][] = [[]]
  private rest = ''

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  /** What is on the screen: rows without trailing spaces. */
  get lines(): string[] {
    return this.cells.map((row) => row.join('').trimEnd())
  }

  /** What is on the screen and what has gone off its top. */
  get all(): string[] {
    return [...this.gone, ...this.lines]
  }

  get text(): string {
    return this.all.join('\n')
  }

  /** The row of the cursor, up to the cursor, and behind it. */
  get atCursor(): readonly [string, string] {
    const row = this.cells[this.row] ?? []
    return [row.slice(0, this.column).join(''), row.slice(this.column).join('').trimEnd()]
  }

  write(chunk: string): void {
    this.raw += chunk
    const data = this.rest + chunk
    // A sequence may come in two parts.
    const cut = /\u001b(\[[?0-9;]*)?$/.exec(data)
    this.rest = cut === null ? '' : data.slice(cut.index)
    for (const { groups = {} } of (cut === null ? data : data.slice(0, cut.index)).matchAll(PART)) {
      const { params = '', final, control, bad, text } = groups
      if (bad !== undefined) throw new Error(`sent to the terminal: ${JSON.stringify(bad)}`)
      if (final !== undefined) this.obey(params, final)
      else if (control !== undefined) this.control(control)
      else for (const char of text ?? '') this.put(char)
    }
  }

  /** As most terminals do it: rows that don't fit any more are broken in two. */
  resize(columns: number, rows: number): void {
    const next: string[][] = []
    let { row, column } = this
    for (const [i, cells] of this.cells.entries()) {
      if (i === this.row) {
        row = next.length + Math.floor(column / columns)
        column %= columns
      }
      const used = cells.join('').trimEnd() === '' ? 0 : cells.length
      for (let at = 0; at < Math.max(1, used); at += columns)
        next.push(cells.slice(at, at + columns))
    }
    this.columns = columns
    this.rows = rows
    this.cells = next
    this.row = row
    this.column = column
    this.full = false
    this.scroll()
  }

  private control(char: string): void {
    if (char === '\u0007') this.bells += 1
    else if (char === '\r') {
      this.column = 0
      this.full = false
    } else if (char === '\b') this.column = Math.max(0, this.column - 1)
    else this.down()
  }

  private down(): void {
    this.row += 1
    this.full = false
    this.scroll()
  }

  private scroll(): void {
    while (this.cells.length <= this.row) this.cells.push([])
    while (this.cells.length > this.rows) {
      this.gone.push((this.cells.shift() ?? []).join('').trimEnd())
      this.row = Math.max(0, this.row - 1)
    }
  }

  private put(char: string): void {
    const size = cellsOf(char)
    if (size === 0) {
      const row = this.cells[this.row] ?? []
      const at = this.full ? this.column : this.column - 1
      if (at >= 0) row[at] = (row[at] ?? '') + char
      return
    }
    if (this.full || this.column + size > this.columns) {
      this.column = 0
      this.down()
    }
    const row = this.cells[this.row] as string[]
    while (row.length < this.column) row.push(' ')
    row[this.column] = char
    if (size === 2) row[this.column + 1] = ''
    this.full = this.column + size >= this.columns
    this.column = this.full ? this.columns - 1 : this.column + size
  }

  private obey(params: string, final: string): void {
    const count = Number(params.split(';')[0] || 1)
    switch (final) {
      case 'A':
        this.row = Math.max(0, this.row - count)
        break
      case 'B':
        this.row = Math.min(this.rows - 1, this.row + count)
        break
      case 'C':
        this.column = Math.min(this.columns - 1, this.column + count)
        break
      case 'D':
        this.column = Math.max(0, this.column - count)
        break
      case 'G':
        this.column = Math.min(this.columns, count) - 1
        break
      case 'H':
        this.row = 0
        this.column = 0
        break
      case 'J':
        if (params === '2') this.cells = this.cells.map(() => [])
        else {
          this.cells.length = this.row + 1
          this.cells[this.row] = (this.cells[this.row] ?? []).slice(0, this.column)
        }
        break
      case 'K':
        this.cells[this.row] = (this.cells[this.row] ?? []).slice(0, this.column)
        break
      case 'm':
      case 'h':
      case 'l':
        return
      default:
        throw new Error(`sent to the terminal: CSI ${params}${final}`)
    }
    this.full = false
    while (this.cells.length <= this.row) this.cells.push([])
  }
}
