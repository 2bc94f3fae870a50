/**
 * Accounts: here, or elsewhere: `tertulia/accounts`.
 *
 * @module tertulia/accounts
 */

export {
  type StorageAccounts,
  type StorageAccountsOptions,
  storageAccounts,
} from './auth/accounts.ts'
export type { Argon2Cost } from './auth/argon2.ts'
export type { HashOptions } from './auth/passwords.ts'
export { type RemoteAccountsOptions, remoteAccounts } from './auth/remote.ts'
export type { ScryptCost } from './auth/scrypt.ts'
export {
  type AccountHandler,
  type AccountServiceOptions,
  accountService,
  createAccountServer,
} from './auth/service.ts'
export type { AccountInfo } from './protocol/types.ts'
export type {
  AccountKeeper,
  Accounts,
  Authenticate,
  Credentials,
  Identity,
  Validated,
} from './spi/auth.ts'
