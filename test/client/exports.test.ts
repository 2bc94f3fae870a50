/** The two faces of `tertulia/client`, and what is built of them. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as browser from '../../src/client.ts'
import * as node from '../../src/client-node.ts'

/** A file of `dist` with all that it imports from there: the texts. */
function built(name: string, seen = new Map<string, string>()): string {
  if (seen.has(name)) return ''
  const text = readFileSync(new URL(`../../dist/${name}`, import.meta.url), 'utf8')
  seen.set(name, text)
  for (const [, next] of text.matchAll(/from\s*"\.\/([^"]+)"/g)) built(next as string, seen)
  return [...seen.values()].join('\n')
}

/** Another's build may be under way. */
async function retried<T>(look: () => T): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return look()
    } catch (error) {
      if (i === 40) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

describe('tertulia/client', () => {
  it('has the same names for browsers and for Node', () => {
    expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort())
    expect(Object.keys(node).sort()).toEqual(
      [
        ...['CLOSE', 'ChatError', 'connect', 'isChatError', 'login', 'register', 'timeline'],
        'webSocketLink',
      ].sort(),
    )
  })

  it('needs neither Node nor ws in browsers', async () => {
    const text = await retried(() => built('client.js'))
    expect(text).toContain('WebSocket')
    expect(text).not.toMatch(/["']node:|from\s*["']ws["']|import\(["']/)
  })

  it('on Node loads ws only where there is no other WebSocket', async () => {
    const text = await retried(() => built('client-node.js'))
    expect(text).toMatch(/import\(["']ws["']\)/)
    expect(text).not.toMatch(/from\s*["']ws["']/)
  })

  it('is built for pages without a bundler, too', async () => {
    const files = await retried(() => readdirSync(new URL('../../dist/web', import.meta.url)))
    expect(files).toContain('client.js')
  })
})
