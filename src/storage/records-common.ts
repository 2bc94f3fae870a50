/** What the records of every storage have in common. */

/** Unread messages and mentions are counted up to this. */
export const COUNTED = 100

/** Who has read nothing for long: only so many of the newest entries are looked at to count. */
export const LOOKED_AT = 2000

/** Entries that one step of a walk through all logs looks at. */
export const WALKED = 5000
