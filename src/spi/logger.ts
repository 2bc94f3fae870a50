/** Contract of a logger. pino, and Fastify's `app.log`, fit as they are. */

/** Writes one structured line: what happened in words, and fields for machines. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
