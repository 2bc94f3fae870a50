/** The folders that things are kept in: may they be written to, is there room, will it last? */

import { randomBytes } from 'node:crypto'
import { existsSync, rmSync, type StatsFs, writeFileSync } from 'node:fs'
import { access, constants, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { messageOf } from '../../storage/sql/failures.ts'
import { filesOf } from '../files.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'

/** Less room than this is trouble now, or soon, in bytes. */
const NO_ROOM = 64 * 1024 * 1024
const LITTLE_ROOM = 1024 * 1024 * 1024

/** Magic numbers of file systems (statfs(2) of Linux). */
const OVER_NETWORK: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
  16914839: '9p',
  1397113167: 'AFS',
  12805120: 'Ceph',
}
const IN_MEMORY: Readonly<Record<number, string>> = { 16914836: 'tmpfs', 2240043254: 'ramfs' }
const OVERLAY = 0x794c7630

/** What the file system of a folder is like, beside its room. */
export type Lasting =
  | { readonly kind: 'disk' }
  | { readonly kind: 'container' }
  | { readonly kind: 'network' | 'memory'; readonly name: string }

/** Told by the number of the file system; only Linux has these. */
export function lasting(type: number, inContainer: boolean): Lasting {
  // Read as signed on some machines.
  const magic = type >>> 0
  const network = OVER_NETWORK[magic]
  if (network !== undefined) return { kind: 'network', name: network }
  const memory = IN_MEMORY[magic]
  if (memory !== undefined) return { kind: 'memory', name: memory }
  return { kind: magic === OVERLAY && inContainer ? 'container' : 'disk' }
}

/** The folders of `--storage` and `--files`. `auto` is decided by whether there is SQLite. */
export function lookAtFolders(sqliteFile: string | null, durable: boolean): Look {
  return async (ask) => {
    const { storage, files: where } = ask.options
    const { files, told } = filesOf(where, storage, durable)
    const shared = files?.name === 'directory' ? resolve(told) : null
    return [
      ...(sqliteFile === null ? [] : await storageFolder(dirname(sqliteFile), ask)),
      ...(shared === null
        ? [ok('files', files === undefined ? ask.t.filesOff : ask.t.filesMemory)]
        : await filesFolder(shared, ask)),
    ]
  }
}

/** SQLite makes its file, not the folder. */
async function storageFolder(folder: string, { t }: Ask): Promise<readonly Finding[]> {
  if (!existsSync(folder)) return [fail('folder', t.folderMissing(folder))]
  return [await written('folder', folder, t), ...(await place('disk', folder, true, t))]
}

/** The store of files makes its own. */
async function filesFolder(folder: string, { t }: Ask): Promise<readonly Finding[]> {
  let nearest = folder
  while (!existsSync(nearest)) nearest = dirname(nearest)
  if (!(await stat(nearest)).isDirectory()) return [fail('files', t.folderNone(nearest))]
  return [await written('files', nearest, t, folder), ...(await place('files', nearest, false, t))]
}

/** Writes a file and removes it: rights alone don't tell of a disk that is mounted to be read. */
async function written(
  check: string,
  folder: string,
  t: Ask['t'],
  wanted: string = folder,
): Promise<Finding> {
  const file = join(folder, `.tertulia-doctor-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(file, 'This may be deleted.\n', { flag: 'wx' })
    rmSync(file)
    return ok(check, wanted === folder ? t.folder(folder) : t.folderComing(wanted))
  } catch (error) {
    return fail(check, t.folderClosed(folder, messageOf(error), userName()))
  }
}

async function place(
  check: string,
  folder: string,
  sqlite: boolean,
  t: Ask['t'],
): Promise<readonly Finding[]> {
  const told: StatsFs = await statfs(folder)
  const free = told.bavail * told.bsize
  const found: Finding[] = []
  if (free < NO_ROOM) found.push(fail(check, t.diskFull(folder, free)))
  else if (free < LITTLE_ROOM) found.push(warn(check, t.diskLow(folder, free)))
  else if (sqlite) found.push(ok(check, t.disk(folder, free)))
  const inContainer = existsSync('/.dockerenv') || existsSync('/run/.containerenv')
  const how = lasting(told.type, process.platform === 'linux' && inContainer)
  if (process.platform !== 'linux' || how.kind === 'disk') return found
  if (how.kind === 'container') return [...found, warn(check, t.diskContainer(folder))]
  if (how.kind === 'memory') return [...found, warn(check, t.diskMemory(folder, how.name))]
  // Files are kept so that several machines may share them.
  return sqlite ? [...found, warn(check, t.diskNetwork(folder, how.name))] : found
}

/** Whether a file that is there may be read and written. */
export async function mayWrite(file: string): Promise<boolean> {
  return access(file, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** Who runs this, for a hint. */
export const userName = (): string =>
  basename(process.env.HOME ?? process.env.USERPROFILE ?? '') || 'this user'
