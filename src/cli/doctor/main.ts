/** `tertulia doctor`: looks whether a set-up is as it should be, and says what to do. */

import { doctorOptions } from '../options.ts'
import { json, lines } from './report.ts'
import { EN } from './texts-en.ts'
import { PT_BR } from './texts-pt-br.ts'

/** What hangs all the same doesn't keep us, in ms. */
const LEAVE_MS = 1000

/**
 * Runs it to its end; resolves to the exit code: 1 if something has to be done.
 *
 * @throws ChatError `invalid_options`
 */
export async function doctorCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  out: { print(line: string): void; version: string },
): Promise<number> {
  const options = doctorOptions(args, env)
  // What knows databases takes a while to load, and other commands have no use for it.
  const { examine } = await import('./examine.ts')
  const findings = await examine(options)
  const fails = findings.filter(({ level }) => level === 'fail').length
  if (options.json) out.print(json(out.version, findings))
  else {
    const t = options.lang === 'pt-BR' ? PT_BR : EN
    const coloured =
      process.stdout.isTTY === true && env.TERM !== 'dumb' && (env.NO_COLOR ?? '') === ''
    const width = Math.max(...findings.map(({ check }) => check.length))
    out.print(t.title(out.version))
    for (const finding of findings) {
      for (const line of lines(finding, width, coloured, t)) out.print(line)
    }
    out.print('')
    out.print(t.summary(fails, findings.filter(({ level }) => level === 'warn').length))
  }
  const code = fails > 0 ? 1 : 0
  // A connection to a machine that is gone may keep the process, and nobody waits for it any more.
  setTimeout(() => process.exit(code), LEAVE_MS).unref()
  return code
}
