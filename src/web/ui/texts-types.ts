/** The shape of the texts that all pages share. */

import type { ErrorCode } from '../../errors.ts'

/** One language's. */
export interface UiTexts {
  readonly close: string
  readonly cancel: string
  readonly theme: string
  readonly themes: { readonly auto: string; readonly light: string; readonly dark: string }
  readonly language: string
  readonly signOut: string
  readonly signIn: {
    readonly login: string
    readonly register: string
    readonly guest: string
    readonly how: string
    readonly name: string
    readonly password: string
    readonly again: string
    readonly nameHint: string
    readonly passwordHint: string
    readonly guestHint: string
    readonly showPassword: string
    readonly hidePassword: string
    readonly doLogin: string
    readonly doRegister: string
    readonly doGuest: string
    readonly nameMissing: string
    readonly passwordMissing: string
    readonly passwordShort: string
    readonly passwordsDiffer: string
  }
  /** What an error means; for codes that aren't here, the server's own text is shown. */
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>
  readonly offline: string
  readonly waitSeconds: (seconds: number) => string
}
