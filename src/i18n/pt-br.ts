/** Texts in Brazilian Portuguese. They avoid forms that depend on a person's gender. */

import type { Catalog } from './catalog.ts'
import { sizeText } from './sizes.ts'

const people = (count: number): string => `${count} ${count === 1 ? 'pessoa' : 'pessoas'}`
const seconds = (count: number): string => `${count} ${count === 1 ? 'segundo' : 'segundos'}`
const pad = (part: number): string => String(part).padStart(2, '0')

/** `: Alice, Bob e mais 3`; nothing where no name is known. */
function listed(names: readonly string[], count: number): string {
  if (names.length === 0) return ''
  const rest = count - names.length
  return `: ${names.join(', ')}${rest > 0 ? ` e mais ${rest}` : ''}`
}

/** Words that fit whoever has the role. */
const ROLES = { owner: 'responsável', moderator: 'moderação', member: 'membro' } as const

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
    entry_not_found: 'Essa mensagem não existe ou foi apagada.',
    too_many_reactions: 'Essa mensagem já tem todas as reações que pode ter.',
    unsupported: 'Este servidor não faz isso.',
    banned: 'Você não pode entrar nesta sala.',
    muted: 'Você não pode falar nesta sala.',
    invite_only: 'Só quem foi convidado pode entrar nesta sala.',
    room_password: 'Esta sala tem senha, e não era essa.',
    room_read_only: 'Só moderadores podem falar nesta sala.',
    slow_mode: 'Nesta sala se fala mais devagar. Espere um pouco.',
    credentials_wrong: 'O nome ou a senha está errado.',
    password_weak: 'Essa senha é curta demais, longa demais ou conhecida demais.',
    file_not_found: 'Esse arquivo não existe.',
    file_too_large: 'Esse arquivo é maior do que este servidor aceita.',
    file_type_refused: 'Arquivos desse tipo não são aceitos.',
    quota_exceeded: 'Não há mais espaço para arquivos.',
    not_found: 'Não há nada neste endereço.',
    method_not_allowed: 'Este endereço não aceita esse método.',
    session_not_found: 'Essa sessão não existe ou expirou. Entre de novo.',
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
    join: {
      args: '<sala> [senha]',
      about: 'entra em uma sala; se ela não existir, é criada',
    },
    leave: { args: '[sala]', about: 'sai de uma sala' },
    rooms: { args: '', about: 'lista as salas' },
    who: { args: '[sala]', about: 'diz quem está em uma sala' },
    msg: {
      args: '<nome> <texto>',
      about: 'fala só com uma pessoa (nome com espaço: "entre aspas")',
    },
    history: { args: '[sala] [número]', about: 'mostra as últimas mensagens' },
    edit: { args: '<texto>', about: 'muda o texto da sua última mensagem' },
    delete: { args: '', about: 'apaga a sua última mensagem' },
    topic: { args: '[texto]', about: 'diz qual é o assunto da sala' },
    set: {
      args: '<senha|privada|leitura|lento|assunto> <valor>',
      about: 'muda a sala: uma palavra (ou -), sim ou não, segundos, texto',
    },
    close: { args: '<sala>', about: 'apaga uma sala e tudo o que se disse nela' },
    invite: { args: '<nome>', about: 'deixa alguém entrar na sala' },
    kick: { args: '<nome> [motivo]', about: 'tira alguém da sala' },
    ban: {
      args: '<nome> [10m] [motivo]',
      about: 'tira alguém da sala e não deixa voltar (por 30s, 10m, 2h, 7d)',
    },
    unban: { args: '<nome>', about: 'deixa alguém voltar' },
    mute: { args: '<nome> [10m] [motivo]', about: 'tira a palavra de alguém' },
    unmute: { args: '<nome>', about: 'devolve a palavra' },
    op: { args: '<nome>', about: 'dá a alguém a moderação da sala' },
    deop: { args: '<nome>', about: 'tira a moderação' },
    react: { args: '<emoji>', about: 'reage à última mensagem da sala' },
    register: { args: '<nome> <senha>', about: 'cria uma conta: o nome passa a ser só seu' },
    login: { args: '<nome> <senha>', about: 'entra com a sua conta' },
    logout: { args: '', about: 'sai da sua conta' },
    password: { args: '<antiga> <nova>', about: 'troca a sua senha (com espaços: "entre aspas")' },
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
    edited: (name, text) => `${name} editou: ${text}`,
    deleted: (name) => `${name} apagou uma mensagem`,
    reacted: (name, emoji) => `${name} reagiu com ${emoji}`,
    unreacted: (name, emoji) => `${name} retirou ${emoji}`,
    acts: {
      kick: (by, to) => `${by} tirou ${to} da sala`,
      ban: (by, to) => `${by} baniu ${to}`,
      unban: (by, to) => `${by} suspendeu o banimento de ${to}`,
      mute: (by, to) => `${by} silenciou ${to}`,
      unmute: (by, to) => `${by} devolveu a palavra a ${to}`,
      role: (by, to, role) =>
        role === undefined
          ? `${to} não tem mais nenhum papel (por ${by})`
          : `agora o papel de ${to} é ${ROLES[role]} (por ${by})`,
      invite: (by, to) => `${by} convidou ${to}`,
      settings: (by, topic) =>
        `${by} mudou as configurações da sala${topic === undefined ? '' : ` (assunto: ${topic})`}`,
    },
  },
  marks: {
    edited: 'editada',
    deleted: 'mensagem apagada',
    file: (name, bytes) => `arquivo: ${name}, ${sizeText(bytes, ',')}`,
  },
  you: {
    welcome: (name) => `Boas-vindas, ${name}!`,
    speak: (room) => `Escreva e tecle Enter para falar em ${room}.`,
    noRoom: 'Entre em uma sala com /join <sala>; /rooms mostra quais existem.',
    hint: '/help mostra os comandos; /nick <nome> muda o seu nome.',
    renamed: (name) => `Agora você é ${name}`,
    logIn: 'Entre com /login <nome> <senha>, ou crie uma conta com /register <nome> <senha>.',
    outside: 'Aqui só entra quem tem uma conta. Entre com a sua primeiro.',
    loggedOut: 'Você saiu da sua conta',
    newPassword: 'Sua senha foi trocada. Todas as outras sessões da conta foram encerradas',
    language: 'Agora falo português',
    created: (room) => `${room} foi criada. Entre com /join ${room}`,
    joined: (room, count, members) =>
      `Você está em ${room} (${people(count)}${listed(members, count)})`,
    topic: (room, topic) => `Assunto de ${room}: ${topic}`,
    first: (room) => `${room} é nova: foi você que criou`,
    left: (room) => `Você saiu de ${room}`,
    closed: (room) => `${room} não existe mais, nem o que se disse nela`,
    removed: (room, reason) => `Tiraram você de ${room}${reason === '' ? '' : `: ${reason}`}`,
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
