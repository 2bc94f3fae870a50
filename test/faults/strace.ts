/** Faults at the Nth system call of a process that runs, by `strace`. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { sleep } from './time.ts'

/** Attaches to a process and spoils some of its system calls; null: it is gone already. */
export function inject(pid: number, rule: string): Injection {
  const calls = rule.split(':', 1)[0] as string
  const child = spawn(
    'strace',
    [
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${rule}`,
      '-p',
      `${pid}`,
    ],
    { stdio: 'ignore' },
  )
  child.on('error', () => {})
  return new Injection(child)
}

/** System calls that are being spoilt. */
export class Injection {
  private readonly child: ChildProcess

  constructor(child: ChildProcess) {
    this.child = child
  }

  /** Lets the process go on as before. */
  async end(): Promise<void> {
    const { child } = this
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
  }
}

/** Whether `strace` is there and may attach to processes: tried on one of our own. */
export async function canInject(): Promise<boolean> {
  if (process.platform !== 'linux') return false
  if (spawnSync('strace', ['-V'], { stdio: 'ignore' }).status !== 0) return false
  const code = `const fs = require('node:fs')
    const fd = fs.openSync('/dev/null', 'w')
    setInterval(() => { try { fs.writeSync(fd, 'x', 0) } catch { process.exit(7) } }, 20)`
  const child = spawn(process.execPath, ['-e', code], { stdio: 'ignore' })
  if (child.pid === undefined) return false
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const injection = inject(child.pid, 'pwrite64:error=EIO')
  const code7 = await Promise.race([ended, sleep(3000).then(() => null)])
  await injection.end()
  child.kill('SIGKILL')
  await ended
  return code7 === 7
}
