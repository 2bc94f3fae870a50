/** Texts in Brazilian Portuguese. They avoid forms that depend on a person's gender. */

import type { Catalog } from './catalog.ts'

const people = (count: number): string => `${count} ${count === 1 ? 'pessoa' : 'pessoas'}`
const seconds = (count: number): string => `${count} ${count === 1 ? 'segundo' : 'segundos'}`
const pad = (part: number): string => String(part).padStart(2, '0')

/** `: Alice, Bob e mais 3`; nothing where no name is known. */
function listed(names: readonly string[], count: number): string {
  if (names.length === 0) return ''
  const rest = count - names.length
  return `: ${names.join(', ')}${rest > 0 ? ` e mais ${rest}` : ''}`
}

/** What Tertulia says in Brazilian Portuguese. */
export const PT_BR: Catalog = {
  errors: {
    bad_frame: 'Não deu para ler: os bytes não são um quadro deste protocolo.',
    bad_json: 'Não deu para ler: não é um objeto JSON.',
    bad_request: 'Falta alguma coisa, ou algo está na forma errada.',
    unknown_op: 'Esse comando não existe.',
    unsupported_version: 'Este servidor não fala essa versão do protocolo.',
    hello_required: 'Primeiro se apresente (hello).',
    hello_twice: 'Você já se apresentou.',
    unauthorized: 'Estas credenciais não foram aceitas.',
    forbidden: 'Isso não é permitido.',
    origin_refused: 'Páginas dessa origem não podem se conectar a este servidor.',
    too_large: 'Isso passou do tamanho que este servidor aceita.',
    text_empty: 'A mensagem está vazia.',
    text_too_long: 'A mensagem é longa demais.',
    name_invalid: 'Um nome não pode ter esses caracteres ou esse tamanho. Tente outro.',
    name_reserved: 'Esse nome, ou um parecido com ele, é reservado. Tente outro.',
    name_taken: 'Alguém aqui já tem esse nome, ou um parecido com ele. Tente outro.',
    room_invalid: 'Uma sala não pode ter esse nome. Use letras, números e _ - . nele.',
    room_not_found: 'Essa sala não existe.',
    room_exists: 'Já existe uma sala com esse nome.',
    room_full: 'A sala está cheia.',
    room_closed: 'A sala foi fechada.',
    not_member: 'Você não está nessa sala.',
    person_not_found: 'Não há ninguém com esse nome aqui.',
    too_many_rooms: 'Você já está em salas demais. Saia de uma primeiro.',
    server_full: 'O servidor já tem todas as salas que pode ter.',
    conflict: 'Outra coisa já foi enviada com essa mesma chave.',
    rate_limited: 'Rápido demais. Espere um pouco.',
    flood: 'Pedidos demais.',
    overloaded: 'O servidor está ocupado demais agora. Tente daqui a pouco.',
    too_many_connections: 'Há conexões demais agora. Tente mais tarde.',
    unavailable: 'Não dá para guardar mensagens agora. Tente daqui a pouco.',
    hook_failed: 'Não deu para verificar isso. Tente de novo.',
    slow_consumer: 'Sua conexão não acompanhou o ritmo da conversa.',
    hello_timeout: 'Nada foi dito a tempo.',
    frame_timeout: 'Algo começou a chegar e não terminou.',
    ping_timeout: 'Não houve sinal de vida do seu lado.',
    shutting_down: 'O servidor está fechando.',
    closed: 'A conexão está fechada.',
    invalid_options: 'Uma opção tem um valor que não pode ter.',
    internal: 'Algo deu errado por aqui. Tente de novo.',
  },
  commands: {
    help: { args: '', about: 'mostra esta lista' },
    nick: { args: '<nome>', about: 'muda o seu nome' },
    lang: { args: '<pt-BR|en>', about: 'muda o idioma' },
    create: { args: '<sala>', about: 'cria uma sala' },
    join: { args: '<sala>', about: 'entra em uma sala; se ela não existir, é criada' },
    leave: { args: '[sala]', about: 'sai de uma sala' },
    rooms: { args: '', about: 'lista as salas' },
    who: { args: '[sala]', about: 'diz quem está em uma sala' },
    msg: {
      args: '<nome> <texto>',
      about: 'fala só com uma pessoa (nome com espaço: "entre aspas")',
    },
    history: { args: '[sala] [número]', about: 'mostra as últimas mensagens' },
    quit: { args: '', about: 'encerra a conversa' },
  },
  people,
  day: (year, month, day) => `${pad(day)}/${pad(month)}/${year}`,
  privateRoom: 'privado',
  goodbye: 'Até logo!',
  guest: 'visitante',
  room: {
    joined: (name, count) => `${name} entrou (${people(count)})`,
    left: (name, count) => `${name} saiu (${people(count)})`,
    lost: (name, count) => `a conexão de ${name} caiu (${people(count)})`,
    removed: (name, count) => `tiraram ${name} da sala (${people(count)})`,
    renamed: (was, name) => `${was} agora é ${name}`,
    gap: (from, to) =>
      from === to
        ? `a mensagem ${from} não pode mais ser mostrada`
        : `as mensagens ${from}–${to} não podem mais ser mostradas`,
    reset: 'a sala recomeçou do zero: o que foi dito antes se perdeu',
    closed: 'a sala foi fechada',
  },
  you: {
    welcome: (name) => `Boas-vindas, ${name}!`,
    speak: (room) => `Escreva e tecle Enter para falar em ${room}.`,
    noRoom: 'Entre em uma sala com /join <sala>; /rooms mostra quais existem.',
    hint: '/help mostra os comandos; /nick <nome> muda o seu nome.',
    renamed: (name) => `Agora você é ${name}`,
    language: 'Agora falo português',
    created: (room) => `${room} foi criada. Entre com /join ${room}`,
    joined: (room, count, members) =>
      `Você está em ${room} (${people(count)}${listed(members, count)})`,
    first: (room) => `${room} é nova: foi você que criou`,
    left: (room) => `Você saiu de ${room}`,
    home: (room) => `Todos começam em ${room}: /join <sala> leva a outra, /quit encerra`,
    noRooms: 'Ainda não há salas. Crie uma com /create <sala>',
    moreRooms: 'Há mais salas do que cabem aqui',
    members: (room, count, members) => `${people(count)} em ${room}${listed(members, count)}`,
    silence: (room) => `Ainda não se disse nada em ${room}`,
    closing: (reason) => (reason === '' ? 'Até logo.' : `Até logo: ${reason}`),
    comeBack: (wait) =>
      wait === undefined ? 'Volte daqui a pouco.' : `Volte daqui a ${seconds(wait)}.`,
    retryIn: (wait) => `(daqui a ${seconds(wait)})`,
  },
  help: {
    title: 'Comandos:',
    speak: 'Todo o resto é mensagem. Escreva // para começar uma com /',
    unknown: (command) =>
      `O comando ${command} não existe. /help mostra os que existem; escreva // para mandar um texto que começa com /`,
    usage: (usage) => `Escreva: ${usage}`,
  },
}
