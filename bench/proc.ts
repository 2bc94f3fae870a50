// CPU time, resident memory and limits of a process, read from /proc (NaN where there is none).

import { readFileSync } from 'node:fs'

/** Linux reports CPU time in ticks of 1/100 s (USER_HZ) on every architecture Node runs on. */
const MS_PER_TICK = 10

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** User and system time of the whole process, all threads, in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  // The second field is the command in parentheses, which may hold spaces; count from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) * MS_PER_TICK
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
