/** `tertulia doctor`: looks whether a set-up is as it should be, and says what to do. */

/** Runs it to its end; resolves to the exit code: 1 if something has to be done. */
export async function doctorCommand(
  _args: readonly string[],
  _env: Readonly<Record<string, string | undefined>>,
  _out: { print(line: string): void; version: string },
): Promise<number> {
  throw new Error('not there yet')
}
