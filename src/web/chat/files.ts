/** The files of messages: fetched once, shown from memory, given back when they are out of use. */

import type { ChatClient } from '../../client/types.ts'
import type { FileInfo } from '../../protocol/types.ts'

/** Pictures kept at most; those that weren't used for longest go first. */
const MOST = 40

/** Types that browsers show without running anything. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']

/** Whether a file can be shown as a picture. */
export const isPicture = ({ type }: { readonly type: string }): boolean => PICTURES.includes(type)

/** Fetches files for one client. */
export class Files {
  readonly #client: ChatClient
  readonly #urls = new Map<string, Promise<string>>()

  constructor(client: ChatClient) {
    this.#client = client
  }

  /** A `blob:` address of a file, good until {@link Files.end} or many others were asked for. */
  url(file: FileInfo): Promise<string> {
    let url = this.#urls.get(file.id)
    if (url === undefined) {
      url = this.#fetch(file)
      url.catch(() => this.#urls.delete(file.id))
    } else {
      this.#urls.delete(file.id)
    }
    this.#urls.set(file.id, url)
    const [oldest] = this.#urls.keys()
    if (this.#urls.size > MOST && oldest !== undefined) this.#drop(oldest)
    return url
  }

  async #fetch(file: FileInfo): Promise<string> {
    const response = await this.#client.download(file)
    const bytes = await response.arrayBuffer()
    // Of the type that the server found, so that nothing can pass for a page.
    const type = isPicture(file) ? file.type : 'application/octet-stream'
    return URL.createObjectURL(new Blob([bytes], { type }))
  }

  /** Saves a file to where downloads go. */
  async save(file: FileInfo): Promise<void> {
    const url = await this.url(file)
    const anchor = document.createElement('a')
    anchor.href = url
    anchor.download = file.name
    anchor.click()
  }

  #drop(id: string): void {
    const url = this.#urls.get(id)
    this.#urls.delete(id)
    url?.then(URL.revokeObjectURL, () => {})
  }

  /** Gives all of them back. */
  end(): void {
    for (const id of [...this.#urls.keys()]) this.#drop(id)
  }
}
