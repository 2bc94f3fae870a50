/** Real connections for the recording client: framed TCP and WebSocket. */

import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { FrameDecoder, frameHeader } from '../protocol/framing.ts'
import type { RecordedEar } from './history-recorder.ts'

/** The client's end of a connection. The simulated network's links fit. */
export interface RecordingLink {
  /** Sends a payload; it may have to wait until the connection is there. After the end: nothing. */
  send(payload: string): void
  /** Ends the connection after what was sent. */
  close(): void
  /** Ends the connection at once, without a word. */
  cut(): void
}

/** Connects. Where that fails, `ear.closed` is called, later. */
export type RecordingDial = (ear: RecordedEar) => RecordingLink

/** A peer that doesn't answer a close is cut after so long, in ms. */
const CLOSE_MS = 5000

/**
 * Dials framed TCP.
 *
 * @example
 * const dial = tcpDial({ port: 12345 })
 */
export function tcpDial({
  port,
  host = '127.0.0.1',
}: {
  port: number
  host?: string
}): RecordingDial {
  return (ear) => {
    const socket = connect({ port, host, noDelay: true })
    const decoder = new FrameDecoder(
      { onFrame: (payload) => ear.payload(Buffer.from(payload).toString()) },
      Number.MAX_SAFE_INTEGER,
    )
    socket.on('data', (chunk) => void decoder.push(chunk))
    // 'close' follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      decoder.stop()
      ear.closed({ code: 1006 })
    })
    return {
      send(payload) {
        if (!socket.writable) return
        const bytes = Buffer.from(payload)
        socket.write(Buffer.concat([frameHeader(bytes.length), bytes]))
      },
      close() {
        socket.end()
        const timer = setTimeout(() => socket.destroy(), CLOSE_MS)
        socket.on('close', () => clearTimeout(timer))
      },
      cut: () => void socket.destroy(),
    }
  }
}

/**
 * Dials WebSocket.
 *
 * @param url such as `ws://127.0.0.1:8080/`
 */
export function webSocketDial(url: string): RecordingDial {
  return (ear) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    let early: string[] | null = []
    socket.on('open', () => {
      for (const payload of early ?? []) socket.send(payload)
      early = null
    })
    socket.on('message', (data) => ear.payload(data.toString()))
    socket.on('error', () => {})
    socket.on('close', (code, reason) => {
      early = null
      ear.closed({ code, reason: reason.toString() })
    })
    return {
      send(payload) {
        if (early !== null) early.push(payload)
        else if (socket.readyState === WebSocket.OPEN) socket.send(payload)
      },
      close: () => socket.close(),
      cut: () => socket.terminate(),
    }
  }
}
