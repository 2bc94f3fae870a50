/** What a language has to say: the type of a catalogue of texts for people. */

import type { ErrorCode } from '../errors.ts'

/** The commands of the text protocol, by their English names. */
export type CommandName =
  | 'help'
  | 'nick'
  | 'lang'
  | 'create'
  | 'join'
  | 'leave'
  | 'rooms'
  | 'who'
  | 'msg'
  | 'history'
  | 'edit'
  | 'delete'
  | 'react'
  | 'topic'
  | 'set'
  | 'close'
  | 'invite'
  | 'kick'
  | 'ban'
  | 'unban'
  | 'mute'
  | 'unmute'
  | 'op'
  | 'deop'
  | 'register'
  | 'login'
  | 'logout'
  | 'password'
  | 'quit'

/** How a command is explained. */
export interface CommandText {
  /** What comes after its name, such as `<room>`; empty if nothing does. */
  readonly args: string
  /** What it does, in a few words. */
  readonly about: string
}

/**
 * The texts of one language. Room names come as they are shown (`#geral`), numbers are whole. The
 * texts are plain: whoever shows them in a terminal makes them safe, with the names in them.
 */
export interface Catalog {
  /** What each error means to the person who caused it. */
  readonly errors: Readonly<Record<ErrorCode, string>>
  readonly commands: Readonly<Record<CommandName, CommandText>>
  /** `1 person`, `3 people`. */
  people(count: number): string
  /** A day of the calendar; `month` counts from 1. */
  day(year: number, month: number, day: number): string
  /** How a private conversation is called where a room's name would stand. */
  readonly privateRoom: string
  readonly goodbye: string
  /** First part of the name of one who gave none: `guest-123456`. */
  readonly guest: string
  /** What happens in a room: stands after the room's name. */
  readonly room: {
    joined(name: string, count: number): string
    left(name: string, count: number): string
    /** Left because the connection ended. */
    lost(name: string, count: number): string
    /** Left because somebody put them out. */
    removed(name: string, count: number): string
    renamed(was: string, name: string): string
    /** Messages that can't be shown any more; both numbers included. */
    gap(from: number, to: number): string
    /** The log began afresh. */
    readonly reset: string
    readonly closed: string
    /** Somebody gave a message another text. */
    edited(name: string, text: string): string
    deleted(name: string): string
    /** Somebody holds an emoji up to a message. */
    reacted(name: string, emoji: string): string
    unreacted(name: string, emoji: string): string
    /** What somebody (`by`) did to somebody, or to the room; a reason may follow. */
    readonly acts: {
      kick(by: string, to: string): string
      ban(by: string, to: string): string
      unban(by: string, to: string): string
      mute(by: string, to: string): string
      unmute(by: string, to: string): string
      /** `role` undefined: nothing in particular any more. */
      role(by: string, to: string, role: 'owner' | 'moderator' | 'member' | undefined): string
      invite(by: string, to: string): string
      /** `topic`: what the room is about now. */
      settings(by: string, topic: string | undefined): string
    }
  }
  /** Stand in brackets behind a message, or instead of one. */
  readonly marks: {
    readonly edited: string
    readonly deleted: string
    /** A file that came with it, and how large it is. */
    file(name: string, bytes: number): string
  }
  /** What a person is told. */
  readonly you: {
    welcome(name: string): string
    /** How to speak, in the room they are in. */
    speak(room: string): string
    /** How to speak, for one who is in no room. */
    readonly noRoom: string
    /** Where the commands are explained. */
    readonly hint: string
    renamed(name: string): string
    /** How to come in, for one who can't as a guest. */
    readonly logIn: string
    /** The same where there are no such commands: for programs and HTTP. */
    readonly outside: string
    readonly loggedOut: string
    /** The password was changed. */
    readonly newPassword: string
    /** The language that is spoken from now on. */
    readonly language: string
    created(room: string): string
    /** `members`: the names that are known, of `count` people. */
    joined(room: string, count: number, members: readonly string[]): string
    /** What the room is about. */
    topic(room: string, topic: string): string
    /** Comes before `joined` when the room was made by that. */
    first(room: string): string
    left(room: string): string
    /** Deleted a room, and all that was said in it. */
    closed(room: string): string
    /** Was put out of a room; `reason` may be empty. */
    removed(room: string, reason: string): string
    /** Wants to leave the room where everybody starts. */
    home(room: string): string
    readonly noRooms: string
    /** The list of rooms goes on. */
    readonly moreRooms: string
    members(room: string, count: number, members: readonly string[]): string
    /** Nothing was said in the room yet. */
    silence(room: string): string
    /** The connection ends; `reason` may be empty. */
    closing(reason: string): string
    /** It is worth coming back; in so many seconds, where it is known. */
    comeBack(seconds: number | undefined): string
    /** Stands after an error that passes by itself. */
    retryIn(seconds: number): string
  }
  /** About commands. */
  readonly help: {
    readonly title: string
    /** Everything else is a message; how to begin one with `/`. */
    readonly speak: string
    /** There is no command of this name (given with its `/`). */
    unknown(command: string): string
    /** How a command is written. */
    usage(usage: string): string
  }
}
