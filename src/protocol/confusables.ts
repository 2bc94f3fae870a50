/**
 * Look-alikes: letters of different scripts that people take for one another, and which scripts may
 * stand together in a name.
 *
 * Both are in the spirit of UTS #39 (Unicode Security Mechanisms), and neither is all of it. The
 * table below is a subset of what Unicode lists: the letters and digits with which a Latin word can
 * be spelled in another script that is written today, small capitals, and the Japanese pairs. Accents
 * are not look-alikes: João and Joao are two people.
 */

/**
 * What is taken for what. Cases are folded before, so a capital that looks like a Latin one (Greek Η)
 * takes its small letter (η) along. Where both cases look like different letters the capital wins,
 * because it looks the same and the small one only similar: Greek ν is n, not v.
 */
const ALIKE: Readonly<Record<string, string>> = {
  a: 'ɑᴀαаꭺᗅꓮ🅰',
  ae: 'æӕ',
  b: 'ƅʙβвьꮟᏼᑲᗷꓐꞵ🅱',
  c: 'ᴄсꮯꓚ',
  d: 'ᴅԁꭰꮷᑯᗞᗪꓓꓒ',
  e: 'ᴇεеҽꭼⴹꓰꬲ',
  f: 'ꜰϝᖴẝꓝꞙꬵ',
  g: 'ɡɢցԍꮐᏻᶃꓖ',
  h: 'ʜηнһհꮋꮒᕼꓧ',
  i: 'ɪɩιіꭵꙇ',
  j: 'ᴊȷʝϳјꭻᒍꓙ',
  k: 'ᴋĸκкꮶꓗ',
  // Most i become l as well: see `skeleton`.
  l: '1ʟӏꮮᒪⵏꓡꓲ丨',
  m: 'ᴍʍμмϻꮇᗰꓟ',
  n: 'ɴνπпոꓠ',
  o: '0ᴏᴑοоօჿⵔ〇ꓳꬽ𐓪०০੦૦୦౦೦๐໐၀ဝ߀٥۵🅾⭕',
  oe: 'œ',
  oo: 'ꝏꚙ',
  p: 'ᴘρрꮲᑭꓑ🅿',
  q: 'ꞯԛⵕ',
  r: 'ʀгγꭱꮢᖇᴦꓣꭇꭈꮁ𐓜',
  s: 'ꜱѕտꮥꮪꓢƽ',
  t: 'ᴛτтꭲꓔ',
  u: 'ᴜʋսᑌꓴꞟꭎꭒ𐓶',
  v: 'ᴠѵꮩᐯⴸꓦꛟ',
  w: 'ᴡɯѡԝաꮃꮤꓪ',
  x: 'χхꭓᕁᕽⵝꓫ',
  y: 'ʏɣυуүყꭹꮍᶌỿꓬꭚ',
  z: 'ᴢζꮓꓜ',
  3: 'зӡʒȝꝫɜ',
  6: 'бꮾ',
  // Greek and Cyrillic without a Latin letter between them.
  λ: 'лʌ',
  φ: 'ф',
  // Ideographs and kana.
  エ: '工',
  カ: '力',
  タ: '夕',
  ト: '卜',
  ニ: '二',
  ハ: '八',
  ヘ: 'へ',
  ロ: '口囗',
  ー: '一ꟷ',
  "'": '’ʻʼʽʾ',
}

const TARGETS = new Map<string, string>()
for (const [target, sources] of Object.entries(ALIKE)) {
  for (const source of sources) TARGETS.set(foldCase(source), target)
}
const SOURCES = new RegExp(`[${[...TARGETS.keys()].join('')}]`, 'gu')

/**
 * Text in the form in which upper and lower case, wide and narrow, styled and plain letters are the
 * same (NFKC and a full case folding, RFC 8266 section 2.4; ß is ss, ς is σ, ı is i).
 */
export function foldCase(text: string): string {
  // To upper case and back folds what toLowerCase alone leaves apart.
  const lower = text.normalize('NFKC').toUpperCase().toLowerCase()
  return lower.replaceAll('ς', 'σ').normalize('NFKC')
}

/**
 * What a text looks like: two texts that people would take for one another have the same skeleton.
 * It is meant for comparing, not for showing. Idea: `skeleton` of UTS #39, section 4, but with cases
 * folded first. So I, l, 1 and i are all one, except an i that begins a word before a vowel, which
 * stays: Iara and Lara are two people in every Brazilian class (the price: "lan" passes for Ian).
 * `rn` is m.
 */
export function skeleton(text: string): string {
  // Normalising takes quadratic time in the marks on one letter; no name has more than these.
  const few = text.replace(/(\p{M}{32})\p{M}+/gu, '$1')
  return (
    foldCase(few)
      .normalize('NFD')
      .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
      // An i keeps its one dot, however often it is written.
      .replace(/(?<=[ijіјι])\u0307+/gu, '')
      .replace(SOURCES, (source) => TARGETS.get(source) as string)
      .replace(/(?<=[\p{L}\p{M}\p{N}])i|i(?![aeou])/gu, 'l')
      .replaceAll('rn', 'm')
      .normalize('NFC')
  )
}

/**
 * The scripts in which people write today: UAX #31, tables 5 (recommended) and 7 (limited use), and
 * Mongolian. What is written in any other is refused. Han, kana, Hangul and Bopomofo stand below.
 */
const SCRIPTS = [
  'Latin Cyrillic Greek Arabic Devanagari Hebrew Armenian Georgian Bengali Gujarati Gurmukhi',
  'Kannada Malayalam Oriya Sinhala Tamil Telugu Thaana Thai Lao Khmer Myanmar Tibetan Ethiopic',
  'Adlam Balinese Bamum Batak Canadian_Aboriginal Chakma Cham Cherokee Hanifi_Rohingya Javanese',
  'Kayah_Li Lepcha Limbu Lisu Mandaic Meetei_Mayek Miao Mongolian New_Tai_Lue Newa Nko',
  'Nyiakeng_Puachue_Hmong Ol_Chiki Osage Saurashtra Sundanese Syloti_Nagri Syriac Tai_Le',
  'Tai_Tham Tai_Viet Tifinagh Vai Wancho Yi',
]
  .join(' ')
  .split(' ')

/** Scripts that are written together, with Latin among them: UTS #39, "highly restrictive". */
const TOGETHER = ['Latin Han Hiragana Katakana', 'Latin Han Hangul', 'Latin Han Bopomofo'].map(
  (scripts) => scripts.split(' '),
)

const COVERS: readonly (readonly string[])[] = [...SCRIPTS.map((script) => [script]), ...TOGETHER]
const tests = new Map<number, RegExp>()

/** Is every character of these scripts, of several among them, or of none? Made when first asked. */
function covered(text: string, cover: number): boolean {
  let test = tests.get(cover)
  if (test === undefined) {
    const scripts = ['Common', 'Inherited', ...(COVERS[cover] as readonly string[])]
    test = new RegExp(
      `^[${scripts.map((name) => `\\p{Script_Extensions=${name}}`).join('')}]*$`,
      'u',
    )
    tests.set(cover, test)
  }
  return test.test(text)
}

/**
 * Tells whether scripts are mixed in a text as nobody mixes them but to deceive: Latin with
 * Cyrillic, say. Allowed is one script that is in use, or Latin with the scripts of Japanese, Korean
 * or Chinese: level "highly restrictive" of UTS #39, section 5.2, by the script extensions of
 * UAX #24. The form after NFKC counts, so that a styled 𝐀 is Latin.
 */
export function mixesScripts(text: string): boolean {
  const plain = text.normalize('NFKC')
  for (let cover = 0; cover < COVERS.length; cover++) if (covered(plain, cover)) return false
  return true
}
