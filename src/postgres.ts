/**
 * The adapters for Postgres: `tertulia/postgres`.
 *
 * @module tertulia/postgres
 */

export {
  type ListenClient,
  type ListenPool,
  type PostgresBrokerOptions,
  postgresBroker,
} from './brokers/postgres.ts'
export {
  type PgClient,
  type PgPool,
  type PgQuery,
  type PostgresStorageOptions,
  postgresStorage,
  type Retention,
} from './storage/postgres.ts'
