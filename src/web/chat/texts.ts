/** The texts of the chat page. */

import { texts } from '../ui/texts.ts'
import { CHAT_EN } from './texts-en.ts'
import { CHAT_PT_BR } from './texts-pt-br.ts'

/** In the language spoken at the moment. */
export const t = texts({ en: CHAT_EN, 'pt-BR': CHAT_PT_BR })
