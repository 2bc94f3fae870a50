/** The machine: Node, files that may be open, memory, the clock. */

import { execFile } from 'node:child_process'
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { LIMITS } from '../../limits.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'
import { isIn } from './package.ts'

/** Open besides the connections: the database, its log, the ports, files that are being sent. */
const OTHER_FILES = 256
/** With less a server that keeps its own limits may be killed, in bytes. */
const LITTLE_MEMORY = 256 * 1024 * 1024
/** No right clock shows an earlier time. */
const EARLIEST = Date.UTC(2025, 0, 1)

/** Node, and this package. */
export const lookAtNode: Look = async ({ manifest, t }) => [
  versionOfNode(process.versions.node, manifest.engines?.node ?? '*', t),
  ok('tertulia', t.package(manifest.version)),
]

/** Whether this Node will do. */
export function versionOfNode(version: string, range: string, t: Ask['t']): Finding {
  return range === '*' || isIn(version, range)
    ? ok('node', t.node(version, range))
    : fail('node', t.nodeWrong(version, range))
}

/** How many files, connections among them, may be open. */
export const lookAtFiles: Look = async ({ t }, signal) => {
  if (process.platform === 'win32') return []
  const limit = await new Promise<number | null>((resolve) => {
    // Node has raised its own limit to the highest it may, and a child begins with that.
    execFile('sh', ['-c', 'ulimit -n'], { signal }, (error, stdout) => {
      const text = stdout.trim()
      if (error !== null) resolve(null)
      else resolve(text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text))
    })
  })
  return limit === null || Number.isNaN(limit) ? [] : [openFiles(limit, t)]
}

/** Whether so many are enough. */
export function openFiles(limit: number, t: Ask['t']): Finding {
  const wanted = LIMITS.connections + OTHER_FILES
  return limit >= wanted
    ? ok('open-files', t.files(limit, LIMITS.connections))
    : warn('open-files', t.filesFew(limit, Math.max(0, limit - OTHER_FILES), wanted))
}

/** The memory there is for this process. */
export const lookAtMemory: Look = async ({ t }) => {
  const bound = process.constrainedMemory()
  const total = totalmem()
  // Without a limit it is 0, or a number that no machine has.
  const contained = bound > 0 && bound < total
  return [memory(contained ? bound : total, contained, getHeapStatistics().heap_size_limit, t)]
}

/**
 * Whether there is enough.
 *
 * @param bytes the most this process may have
 * @param contained a container sets that, and ends who takes more
 * @param heap up to where Node lets its heap grow, in bytes
 */
export function memory(bytes: number, contained: boolean, heap: number, t: Ask['t']): Finding {
  if (bytes < LITTLE_MEMORY) return warn('memory', t.memoryLittle(bytes, contained))
  return contained && heap > bytes
    ? warn('memory', t.memoryHeap(bytes, heap))
    : ok('memory', t.memory(bytes, contained))
}

/** The clock and the time zone. */
export const lookAtClock: Look = async ({ t }) => [clock(Date.now(), process.env.TZ, t)]

/** @param zone the variable TZ */
export function clock(now: number, zone: string | undefined, t: Ask['t']): Finding {
  const time = new Date(now).toISOString().slice(0, 19)
  if (now < EARLIEST) return fail('clock', t.clockWrong(time))
  const used = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (zone === undefined || zone === '' || isZone(zone)) return ok('clock', t.clock(time, used))
  return warn('clock', t.clockZone(time, zone))
}

function isZone(zone: string): boolean {
  try {
    // POSIX allows a colon before a name, or the path of a file.
    new Intl.DateTimeFormat('en', { timeZone: zone.replace(/^:?(\/.*\/zoneinfo\/)?/, '') })
    return true
  } catch {
    // POSIX again: `EST5EDT`, `<-03>3`.
    return /^(?:[A-Za-z]{3,}|<[\w+-]+>)[+-]?\d/.test(zone)
  }
}
