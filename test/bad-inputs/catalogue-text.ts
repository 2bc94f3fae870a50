/** Bad inputs: what people type. */

import { CLOSE, type ErrorCode } from '../../src/errors.ts'
import type { Row, Sent, TextRow } from './row.ts'

const line = (sends: Sent, error: ErrorCode, more: Partial<TextRow> = {}): Row => ({
  what: `\`${String(sends).slice(0, 40)}\``,
  by: 'text',
  sends,
  error,
  ...more,
})

export const TEXT: readonly Row[] = [
  line('/fly', 'unknown_op', { says: '! There is no command /fly' }),
  line('/', 'unknown_op', { says: '! ' }),
  line(`/${'x'.repeat(2000)}`, 'unknown_op', { what: 'a command of 2,000 letters', says: '! ' }),
  line('/nick', 'bad_request', { says: '! Write: /nick <name>' }),
  line('/nick admin', 'name_reserved'),
  line('/nick Tereza', 'name_taken'),
  line(`/nick ${'x'.repeat(33)}`, 'name_invalid', { what: '`/nick`, 33 letters' }),
  line('/nick a\u202eb', 'name_invalid', { what: '`/nick`, a name that turns the line round' }),
  line('/join', 'bad_request', { says: '! Write: /join <room> [password]' }),
  line('/join ../x', 'room_invalid'),
  line('/join fechada', 'room_password'),
  line('/join fechada errada', 'room_password'),
  line('/join convidados', 'invite_only'),
  line('/join cheia', 'room_full'),
  line('/create geral', 'room_exists'),
  line('/create a b', 'bad_request', { says: '! Write: /create <room>' }),
  line('/msg Ninguem oi', 'person_not_found'),
  line('/msg Tereza', 'bad_request', { says: '! Write: /msg <name> <text>' }),
  line('/history geral x', 'bad_request', { says: '! Write: /history' }),
  line('/lang klingon', 'bad_request', { says: '! Write: /lang <en|pt-BR>' }),
  line('/edit x', 'entry_not_found'),
  line('/delete', 'entry_not_found'),
  line('/kick Tereza', 'forbidden'),
  line('/op Tereza', 'forbidden'),
  line('/topic x', 'forbidden'),
  line('/login', 'bad_request', { says: '! Write: /login <name> <password>' }),
  line('/login Ana errada', 'credentials_wrong'),
  line('/register Ana correct horse battery', 'name_taken'),
  line('/register Zeca 123', 'password_weak'),
  line('x'.repeat(4001), 'text_too_long', { what: 'a line over `messageChars`' }),
  {
    what: '100 lines at once where 40 may come',
    by: 'text',
    sends: Array.from({ length: 100 }, () => '/help'),
    setting: 'narrow',
    error: 'flood',
    close: CLOSE.flood,
  },
]
