/** What the page says, in the language spoken at the moment. */

import { texts } from '../ui/texts.ts'
import { LIMITS_EN } from './limit-texts-en.ts'
import { LIMITS_PT_BR } from './limit-texts-pt-br.ts'
import { EN } from './texts-en.ts'
import { PT_BR } from './texts-pt-br.ts'

export type { Texts } from './texts-en.ts'

/** The texts of this page. */
export const adminTexts = texts({ en: EN, 'pt-BR': PT_BR })

/** What each limit is about, by its name. */
export const limitTexts = texts<Readonly<Record<string, string>>>({
  en: LIMITS_EN,
  'pt-BR': LIMITS_PT_BR,
})
