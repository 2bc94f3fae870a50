/** What `tertulia chat` says by itself, in the languages people have. */

import type { Lang } from '../../i18n/languages.ts'

/** The texts of one language. They are plain: whoever shows them makes them safe. */
export interface ChatTexts {
  /** What can be done to come in. */
  readonly ways: { readonly login: string; readonly register: string; readonly guest: string }
  readonly choose: string
  readonly choiceWrong: string
  readonly askName: string
  /** For a guest, who may also get one. */
  readonly askGuestName: string
  readonly askPassword: string
  readonly askAgain: string
  askRoomPassword(room: string): string
  readonly differ: string
  /** Passwords could be read on the way. */
  readonly open: string
  readonly noGuests: string
  readonly connecting: (url: string) => string
  readonly unreachable: (url: string) => string
  /** The token that was given is worth nothing (any more). */
  readonly tokenRefused: string
  readonly remembered: string
  /** The connection is lost, and tried again in so many seconds. */
  lost(seconds: number): string
  readonly back: string
  readonly offline: string
  /** Stands before what was said and isn't stored yet. */
  readonly waits: string
  /** Wants to leave, but so many messages were not sent. */
  unsent(count: number): string
  /** It has left, and they were not. */
  lostUnsent(count: number): string
  /** Above what wasn't read yet. */
  readonly unread: string
  readonly nowIn: (room: string) => string
  readonly noRoom: string
  readonly nothingToAnswer: string
  readonly noFile: (path: string) => string
  readonly noFiles: (room: string) => string
  readonly moreFiles: string
  readonly remoteEnded: string
  /** Commands that the text protocol doesn't have: usage and what it does. */
  readonly commands: Readonly<Record<LocalName, { readonly args: string; readonly about: string }>>
  readonly keys: string
}

/** Commands of this program's own. */
export type LocalName = 'reply' | 'upload' | 'files'

const EN: ChatTexts = {
  ways: { login: 'log in', register: 'sign up', guest: 'come in as a guest' },
  choose: 'Your choice: ',
  choiceWrong: 'Write one of the numbers.',
  askName: 'Name: ',
  askGuestName: 'Your name (Enter: any): ',
  askPassword: 'Password: ',
  askAgain: 'Password again: ',
  askRoomPassword: (room) => `Password of ${room}: `,
  differ: 'These were two different passwords.',
  open: 'This connection is not encrypted: passwords can be read on the way.',
  noGuests: 'Guests may not come in here.',
  connecting: (url) => `Connecting to ${url} …`,
  unreachable: (url) => `${url} cannot be reached.`,
  tokenRefused: 'The token is not accepted (any more). Log in again.',
  remembered: 'You stay logged in here: next time no password is needed. /logout ends that.',
  lost: (wait) => `Connection lost; trying again in ${wait} ${wait === 1 ? 'second' : 'seconds'}`,
  back: 'Connected again',
  offline: 'offline',
  waits: 'waiting to be sent:',
  unsent: (count) =>
    `${count === 1 ? '1 message was' : `${count} messages were`} not sent yet. /quit again leaves without`,
  lostUnsent: (count) => `${count === 1 ? '1 message was' : `${count} messages were`} not sent.`,
  unread: 'new',
  nowIn: (room) => `You speak in ${room} now`,
  noRoom: 'You are in no room. Enter one with /join <room>; /rooms lists them.',
  nothingToAnswer: 'There is no message to answer.',
  noFile: (path) => `${path} cannot be read.`,
  noFiles: (room) => `No files in ${room}`,
  moreFiles: 'There are more files than fit here',
  remoteEnded: 'The server ended the connection.',
  commands: {
    reply: { args: '<text>', about: 'answers the last message of somebody else' },
    upload: { args: '<file>', about: 'shares a file in the room' },
    files: { args: '', about: 'lists the files of the room' },
  },
  keys: 'Tab completes commands, names and rooms; ↑ brings back what you wrote; Ctrl+C twice ends',
}

const PT_BR: ChatTexts = {
  ways: { login: 'entrar na conta', register: 'criar conta', guest: 'entrar como visitante' },
  choose: 'Sua escolha: ',
  choiceWrong: 'Escreva um dos números.',
  askName: 'Nome: ',
  askGuestName: 'Seu nome (Enter: qualquer um): ',
  askPassword: 'Senha: ',
  askAgain: 'Senha de novo: ',
  askRoomPassword: (room) => `Senha de ${room}: `,
  differ: 'As duas senhas são diferentes.',
  open: 'Esta conexão não é criptografada: senhas podem ser lidas no caminho.',
  noGuests: 'Visitantes não podem entrar aqui.',
  connecting: (url) => `Conectando a ${url} …`,
  unreachable: (url) => `Não foi possível alcançar ${url}.`,
  tokenRefused: 'O token não é (mais) aceito. Entre de novo.',
  remembered:
    'Sua conta fica lembrada aqui: da próxima vez não é preciso senha. /logout desfaz isso.',
  lost: (wait) =>
    `Conexão perdida; nova tentativa em ${wait} ${wait === 1 ? 'segundo' : 'segundos'}`,
  back: 'Conectado de novo',
  offline: 'sem conexão',
  waits: 'esperando para ser enviado:',
  unsent: (count) =>
    count === 1
      ? '1 mensagem ainda não foi enviada. /sair de novo sai sem ela'
      : `${count} mensagens ainda não foram enviadas. /sair de novo sai sem elas`,
  lostUnsent: (count) =>
    count === 1 ? '1 mensagem não foi enviada.' : `${count} mensagens não foram enviadas.`,
  unread: 'novas',
  nowIn: (room) => `Agora você fala em ${room}`,
  noRoom: 'Você não está em nenhuma sala. Entre em uma com /join <sala>; /rooms mostra todas.',
  nothingToAnswer: 'Não há mensagem para responder.',
  noFile: (path) => `Não foi possível ler ${path}.`,
  noFiles: (room) => `Nenhum arquivo em ${room}`,
  moreFiles: 'Há mais arquivos do que cabem aqui',
  remoteEnded: 'O servidor encerrou a conexão.',
  commands: {
    reply: { args: '<texto>', about: 'responde à última mensagem de outra pessoa' },
    upload: { args: '<arquivo>', about: 'compartilha um arquivo na sala' },
    files: { args: '', about: 'lista os arquivos da sala' },
  },
  keys: 'Tab completa comandos, nomes e salas; ↑ traz de volta o que você escreveu; Ctrl+C duas vezes sai',
}

const ALL: Readonly<Record<Lang, ChatTexts>> = { en: EN, 'pt-BR': PT_BR }

/** What this program says in a language. */
export function chatTexts(lang: Lang): ChatTexts {
  return ALL[lang]
}
