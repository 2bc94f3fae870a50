/** Hashes of passwords, and which passwords may be. */

import { scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isArgon2Hash, loadArgon2 } from '../../src/auth/argon2.ts'
import { createPasswords, type HashOptions, preparedPassword } from '../../src/auth/passwords.ts'
import { isScryptHash, scryptHash, scryptVerify } from '../../src/auth/scrypt.ts'
import { LIMITS } from '../../src/limits.ts'
import { CHEAP, codeOf, PASSWORD } from './world.ts'

const made = (options: HashOptions = {}, limits: Partial<typeof LIMITS> = {}) =>
  createPasswords({ ...LIMITS, ...limits }, { scrypt: CHEAP, ...options })

const argon2 = await import('@node-rs/argon2').then(
  () => true,
  () => false,
)

const b64 = (size: number) => Buffer.alloc(size, 7).toString('base64').replaceAll('=', '')

describe('scrypt', () => {
  it('costs what OWASP recommends unless told otherwise, and is a PHC string', async () => {
    const passwords = createPasswords(LIMITS)
    const hash = await passwords.hash(PASSWORD, 'x')
    expect(hash).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await passwords.verify(PASSWORD, hash, 'x')).toBe(true)
    expect(await passwords.verify(`${PASSWORD}!`, hash, 'x')).toBe(false)
    const [, , , salt = '', key = ''] = hash.split('$')
    const options = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
    const expected = scryptSync(PASSWORD, Buffer.from(salt, 'base64'), 32, options)
    expect(Buffer.from(key, 'base64').equals(expected)).toBe(true)
  })

  it('gives the same password another hash each time', async () => {
    expect(await scryptHash('a', CHEAP)).not.toBe(await scryptHash('a', CHEAP))
  })

  it('knows the vector of RFC 7914', async () => {
    // Section 12: P = "password", S = "NaCl", N = 1024, r = 8, p = 16, 64 bytes.
    const key = Buffer.from(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162' +
        '2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
      'hex',
    )
    const bare = (data: Buffer) => data.toString('base64').replaceAll('=', '')
    const hash = `$scrypt$ln=10,r=8,p=16$${bare(Buffer.from('NaCl'))}$${bare(key)}`
    expect(await scryptVerify('password', hash)).toBe(true)
    expect(await scryptVerify('Password', hash)).toBe(false)
  })

  it.each([
    ['more memory', `$scrypt$ln=20,r=8,p=1$${b64(16)}$${b64(32)}`],
    ['much more memory', `$scrypt$ln=40,r=8,p=1$${b64(16)}$${b64(32)}`],
    ['blocks too large', `$scrypt$ln=10,r=999,p=99$${b64(16)}$${b64(32)}`],
    ['more time', `$scrypt$ln=17,r=8,p=99$${b64(16)}$${b64(32)}`],
    ['nothing', `$scrypt$ln=0,r=8,p=1$${b64(16)}$${b64(32)}`],
    ['what scrypt has not', `$scrypt$ln=17,r=1,p=1$${b64(16)}$${b64(32)}`],
    ['a key of nothing', `$scrypt$ln=4,r=8,p=1$${b64(16)}$`],
    ['a short key', `$scrypt$ln=4,r=8,p=1$${b64(16)}$${b64(8)}`],
    ['an endless key', `$scrypt$ln=4,r=8,p=1$${b64(16)}$${b64(3000)}`],
    ['an endless salt', `$scrypt$ln=4,r=8,p=1$${b64(3000)}$${b64(32)}`],
    ['leading zeros', `$scrypt$ln=04,r=8,p=1$${b64(16)}$${b64(32)}`],
    ['something after it', `$scrypt$ln=4,r=8,p=1$${b64(16)}$${b64(32)}$x`],
    ['another algorithm', `$md5$${b64(16)}$${b64(16)}`],
    ['no hash', 'hunter2'],
    ['empty text', ''],
  ])('refuses a hash that asks for %s, in ordinary time', async (_what, hash) => {
    expect(isScryptHash(hash)).toBe(false)
    const passwords = made()
    expect(passwords.isReadable(hash)).toBe(false)
    const begun = performance.now()
    for (const password of [PASSWORD, '', 'hunter2']) {
      expect(await passwords.verify(password, hash, 'x')).toBe(false)
    }
    expect(performance.now() - begun).toBeLessThan(1000)
  })

  it.each([
    { ln: 21, r: 8, p: 1 },
    { ln: 17, r: 8, p: 9 },
    { ln: 0, r: 8, p: 1 },
    { ln: 4.5, r: 8, p: 1 },
    { ln: 17, r: 1, p: 1 },
    { ln: Number.NaN, r: 8, p: 1 },
  ])('is refused with the options %o', (scrypt) => {
    expect(() => made({ scrypt })).toThrow(expect.objectContaining({ code: 'invalid_options' }))
  })

  it.each([
    [{ ln: 4, r: 8, p: 1 }, { ln: 5, r: 8, p: 1 }, true],
    [{ ln: 4, r: 8, p: 2 }, { ln: 5, r: 8, p: 1 }, true],
    [{ ln: 5, r: 8, p: 1 }, { ln: 5, r: 8, p: 2 }, true],
    [{ ln: 5, r: 8, p: 1 }, { ln: 5, r: 8, p: 1 }, false],
    [{ ln: 6, r: 8, p: 1 }, { ln: 5, r: 8, p: 1 }, false],
  ])('of %o is outdated, where %o is wanted: %s', async (old, wanted, outdated) => {
    expect(made({ scrypt: wanted }).isOutdated(await scryptHash('a', old))).toBe(outdated)
  })
})

describe('argon2id', () => {
  it('says what to install', async () => {
    const load = () => Promise.reject(new Error('Cannot find package'))
    await expect(loadArgon2(load)).rejects.toMatchObject({
      code: 'invalid_options',
      message: 'argon2id needs a package: npm install @node-rs/argon2',
    })
    const passwords = createPasswords(LIMITS, { algorithm: 'argon2id', scrypt: CHEAP }, load)
    expect(await codeOf(passwords.ready())).toBe('invalid_options')
  })

  it('is no business of those who log in', async () => {
    const load = () => Promise.reject(new Error('Cannot find package'))
    const passwords = createPasswords(LIMITS, { scrypt: CHEAP }, load)
    const hash = `$argon2id$v=19$m=19456,t=2,p=1$${b64(16)}$${b64(32)}`
    await expect(passwords.verify(PASSWORD, hash, 'x')).rejects.toMatchObject({
      code: 'unavailable',
      custom: false,
    })
    // It isn't loaded where nothing asks for it.
    await passwords.ready()
    expect(await passwords.verify(PASSWORD, null, 'x')).toBe(false)
  })

  it.each([
    ['memory', `$argon2id$v=19$m=999999999,t=1,p=1$${b64(16)}$${b64(32)}`],
    ['time', `$argon2id$v=19$m=19456,t=999999,p=1$${b64(16)}$${b64(32)}`],
    ['lanes', `$argon2id$v=19$m=19456,t=2,p=99$${b64(16)}$${b64(32)}`],
    ['another kind', `$argon2d$v=19$m=19456,t=2,p=1$${b64(16)}$${b64(32)}`],
  ])('refuses a hash that asks for too much: %s', (_what, hash) => {
    expect(isArgon2Hash(hash)).toBe(false)
  })

  it('replaces scrypt where it is wanted, and is not replaced by it', async () => {
    const scrypt = await scryptHash('a', CHEAP)
    const argon = `$argon2id$v=19$m=19456,t=2,p=1$${b64(16)}$${b64(32)}`
    const weak = `$argon2id$v=19$m=8,t=1,p=1$${b64(16)}$${b64(32)}`
    expect(made({ algorithm: 'argon2id' }).isOutdated(scrypt)).toBe(true)
    expect(made({ algorithm: 'argon2id' }).isOutdated(argon)).toBe(false)
    expect(made({ algorithm: 'argon2id' }).isOutdated(weak)).toBe(true)
    expect(made().isOutdated(argon)).toBe(false)
  })

  it.runIf(argon2)('hashes and checks', async () => {
    const passwords = made({ algorithm: 'argon2id' })
    await passwords.ready()
    const hash = await passwords.hash(PASSWORD, 'x')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(isArgon2Hash(hash)).toBe(true)
    expect(passwords.isOutdated(hash)).toBe(false)
    expect(await passwords.verify(PASSWORD, hash, 'x')).toBe(true)
    expect(await passwords.verify('something else', hash, 'x')).toBe(false)
    expect(await passwords.verify(PASSWORD, null, 'x')).toBe(false)
    expect(await passwords.verify(PASSWORD, await scryptHash(PASSWORD, CHEAP), 'x')).toBe(true)
    expect(await made().verify(PASSWORD, hash, 'x')).toBe(true)
    expect(await made().verify(PASSWORD, `${hash.slice(0, -1)}`, 'x')).toBe(false)
  })
})

describe('a password', () => {
  it('is the same however its letters are made and its spaces typed', async () => {
    const passwords = made()
    const hash = await passwords.hash('Pão de queijo é bom', 'x')
    const apart = 'Pão de queijo é bom'.normalize('NFD')
    for (const same of [apart, 'Pão\u00a0de\u2003queijo\u3000é bom']) {
      expect(await passwords.verify(same, hash, 'x')).toBe(true)
    }
    for (const other of ['pão de queijo é bom', 'Pao de queijo e bom', 'Pão de queijo é bom ']) {
      expect(await passwords.verify(other, hash, 'x')).toBe(false)
    }
  })

  it.each(['', 'with\nbreak', 'with\u0000zero', 'half \ud800', 'non\ufdd0character'])(
    'is none: %j',
    async (password) => {
      expect(preparedPassword(password)).toBeNull()
      const hash = await made().hash(PASSWORD, 'x')
      expect(await made().verify(password, hash, 'x')).toBe(false)
      expect(await codeOf(made().hash(password, 'x'))).toBe('password_weak')
    },
  )

  it('may have anything that is seen, emoji too', () => {
    expect(preparedPassword('gente 👩‍👩‍👧 ❤️')).toBe('gente 👩‍👩‍👧 ❤️')
  })

  it.each([
    ['short', '1a2b3c7'],
    ['short, though it has many bytes', 'ééééééé'],
    ['long', `x1${'ab7q'.repeat(256)}`],
    ['very long', 'x1'.repeat(1_000_000)],
    ['the name', 'Maria Clara'],
    ['the name in other cases', 'MARIA CLARA'],
    ['what looks like the name', 'Maria CIara'],
    ['well known', 'password'],
    ['well known', 'PassW0rd'],
    ['well known', 'senha123'],
    ['well known', 'brasil123'],
    ['well known', 'qwertyuiop'],
    ['well known', 'ｐａｓｓｗｏｒｄ'],
    ['a run', '12345678'],
    ['a run', 'hgfedcba'],
    ['a run', '89:;<=>?'],
    ['one letter', 'aaaaaaaaaaaa'],
    ['two letters', 'xyxyxyxyxy'],
    ['four letters', 'blahblahblah'],
    ['with a control character', 'correct\u0007horse'],
  ])('is weak: %s', (_what, password) => {
    expect(() => made().check(password, 'Maria Clara')).toThrow(
      expect.objectContaining({ code: 'password_weak' }),
    )
  })

  it.each([PASSWORD, 'Tr0ub4dor&3', '8 códigos', 'x'.repeat(3) + 'abcde'.repeat(204)])(
    'will do: %s',
    (password) => {
      expect(() => made().check(password, 'Maria Clara')).not.toThrow()
    },
  )

  it('obeys the limits', () => {
    const passwords = made({}, { passwordMinChars: 4, passwordBytes: 6 })
    expect(() => passwords.check('q7w!', 'x')).not.toThrow()
    expect(() => passwords.check('q7w', 'x')).toThrow()
    expect(() => passwords.check('q7w!zz', 'x')).not.toThrow()
    expect(() => passwords.check('q7w!zé', 'x')).toThrow()
  })
})

describe('hashing', () => {
  it('is bounded, with a queue that is bounded', async () => {
    const passwords = made(
      { scrypt: { ln: 12, r: 8, p: 1 } },
      { hashesAtOnce: 2, hashesWaiting: 5 },
    )
    const all = Array.from({ length: 10 }, () => codeOf(passwords.hash(PASSWORD, 'x')))
    const codes = await Promise.all(all)
    expect(codes.filter((code) => code === 'ok')).toHaveLength(7)
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(3)
    expect(await codeOf(passwords.verify(PASSWORD, null, 'x'))).toBe('ok')
  })
})
