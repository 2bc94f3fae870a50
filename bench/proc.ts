// CPU time, resident memory and limits of a process, read from /proc (NaN where there is none).

import { readdirSync, readFileSync } from 'node:fs'

/** Linux reports CPU time in ticks of 1/100 s (USER_HZ) on every architecture Node runs on. */
const MS_PER_TICK = 10

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** The numbers of /proc/PID/stat from the third field on (the state, which is none). */
function statOf(pid: number | string): number[] {
  const stat = read(`/proc/${pid}/stat`)
  // The second field is the command in parentheses, which may hold spaces; count from behind it.
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
}

/** User and system time of the whole process, all threads, in milliseconds. */
export function cpuMs(pid: number): number {
  const [utime = Number.NaN, stime = Number.NaN] = statOf(pid).slice(11, 13)
  return (utime + stime) * MS_PER_TICK
}

/** The same of a process and its children, those that have ended included. */
export function familyCpuMs(pid: number): number {
  const [utime = Number.NaN, stime = Number.NaN, ofEnded = 0, ofEndedToo = 0] = statOf(pid).slice(
    11,
    15,
  )
  let ticks = utime + stime + ofEnded + ofEndedToo
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = statOf(name)
    if (stat[1] === pid) ticks += (stat[11] ?? 0) + (stat[12] ?? 0)
  }
  return ticks * MS_PER_TICK
}

export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kilobytes ?? Number.NaN) * 1024
}

/** The hard limit of open files; Node raises the soft one to it when it starts. */
export function openFilesLimit(): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(read('/proc/self/limits'))?.[1]
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}
