/** What a server accepts as files, and how they are called and shown. */

import { ChatError } from '../errors.ts'
import { cleanFileName } from './name.ts'
import { DEFAULT_FILE_TYPES, FILE_TYPES, type FileType, inspectFile, isShown } from './type.ts'

/**
 * The rules by which a server takes files in.
 *
 * @param types what is accepted; default {@link DEFAULT_FILE_TYPES}
 * @throws ChatError `invalid_options`
 */
export function fileRules(types: readonly FileType[] = DEFAULT_FILE_TYPES) {
  const wrong = types.find((type) => !FILE_TYPES.includes(type))
  if (wrong !== undefined) {
    throw new ChatError(
      'invalid_options',
      `fileTypes: ${wrong} is none of ${FILE_TYPES.join(', ')}`,
    )
  }
  return {
    inspect: () => inspectFile(types),
    nameOf: (raw: string, type: string) => cleanFileName(raw, type as FileType),
    isShown,
  }
}
