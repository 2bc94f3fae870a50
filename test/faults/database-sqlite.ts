/** SQLite: a file, on a file system that can be filled where mounting one is allowed. */

import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import type { Random } from '../../src/testing/random.ts'
import { type Database, logsOf, retentionOf } from './database.ts'
import type { Fault, FaultKind, Patients } from './faults.ts'
import type { ServerNode } from './node.ts'
import type { RunOptions } from './options.ts'
import { canInject, inject } from './strace.ts'
import { sleep } from './time.ts'

/** Of the file system that is filled, in MiB. */
const SIZE_MIB = 96
/** Its file may grow by so much where its size is limited instead, in bytes. */
const GROWTH = 16 * 1024

/** Makes the place for a database. */
export async function sqliteDatabase(options: RunOptions): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-faults-'))
  const place = join(folder, 'data')
  mkdirSync(place)
  const mounted = options.small && mount(place)
  const unmount = (): void => {
    if (mounted) run('umount', ['-l', place])
    rmSync(folder, { recursive: true, force: true })
  }
  // Whatever happens, no file system is left behind.
  process.once('exit', unmount)
  const file = join(place, 'chat.db')
  const traces = await canInject()
  const limits = !mounted && run('prlimit', ['--pid', `${process.pid}`, '--fsize'])

  return {
    where: `sqlite:${file}`,
    durable: true,
    notes: [
      mounted
        ? `on a tmpfs of ${SIZE_MIB} MiB, which is filled`
        : `on the real disk; ${limits ? 'filled by a limit on the size of files' : 'it is never full'}`,
      traces
        ? 'system calls are spoilt by strace'
        : 'no strace that may attach: no faults at the Nth system call',
    ],
    faults(patients) {
      const full = mounted ? fullDisk(place) : limits ? smallFiles(patients) : null
      return [
        writeLock(file),
        ...(full === null ? [] : [full]),
        ...(traces ? spoiltCalls(patients) : []),
      ]
    },
    logs: (rooms) =>
      logsOf(
        sqliteStorage(file, { thread: false, retention: retentionOf(options.keep) }),
        rooms,
        options.broken,
      ),
    async check() {
      const db = new SqliteDatabase(file)
      const found = db.pragma('integrity_check', { simple: true })
      db.close()
      return found === 'ok' ? [] : [`SQLite's integrity check: ${String(found)}`]
    },
    async remove() {
      process.off('exit', unmount)
      unmount()
    },
  }
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

function mount(place: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  return run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m,mode=0700`, 'tmpfs', place])
}

/** Another process writes, and takes its time. */
function writeLock(file: string): FaultKind {
  return {
    name: 'write lock',
    weight: 2,
    make(random) {
      // Longer than the server waits for storage, now and then.
      const ms = random.chance(0.2) ? random.int(2000, 5500) : random.int(100, 1500)
      return { place: 'database', words: `${ms} ms`, run: () => holdLock(file, ms) }
    },
  }
}

async function holdLock(file: string, ms: number): Promise<void> {
  const db = new SqliteDatabase(file, { timeout: 0 })
  try {
    for (const end = performance.now() + 5000; ; ) {
      try {
        db.exec('begin immediate')
        break
      } catch (error) {
        // It is the server's turn, or it is recovering, or the disk is full.
        if (performance.now() > end) return
        if (!/locked|busy|full|disk I\/O/.test(String(error))) throw error
        await sleep(5)
      }
    }
    await sleep(ms)
    db.exec('rollback')
  } finally {
    db.close()
  }
}

function fullDisk(place: string): FaultKind {
  return {
    name: 'disk full',
    weight: 2,
    make(random) {
      const ms = random.int(200, 3000)
      // Sometimes a little is left: a commit fails in its middle.
      const left = random.pick([0, 0, random.int(1, 200) * 1024])
      const words = `${ms} ms, ${left} bytes left`
      return { place: 'database', words, run: () => fill(join(place, 'ballast'), left, ms) }
    },
  }
}

async function fill(file: string, left: number, ms: number): Promise<void> {
  const block = Buffer.alloc(1024 * 1024)
  const fd = openSync(file, 'w')
  try {
    for (let size = block.length; size >= 4096; ) {
      try {
        writeSync(fd, block, 0, size)
      } catch {
        size /= 4
      }
    }
  } finally {
    closeSync(fd)
  }
  if (left > 0) run('truncate', ['-s', `-${left}`, file])
  await sleep(ms)
  rmSync(file)
}

function smallFiles({ nodes }: Patients): FaultKind {
  return {
    name: 'file limit',
    weight: 2,
    make(random) {
      const node = random.pick(nodes)
      const ms = random.int(200, 3000)
      const limit = (bytes: string): void => {
        if (node.pid !== undefined) run('prlimit', ['--pid', `${node.pid}`, `--fsize=${bytes}:`])
      }
      return {
        place: `node ${node.index}`,
        words: `node ${node.index}, ${ms} ms`,
        async run() {
          limit(String(GROWTH))
          await sleep(ms)
          limit('unlimited')
        },
      }
    },
  }
}

/** Killed in the middle of a commit, or told by the kernel that it failed. */
function spoiltCalls({ nodes }: Patients): FaultKind[] {
  const onCall = (
    name: string,
    plan: (random: Random) => { rule: string; ms: number },
    run: (node: ServerNode, rule: string, ms: number) => Promise<void>,
  ): FaultKind => ({
    name,
    weight: 2,
    make(random): Fault {
      const node = random.pick(nodes)
      const { rule, ms } = plan(random)
      const words = `node ${node.index}, ${rule}`
      return { place: `node ${node.index}`, words, run: () => run(node, rule, ms) }
    },
  })
  const kill = async (node: ServerNode, rule: string, ms: number): Promise<void> => {
    if (node.pid === undefined) return
    node.expectEnd()
    const injection = inject(node.pid, rule)
    const killed = await node.gone(ms)
    await injection.end()
    if (!killed && node.pid !== undefined) node.expectNone()
    await node.start()
  }
  const SYNC = 'fdatasync,fsync'

  return [
    onCall(
      'kill at sync',
      (random) => ({ rule: `${SYNC}:signal=SIGKILL:when=${random.int(1, 12)}`, ms: 4000 }),
      kill,
    ),
    onCall(
      'kill at write',
      (random) => ({ rule: `pwrite64:signal=SIGKILL:when=${random.int(1, 60)}`, ms: 4000 }),
      kill,
    ),
    onCall(
      'write error',
      (random) => ({
        rule: random.pick([
          `${SYNC}:error=EIO:when=${random.int(1, 5)}+`,
          `pwrite64:error=ENOSPC:when=${random.int(1, 30)}+${random.int(1, 5)}`,
          `pwrite64:error=EIO:when=${random.int(1, 30)}`,
        ]),
        ms: random.int(300, 2500),
      }),
      async (node, rule, ms) => {
        if (node.pid === undefined) return
        const injection = inject(node.pid, rule)
        await sleep(ms)
        await injection.end()
      },
    ),
  ]
}
