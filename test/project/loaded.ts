/** Looks at what a module loads when it is imported. */

import { execFileSync } from 'node:child_process'

/** What came along with a module. */
export interface Loaded {
  /** Names of packages. */
  readonly packages: readonly string[]
  /** Compiled addons. */
  readonly native: readonly string[]
}

/** Runs in the thread of the loader: tells every module that is loaded by `import`. */
const HOOKS = `
let tell
export function initialize({ port }) { tell = (url) => port.postMessage(url) }
export async function load(url, context, next) { tell(url); return next(url, context) }
`

/** Runs in the program: imports the module, then prints what was loaded, required ones included. */
const PROBE = `
import { createRequire, register } from 'node:module'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
const { port1, port2 } = new MessageChannel()
register('data:text/javascript,' + encodeURIComponent(process.env.HOOKS), {
  data: { port: port2 },
  transferList: [port2],
})
await import(process.env.MODULE)
const files = Object.keys(createRequire(process.cwd() + '/').cache)
for (let one; (one = receiveMessageOnPort(port1)); ) files.push(one.message)
process.stdout.write(JSON.stringify(files))
process.exit()
`

/**
 * Imports a module in a program of its own.
 *
 * @param module a name as in `import`, or a path
 * @param from the folder from where it is imported
 */
export function loadedBy(module: string, from: string): Loaded {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', PROBE], {
    cwd: from,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOOKS, MODULE: module },
  })
  const files = (JSON.parse(output) as string[]).filter((file) => !file.startsWith('node:'))
  const names = files.flatMap((file) => {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]
    return name === undefined ? [] : [name]
  })
  return {
    packages: [...new Set(names)].toSorted(),
    native: files.filter((file) => file.endsWith('.node')),
  }
}
