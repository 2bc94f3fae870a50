/** `tertulia chat`: a chat client in the terminal. */

import { connect, login, register } from '../../client-node.ts'
import type { Lang } from '../../i18n/languages.ts'
import { chatArguments } from './arguments.ts'
import { handleLine } from './commands.ts'
import type { Pass } from './desk.ts'
import { pipe } from './pipe.ts'
import { Talk } from './talk.ts'
import { tokenFile } from './token-file.ts'

/** Bits of colour of a terminal without colours. */
const NO_COLORS = 1

/** Runs it to its end; resolves to the exit code: 0 left, 1 an error (which was told). */
export async function chatCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const told = chatArguments(args, env)
  const { stdin, stdout, stderr } = process
  const { url } = told
  const dial = (pass: Pass, lang: Lang) =>
    connect(url, {
      lang,
      token: () => pass.token,
      ...(pass.name === undefined ? {} : { name: pass.name }),
    })
  const atTerminal = stdin.isTTY && stdout.isTTY && env.TERM !== 'dumb' && !told.listen
  if (!atTerminal) {
    return pipe({
      args: told,
      input: stdin,
      output: stdout,
      errors: stderr,
      connect: (pass) => dial(pass, told.lang),
      onStop(stop) {
        process.on('SIGINT', stop)
        process.on('SIGTERM', stop)
        return () => {
          process.off('SIGINT', stop)
          process.off('SIGTERM', stop)
        }
      },
    })
  }
  const talk = new Talk({
    args: told,
    input: stdin,
    output: stdout,
    depth: told.colors ? stdout.getColorDepth(env) : NO_COLORS,
    tokens: tokenFile(env),
    handle: handleLine,
    connect: dial,
    login: (name, password) => login(url, { name, password }),
    register: (name, password) => register(url, { name, password }),
  })
  return talk.run()
}
