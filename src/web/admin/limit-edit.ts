/** Changing one limit. */

import type { AdminLimit } from '../../protocol/admin-types.ts'
import { h, setText } from '../ui/dom.ts'
import { field } from '../ui/field.ts'
import { toast } from '../ui/toast.ts'
import type { Context } from './context.ts'
import { codeOf, failureText } from './failure.ts'
import { formDialog } from './form-dialog.ts'
import { readQuantity } from './format.ts'
import { unitOf } from './limit-groups.ts'
import { limitTexts } from './texts.ts'

/** Asks for another value and sets it. Resolves to all limits as they are then; null: nothing was done. */
export async function editLimit(
  { chat, t, f }: Context,
  { name, value, initial }: AdminLimit,
): Promise<readonly AdminLimit[] | null> {
  const texts = t.limits
  const unit = unitOf(name)
  let all: readonly AdminLimit[] | undefined
  const input = field({ label: texts.value, value: String(value), autofocus: true })
  const meant = h('p', { class: 'quiet meant', role: 'status' })
  const say = (): void => {
    const read = readQuantity(input.value(), unit)
    setText(meant, read === null ? '' : `= ${f.quantity(read, unit)}`)
  }
  input.input.addEventListener('input', say)
  say()
  await formDialog({
    t,
    title: texts.edit(name),
    text: limitTexts()[name] ?? '',
    action: t.common.save,
    body: [
      h('div', null, input.element, meant),
      h('p', { class: 'quiet' }, `${texts.initial}: ${f.quantity(initial, unit)}`),
    ],
    run: async () => {
      const wanted = readQuantity(input.value(), unit)
      if (wanted === null) {
        input.fail(texts.need[unit])
        return false
      }
      if (wanted === value) {
        input.fail(texts.same)
        return false
      }
      try {
        const { limits } = await chat.request('admin_limits', { set: { [name]: wanted } })
        all = limits
      } catch (error) {
        // Only the server knows from where to where each may be.
        if (codeOf(error) !== 'bad_request') throw error
        input.fail(failureText(error))
        return false
      }
      toast(texts.saved(name, f.quantity(wanted, unit)))
      return true
    },
  })
  return all ?? null
}
