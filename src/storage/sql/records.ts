/** What is kept about people, on an SQL database, whichever. */

import type { Records } from '../../spi/records.ts'
import { sqlAccounts, sqlTokens } from './records-accounts.ts'
import { sqlAudit } from './records-audit.ts'
import { sqlFiles } from './records-files.ts'
import { sqlMembers } from './records-members.ts'
import type { RecordParts } from './records-parts.ts'
import { sqlPeople } from './records-people.ts'

/** The records. Every call is one statement, or several of which each may be the last. */
export const sqlRecords = (parts: RecordParts): Records => ({
  members: sqlMembers(parts),
  accounts: sqlAccounts(parts),
  tokens: sqlTokens(parts),
  audit: sqlAudit(parts),
  files: sqlFiles(parts),
  people: sqlPeople(parts),
})
