#!/usr/bin/env node
/** The command `tertulia`. */

import { readFileSync } from 'node:fs'
import { isChatError } from '../errors.ts'
import { serveAccounts } from './accounts.ts'
import { administer } from './admin.ts'
import { CHAT_HELP } from './chat/arguments.ts'
import { chatCommand } from './chat/main.ts'
import { doctorCommand } from './doctor/main.ts'
import { accountsOptions, adminOptions, helpText, serveOptions } from './options.ts'
import { serve } from './serve.ts'

/** Exit code for a mistake in the command line, as most Unix programs have it. */
const USAGE = 2

/** Signals this close together are one, in ms. */
const AGAIN_MS = 500

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

async function main(args: readonly string[]): Promise<void> {
  const [first = 'serve', ...rest] = args
  if (args.includes('--help') || args.includes('-h') || first === 'help') {
    process.stdout.write(first === 'chat' ? `${CHAT_HELP}\n` : helpText(version()))
    return
  }
  if (first === '--version' || first === '-v') {
    process.stdout.write(`${version()}\n`)
    return
  }
  const out = { print: (line: string) => process.stdout.write(`${line}\n`), version: version() }
  if (first === 'admin') {
    out.print(await administer(adminOptions(rest, process.env), process.env))
  } else if (first === 'accounts') {
    await run(serveAccounts(accountsOptions(rest, process.env), out))
  } else if (first === 'chat') {
    process.exitCode = await chatCommand(rest, process.env)
  } else if (first === 'doctor') {
    process.exitCode = await doctorCommand(rest, process.env, out)
  } else if (first === 'serve' || first.startsWith('-')) {
    await run(serve(serveOptions(first === 'serve' ? rest : args, process.env), out))
  } else {
    process.stderr.write(`tertulia: there is no command "${first}". See tertulia --help\n`)
    process.exitCode = USAGE
  }
}

/** Runs what was started until a signal stops it. */
async function run(starting: Promise<{ close(): Promise<void> }>): Promise<void> {
  let asked = 0
  const stop = (): void => {
    const now = performance.now()
    // Who asks again doesn't want to wait. (npm passes on a Ctrl+C that came here already.)
    if (asked > 0 && now - asked > AGAIN_MS) process.exit(1)
    if (asked > 0) return
    asked = now
    starting
      .then((running) => running.close())
      .then(
        () => process.stdout.write('Closed.\n'),
        (error: unknown) => fail(error),
      )
  }
  // Before anybody is told that it listens: who is told may signal at once.
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  await starting
}

function fail(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  process.stderr.write(`tertulia: ${text}\n`)
  process.exitCode = isChatError(error) && error.code === 'invalid_options' ? USAGE : 1
}

main(process.argv.slice(2)).catch(fail)
