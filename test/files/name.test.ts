/** Names of files do no harm. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanFileName } from '../../src/files/name.ts'
import { EXTENSIONS, FILE_TYPES, type FileType } from '../../src/files/type.ts'

const png = (raw: string) => cleanFileName(raw, 'image/png')

describe('the name of a file', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['férias.png', 'férias.png'],
    ['Foto 1.PNG', 'Foto 1.png'],
    ['聊天室.png', '聊天室.png'],
    ['👍.png', '👍.png'],
    ['../../etc/passwd', 'passwd.png'],
    ['..\\..\\boot.ini', 'boot.ini.png'],
    ['C:\\fakepath\\foto.png', 'foto.png'],
    ['/', 'file.png'],
    ['..', 'file.png'],
    ['', 'file.png'],
    ['   ', 'file.png'],
    ['.png', 'png.png'],
    ['.htaccess', 'htaccess.png'],
    ['foto.png.', 'foto.png'],
    ['foto', 'foto.png'],
    ['foto.jpg', 'foto.png'],
    ['foto.jpeg.pdf', 'foto.jpeg.png'],
    ['index.html', 'index.html.png'],
    ['x.svg', 'x.svg.png'],
    ['a\r\nSet-Cookie: x=1.png', 'a Set-Cookie_ x=1.png'],
    ['a\0b\x1b[31m.png', 'ab[31m.png'],
    ['gnp\u202Egnp.exe', 'gnpgnp.exe.png'],
    ['a\u200Bb\uFEFF.png', 'ab.png'],
    ['a\uD800.png', 'a.png'],
    ['a<b>"c|d?e*f:g.png', 'a_b__c_d_e_f_g.png'],
    ['a／b∕c.png', 'a_b_c.png'],
    ['CON', '_CON.png'],
    ['con.png', '_con.png'],
    ['nul.tar.png', '_nul.tar.png'],
    ['com1', '_com1.png'],
    ['COM¹.png', '_COM¹.png'],
    ['console.png', 'console.png'],
    ['-rf.png', '_rf.png'],
    ['--.png', '_.png'],
    ['fe\u0301rias.png', 'férias.png'],
    ['a   b\u00a0c.png', 'a b c.png'],
  ]
  it.each(cases)('%j is %j', (raw, name) => expect(png(raw)).toBe(name))

  it('is short, whatever it is made of, and keeps its extension', () => {
    for (const sign of ['a', 'ç', '聊', '👍']) {
      const name = png(`${sign.repeat(400)}.png`)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120)
      expect(Buffer.byteLength(name)).toBeGreaterThan(110)
      expect(name).toMatch(/^(.)\1*\.png$/u)
    }
    expect(png('x'.repeat(1_000_000))).toMatch(/^x{10,}\.png$/)
  })

  it('keeps extensions that fit', () => {
    expect(cleanFileName('a.jpeg', 'image/jpeg')).toBe('a.jpeg')
    expect(cleanFileName('notes.md', 'text/plain')).toBe('notes.md')
    expect(cleanFileName('script.js', 'text/plain')).toBe('script.js.txt')
    expect(cleanFileName('a.PDF', 'application/pdf')).toBe('a.pdf')
  })

  it('of any text is harmless, and stays as it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom(...'./\\ .conCON-_é\u0301:*?"<>|\u202e\0\ud83d'),
        maxLength: 40,
      }),
    )
    fc.assert(
      fc.property(text, fc.constantFrom<FileType>(...FILE_TYPES), (raw, type) => {
        const name = cleanFileName(raw, type)
        expect(cleanFileName(name, type)).toBe(name)
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120)
        expect(name).toMatch(/^[^\s.-].*\.[a-z]+$/u)
        expect(name).not.toMatch(/[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]/u)
        expect(EXTENSIONS[type]).toContain(name.slice(name.lastIndexOf('.') + 1))
        expect(name).not.toMatch(/^(con|nul|prn|aux|com\d|lpt\d)\s*\./i)
      }),
      { numRuns: 2000 },
    )
  })
})
