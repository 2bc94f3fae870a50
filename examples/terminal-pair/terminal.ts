/** Speaks the text protocol over framed TCP. Nothing but Node: copy it to wherever you like. */

import { connect } from 'node:net'
import { stdin, stdout } from 'node:process'
import { clearLine, createInterface, cursorTo, moveCursor } from 'node:readline'

const [port = '12345', host = '127.0.0.1'] = process.argv.slice(2)
const socket = connect(Number(port), host)
const isTerminal = stdin.isTTY && stdout.isTTY
const keyboard = createInterface({ input: stdin, output: stdout, terminal: isTerminal })

/** A frame: 4 bytes of length, big-endian, then the text in UTF-8. */
function send(text: string): void {
  const payload = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(payload.length)
  socket.write(Buffer.concat([length, payload]))
}

// TCP cuts and joins as it likes: what has come is kept until a frame is whole.
let rest = Buffer.alloc(0)
socket.on('data', (chunk) => {
  rest = Buffer.concat([rest, chunk])
  while (rest.length >= 4) {
    const end = 4 + rest.readUInt32BE(0)
    if (rest.length < end) break
    show(rest.toString('utf8', 4, end))
    rest = rest.subarray(end)
  }
})

/** Prints above the line that is being typed. */
function show(text: string): void {
  if (!isTerminal) return console.log(text)
  cursorTo(stdout, 0)
  clearLine(stdout, 0)
  console.log(text)
  keyboard.prompt(true)
}

keyboard.on('line', (line) => {
  if (isTerminal) {
    // The server tells everybody what was said, us too: once is enough.
    moveCursor(stdout, 0, -1)
    clearLine(stdout, 0)
  }
  if (line.trim() !== '') send(line.trim() === 'sair' ? '/quit' : line)
  if (isTerminal) keyboard.prompt()
})
// No more to say: the answers still come, then the server closes.
keyboard.on('close', () => socket.end())

socket.on('error', (error) => console.error(`No chat at ${host}:${port}: ${error.message}`))
socket.on('close', (failed) => {
  if (isTerminal) {
    cursorTo(stdout, 0)
    clearLine(stdout, 0)
  }
  keyboard.close()
  process.exitCode = failed ? 1 : 0
})
