/** Sizes of files as people read them. */

import { expect, it } from 'vitest'
import { sizeText } from '../../src/i18n/sizes.ts'

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KB'],
  [1536, '1,5 KB'],
  [20_480, '20 KB'],
  [1_048_575, '1 MB'],
  [2_202_010, '2,1 MB'],
  [16_777_216, '16 MB'],
  [10 * 1024 ** 3, '10 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(sizeText(bytes, ',')).toBe(text)
  expect(sizeText(bytes, '.')).toBe(text.replace(',', '.'))
})
