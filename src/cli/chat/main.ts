/** `tertulia chat`: a chat client in the terminal. */

/** Runs it to its end; resolves to the exit code. */
export async function chatCommand(
  _args: readonly string[],
  _env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  throw new Error('not there yet')
}
