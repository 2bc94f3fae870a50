/** The version of a database's schema. Apart from `migrations.ts`, which needs kysely. */

import { ChatError } from '../../errors.ts'

/** What is needed to bring a database up to date; its version is the number of steps it has taken. */
export interface MigrationPlan {
  /** Name of the table with one row and one column, `version`. */
  readonly table: string
  /** Makes that table and its row, with version 0. */
  readonly begin: readonly string[]
  /** Statements of each version, the first one's first. */
  readonly versions: readonly (readonly string[])[]
}

/**
 * The statements that are still to be run, the new version included; none: it is up to date.
 * A database that a newer release has changed is refused with `invalid_options`.
 *
 * @param version the database's, null where the table is not there yet
 * @param setVersion the statement that notes a version
 */
export function missingSteps(
  plan: MigrationPlan,
  version: number | null,
  where: string,
  setVersion: (version: number) => string,
): readonly string[] {
  const known = plan.versions.length
  const taken = version ?? 0
  if (taken > known) {
    throw new ChatError(
      'invalid_options',
      `${where} was set up by a newer release of tertulia (its schema has version ${taken}, this ` +
        `release knows up to ${known}): install that release or a later one, or use another database`,
    )
  }
  if (taken === known) return []
  return [
    ...(version === null ? plan.begin : []),
    ...plan.versions.slice(taken).flat(),
    setVersion(known),
  ]
}
