/** Texts that all pages share: dialogs, signing in, errors. */

import { texts } from './texts.ts'
import { UI_EN } from './texts-en.ts'
import { UI_PT_BR } from './texts-pt-br.ts'

/** The shared texts, in the language spoken at the moment. */
export const uiTexts = texts({ en: UI_EN, 'pt-BR': UI_PT_BR })
