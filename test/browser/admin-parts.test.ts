/** Parts of the page for admins that need no browser: long lists, and amounts as people write them. */

import { describe, expect, it } from 'vitest'
import { formatFor, readQuantity } from '../../src/web/admin/format.ts'
import { Listing, type ListPage } from '../../src/web/admin/listing.ts'

/** A list of so many numbers, 100 to a page, that notes what is shown of it. */
function numbers(count: number) {
  const shown: string[] = []
  let broken = false
  const list: Listing<number, number> = new Listing<number, number>(
    async (from = 0): Promise<ListPage<number, number>> => {
      if (broken && from > 0) throw new Error('broken')
      const next = Math.min(from + 100, count)
      const rows = Array.from({ length: next - from }, (_, i) => from + i)
      return next < count ? { rows, next } : { rows }
    },
    () => shown.push(`${list.state} ${list.rows.length}`),
  )
  const fail = (on: boolean): void => {
    broken = on
  }
  return { list, shown, fail }
}

describe('a long list', () => {
  it('shows what it has while it reads on, then all', async () => {
    const { list, shown } = numbers(250)
    await list.refresh()
    expect(shown).toEqual(['loading 0', 'loading 100', 'loading 200', 'all 250'])
    expect(list.rows).toEqual(Array.from({ length: 250 }, (_, i) => i))
  })

  it('stops after a thousand, and goes on when it is asked to', async () => {
    const { list } = numbers(2345)
    await list.refresh()
    expect([list.state, list.rows.length]).toEqual(['part', 1000])
    await list.more()
    expect([list.state, list.rows.length]).toEqual(['part', 2000])
    await list.more()
    expect([list.state, list.rows.length]).toEqual(['all', 2345])
    await list.more()
    expect(new Set(list.rows).size).toBe(2345)
  })

  it('keeps what is shown until it has been read anew, as far as before', async () => {
    const { list, shown } = numbers(2345)
    await list.refresh()
    await list.more()
    shown.length = 0
    await list.refresh()
    expect(shown).toEqual(['part 2000'])
  })

  it('keeps what it has when a page fails, and goes on from there', async () => {
    const { list, fail } = numbers(250)
    fail(true)
    await expect(list.refresh()).rejects.toThrow('broken')
    expect([list.state, list.rows.length]).toEqual(['failed', 100])
    fail(false)
    await list.more()
    expect([list.state, list.rows.length]).toEqual(['all', 250])
  })

  it('begins anew where reading anew had failed', async () => {
    const { list, fail } = numbers(250)
    await list.refresh()
    fail(true)
    await expect(list.refresh()).rejects.toThrow('broken')
    expect([list.state, list.rows.length]).toEqual(['failed', 250])
    fail(false)
    await list.more()
    expect([list.state, list.rows.length]).toEqual(['all', 250])
  })

  it('takes nothing from a reading that was given up', async () => {
    const { list, shown } = numbers(250)
    const first = list.refresh()
    const second = list.refresh()
    await Promise.all([first, second])
    expect(list.rows).toHaveLength(250)
    list.stop()
    shown.length = 0
    const third = list.refresh()
    list.stop()
    await third
    expect(shown).not.toContain('all 250')
  })
})

describe('an amount', () => {
  it.each([
    ['500', 'count', 500],
    [' 500 ', 'count', 500],
    ['64 KiB', 'bytes', 65_536],
    ['64kb', 'bytes', 65_536],
    ['1,5 MiB', 'bytes', 1_572_864],
    ['1.5h', 'ms', 5_400_000],
    ['10 min', 'ms', 600_000],
    ['30s', 'ms', 30_000],
    ['1500', 'ms', 1500],
    ['2 d', 'ms', 172_800_000],
  ] as const)('%j of %s is %d', (text, unit, value) => {
    expect(readQuantity(text, unit)).toBe(value)
  })

  it.each([
    ['', 'count'],
    ['0', 'count'],
    ['-1', 'count'],
    ['1.5', 'count'],
    ['5 min', 'count'],
    ['5 min', 'bytes'],
    ['1 KiB', 'ms'],
    ['much', 'bytes'],
    ['99999999999999999999', 'count'],
  ] as const)('%j is none of %s', (text, unit) => {
    expect(readQuantity(text, unit)).toBeNull()
  })

  it('is written as people of each language write it', () => {
    const plain = (text: string): string => text.replace(/\s/g, ' ')
    const en = formatFor('en')
    const pt = formatFor('pt-BR')
    expect(en.number(12_345.67)).toBe('12,345.7')
    expect(pt.number(12_345.67)).toBe('12.345,7')
    expect(en.bytes(1_572_864)).toBe('1.5 MiB')
    expect(plain(en.duration(40))).toBe('40 ms')
    expect(plain(en.duration(1500))).toBe('1.5 sec')
    expect(plain(en.duration(200_000_000))).toBe('2 days 7 hr')
    expect(plain(pt.duration(200_000_000))).toBe('2 dias 7 h')
    expect(plain(pt.quantity(600_000, 'ms'))).toBe('10 min')
  })
})
