/** The catalogue as `README.md` has it. */

import { CLOSE } from '../../src/errors.ts'
import type { Chapter, Row } from './row.ts'

const BY = {
  json: 'TCP, WebSocket',
  tcp: 'TCP',
  websocket: 'WebSocket',
  http: 'HTTP',
  text: 'text',
}

const SETTINGS = {
  usual: '',
  strict: 'no guests',
  hasty: 'short times',
  narrow: 'low limits',
  crowded: 'no connection free',
  readonly: 'SQLite, read-only',
}
const TROUBLES = {
  failing: 'storage fails',
  locked: 'SQLite, locked',
  full: 'SQLite, full',
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

function where({ setting = 'usual', trouble }: Row): string {
  return trouble === undefined ? SETTINGS[setting] : TROUBLES[trouble]
}

function ending(row: Row): string {
  if (row.by === 'http')
    return row.closed === 'maybe' ? 'as `Connection` says' : row.closed === true ? 'closed' : 'kept'
  const { close } = row
  if (close === undefined) return 'kept'
  const [name] = Object.entries(CLOSE).find(([, code]) => code === close) ?? []
  const frame = row.by === 'websocket' && row.frame !== undefined ? row.frame : close
  return `closed: ${frame}${name === undefined || frame !== close ? '' : ` ${name}`}`
}

function line(row: Row): string {
  const status = row.by === 'http' ? `${row.status}` : ''
  const error = row.error === null ? '' : `\`${row.error}\``
  const cells = [cell(row.what), BY[row.by], where(row), status, error, ending(row)]
  return `| ${cells.join(' | ')} |`
}

/** The whole of `README.md`. */
export function readme(catalogue: readonly Chapter[]): string {
  const count = catalogue.reduce((sum, { rows }) => sum + rows.length, 0)
  const chapters = catalogue.map(
    ({ title, rows }) => `## ${title[0]?.toUpperCase()}${title.slice(1)}

| what is sent | over | server | status | error | connection |
|---|---|---|---|---|---|
${rows.map(line).join('\n')}
`,
  )
  return `# Bad inputs

${count} of them. \`bad-inputs.test.ts\` puts each to a real server, through a real socket and byte by byte, with
its data in memory and in SQLite. Each time it looks at:

- the error: code, HTTP status, and what the text protocol says;
- the connection: kept, and good for the next request, or closed with the code of the table;
- two others on the server: one on another transport speaks right afterwards, and both hear it in order;
- the storage: rooms, heads, accounts, files and the number of rows of every table are what they were;
- all bytes that came: no stack, no SQL, no path of a file;
- the process: nothing thrown that nobody caught, no line of the log that says that something broke
  (but where the storage is in trouble).

The test compares this file; \`npx vitest run test/bad-inputs -u\` writes it anew.

${chapters.join('\n')}`
}
