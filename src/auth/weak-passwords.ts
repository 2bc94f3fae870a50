/** Passwords that everybody tries first. */

import { nameKey } from '../protocol/names.ts'

/** In English, Portuguese and on keyboards; in lower case. What is a run or repeats needs no row. */
const WORST = new Set(
  [
    'password passw0rd p@ssword p@ssw0rd p@$$w0rd pa55word pa$$word passwort password1 password2',
    'password12 password123 password1234 password12345 password! password1! password123! password01',
    'passw0rd1 passw0rd! p@ssw0rd1 p@ssw0rd123 mypassword newpassword passwords password0 thepassword',
    'passphrase changeme changeme1 changeme123 changeit changeme! letmein letmein1 letmein123 letmein!',
    'welcome welcome1 welcome12 welcome123 welcome! welcome1! administrator administrador adminadmin',
    'admin123 admin1234 admin12345 admin123456 admin@123 admin123! administrator1 adminpass rootroot',
    'root1234 rootpass toor1234 superuser superman batman123 spiderman ironman1 pokemon1 pokemon123',
    'starwars starwars1 trustno1 iloveyou iloveyou1 iloveyou2 iloveyou! iloveu123 lovelove loveyou1',
    'sunshine sunshine1 princess princess1 football football1 baseball baseball1 basketball soccer123',
    'monkey123 dragon123 master123 shadow123 michael1 jennifer jennifer1 michelle charlie1 jordan23',
    'computer computer1 internet internet1 whatever whatever1 access14 mustang1 freedom1 liverpool',
    'liverpool1 chelsea1 arsenal1 barcelona realmadrid cristiano ronaldo7 neymar10 corinthians',
    'corinthians1 palmeiras palmeiras1 flamengo flamengo1 flamengo10 saopaulo saopaulo1 vascodagama',
    'fluminense botafogo gremio123 cruzeiro cruzeiro1 internacional atleticomg santos123 santosfc',
    'senha123 senha1234 senha12345 senha123456 senhasenha minhasenha minhasenha1 minhasenha123 senha@123',
    'senha123! senhaforte senha2020 senha2021 senha2022 senha2023 senha2024 senha2025 senha2026 novasenha',
    'trocarsenha mudarsenha mudar123 mudar@123 trocar123 acesso123 entrada1 teste123 teste1234 testando',
    'brasil123 brasil10 brasil2014 brasil2022 brasil2024 brasil2026 brasileiro portugal portugal1',
    'eumeamo1 teamo123 teamomuito euteamo1 euteamo123 meuamor1 meuamor123 amorzinho amoreterno amormeu1',
    'jesus123 jesuscristo jesusteama deusefiel deusfiel deusnocomando deus1234 gabriel1 gabriel123',
    'familia1 familia123 felicidade esperanca liberdade futebol1 futebol123 cachorro chocolate chocolate1',
    'mariamaria joaosilva estrela1 estrelinha princesa princesa1 princesinha gatinha1 gatinho1 borboleta',
    'qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui qwertyuiop qwertyuiop1 qwerty123! qwertyqwerty',
    'asdfghjk asdfghjkl asdfghjkl1 asdf1234 asdfasdf zxcvbnm1 zxcvbnm123 zxcvbnm, 1qaz2wsx 1qaz2wsx3edc',
    'qazwsxedc qazwsx123 qweasdzxc qweasd123 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 zaq12wsx',
    'zaq1zaq1 poiuytrewq lkjhgfdsa mnbvcxz1 azertyuiop azerty123 1234qwer qwer1234 123qweasd 123qwe123',
    'abc12345 abcd1234 abcde123 abcdef123 abc123456 a1b2c3d4 a1b2c3d4e5 aa123456 aa12345678 a12345678',
    '1234567890 0123456789 123456789a 12345678a 123456aa 1234abcd 12341234 123456654321 0987654321',
    '987654321a 13579246 135792468 24681012 147258369 159753456 102030405060 10203040 01020304 11223344',
    '1122334455 112233445566 19841984 20002000 20202020 11111111a 123321123 123456123456 7777777a',
    'guest123 guestguest default1 default123 test1234 test12345 testtest testing1 testing123 secret123',
    'secret1234 topsecret supersecret opensesame abracadabra 12345abcde zxcv1234 server123 database',
    'tertulia tertulia1 tertulia123 chatchat chat1234 mensagem conversa batepapo batepapo1',
    'senha passe senhas admin root toor qwerty asdfgh zxcvbn azerty monkey dragon master shadow test123',
    'brasil abc123 teste flamengo santos teamo jesus love hello hello123 hellohello ninja123 google123',
    'facebook facebook1 instagram whatsapp samsung1 samsung123 iphone123 android1 windows1 linux123',
  ]
    .join(' ')
    .split(' '),
)

const plain = (text: string): string => text.normalize('NFKC').toLowerCase()

/** One to four characters again and again, or each the next of the one before: `12345678`, `zyxwvut`. */
function isMonotonous(text: string): boolean {
  if (/^(.{1,4})\1+$/su.test(text)) return true
  const codes = [...text].map((char) => char.codePointAt(0) as number)
  const step = (codes[1] ?? 0) - (codes[0] ?? 0)
  return (
    Math.abs(step) === 1 &&
    codes.every((code, index) => index === 0 || code - (codes[index - 1] as number) === step)
  )
}

/** Would this password be among the first that somebody tries who knows the name? */
export function isWellKnown(password: string, name: string): boolean {
  const text = plain(password)
  if (WORST.has(text) || isMonotonous(text) || text === plain(name)) return true
  // What looks like the name; a text much longer than names doesn't, and would take long to compare.
  return password.length <= 256 && nameKey(password) === nameKey(name)
}
