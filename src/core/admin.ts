/** What admins do with a server while it runs: looked at, changed, cleaned up, accounted for. */

import { ChatError } from '../errors.ts'
import type { AdminOp, AdminOperations, AdminResults } from '../protocol/admin-types.ts'
import type { Person, Request } from '../protocol/types.ts'
import { account, accounts, exported } from './admin-accounts.ts'
import { figuresHere, rooms, stats } from './admin-figures.ts'
import { LiveLimits } from './admin-limits.ts'
import { endHere, merged, peopleHere } from './admin-people.ts'
import { Course } from './course.ts'
import { expireRooms } from './expiry.ts'
import { Inquiries, type Question } from './inquiry.ts'
import { personOf } from './membership.ts'
import type { Admin, Core, Session } from './model.ts'
import { isAdmin, outcome, RULES } from './permissions.ts'
import { disconnect } from './revocation.ts'
import { recordsOf } from './standing.ts'

type Handlers = {
  readonly [O in AdminOp]: (fields: AdminOperations[O], by: Person) => Promise<AdminResults[O]>
}

/** Handles an operation for admins. Everybody else gets `forbidden`. */
export function administer<O extends AdminOp>(
  session: Session,
  request: Request<O>,
): Promise<AdminResults[O]> {
  const refusal = outcome(RULES.administer, {
    rank: isAdmin(session) ? 'admin' : 'visitor',
    inside: false,
  })
  if (refusal !== null) throw new ChatError(refusal)
  const { id: _id, op, ...fields } = request
  return session.core.admin.run<O>(
    op as O,
    fields as unknown as AdminOperations[O],
    personOf(session),
  )
}

/** The admin's side of one server. */
export class Administration implements Admin {
  readonly limits: LiveLimits
  private readonly core: Core
  private readonly course: Course
  private readonly inquiries: Inquiries
  private readonly handlers: Handlers

  constructor(core: Core) {
    this.core = core
    this.limits = new LiveLimits(core)
    this.course = new Course(core.clock.monotonic())
    this.inquiries = new Inquiries({
      link: core.link,
      clock: core.clock,
      makeId: core.makeId,
      logger: core.logger,
      others: () => core.presence?.remote.nodes ?? 0,
      answer: (question) => this.answer(question),
    })
    this.handlers = {
      admin_stats: () => {
        this.look()
        return stats(core, this.inquiries)
      },
      admin_rooms: (fields) => rooms(core, fields),
      admin_people: (fields) => this.people(fields),
      admin_disconnect: (fields, by) => this.disconnect(fields, by),
      admin_accounts: (fields) => accounts(core, fields),
      admin_account: async (fields, by) => {
        const { result, to, note } = await account(core, fields, by)
        if (note !== '') await this.note('admin.account', by, { to, note })
        return result
      },
      admin_limits: (fields, by) => this.changeLimits(fields, by),
      admin_sweep: (_fields, by) => this.sweep(by),
      admin_audit: (fields) => this.audit(fields),
      admin_erase: (fields, by) => this.erase(fields, by),
      admin_export: async (fields, by) => {
        const to = { id: fields.person, name: '' }
        if (fields.next === undefined) await this.note('admin.export', by, { to })
        return exported(core, fields)
      },
    }
  }

  /** Begins to listen to the other nodes, and takes over the limits that were changed. */
  async open(): Promise<void> {
    await this.inquiries.open()
    await this.limits.load()
  }

  run<O extends AdminOp>(op: O, fields: AdminOperations[O], by: Person): Promise<AdminResults[O]> {
    return this.handlers[op](fields, by)
  }

  /** Notes how much was said until now. */
  look(): void {
    this.course.look(this.core.clock.monotonic(), this.core.counts.messages)
  }

  private async answer(question: Question): Promise<unknown> {
    const { core } = this
    switch (question.what) {
      case 'figures':
        this.look()
        return figuresHere(core, this.course.figures())
      case 'people':
        return peopleHere(core, question)
      case 'end':
        return endHere(core, question)
      case 'forget':
        for (const room of core.rooms.open.values()) room.forget()
        return null
      case 'limits':
        return this.limits.load()
    }
  }

  private async people({
    after = '',
    limit = this.core.limits.listPage,
    person,
  }: AdminOperations['admin_people']): Promise<AdminResults['admin_people']> {
    const most = Math.min(limit, this.core.limits.listPage)
    const which = person === undefined ? undefined : { person }
    const all = merged(
      await this.inquiries.ask({ what: 'people', after, limit: most + 1, ...which }),
    )
    const people = all.slice(0, most)
    const next = people.at(-1)?.person.id
    const more = all.length > most
    return { people, more, ...(more && next !== undefined ? { next } : undefined) }
  }

  private async disconnect(
    fields: AdminOperations['admin_disconnect'],
    by: Person,
  ): Promise<AdminResults['admin_disconnect']> {
    const { person, session, reason = '' } = fields
    if ((person === undefined) === (session === undefined)) {
      throw new ChatError('bad_request', 'either person or session is needed')
    }
    const [found] = person === undefined ? [] : (await this.people({ person })).people
    const to = found === undefined ? undefined : { to: found.person }
    const what = session ?? person ?? ''
    await this.note('admin.disconnect', by, { ...to, note: [what, reason].join(' ').trim() })
    const counts = await this.inquiries.ask<number>({ what: 'end', ...fields })
    return { ended: counts.reduce((sum, count) => sum + count, 0) }
  }

  private async changeLimits(
    { set }: AdminOperations['admin_limits'],
    by: Person,
  ): Promise<AdminResults['admin_limits']> {
    if (set !== undefined && Object.keys(set).length > 0) {
      await this.limits.change(set)
      const note = Object.entries(set).map(([name, value]) => `${name} = ${value ?? 'initial'}`)
      await this.note('admin.limits', by, { note: note.join(', ') })
      await this.inquiries.ask({ what: 'limits' })
    }
    return { limits: this.limits.list() }
  }

  private async sweep(by: Person): Promise<AdminResults['admin_sweep']> {
    const { core } = this
    const gone = await expireRooms(core)
    await core.files?.sweep()
    const { records } = core.storage
    const tokens =
      records === undefined ? undefined : await core.ask(records.tokens.expire(core.clock.now()))
    await this.note('admin.sweep', by, { note: `${gone.length} rooms` })
    return {
      rooms: gone.length,
      ...(tokens === undefined ? undefined : { tokens }),
      ...(core.files === null ? undefined : { files: true }),
    }
  }

  private async audit({
    before,
    limit = this.core.limits.listPage,
  }: AdminOperations['admin_audit']): Promise<AdminResults['admin_audit']> {
    const { core } = this
    const most = Math.min(limit, core.limits.listPage)
    const lines = await core.ask(recordsOf(core).audit.list(before, most + 1))
    return { lines: lines.slice(0, most), more: lines.length > most }
  }

  /**
   * Erases a person. They are put out first, so that nothing is stored of them meanwhile; done twice,
   * it finds what came in between.
   */
  private async erase(
    { person: id }: AdminOperations['admin_erase'],
    by: Person,
  ): Promise<AdminResults['admin_erase']> {
    const { core } = this
    if (id === by.id || id === core.host.id) throw new ChatError('forbidden')
    const { people } = recordsOf(core)
    disconnect(core, id)
    await this.inquiries.ask({ what: 'end', person: id })
    let entries: number
    try {
      // It takes as long as there is to erase.
      entries = await people.erase(id)
    } finally {
      // Who fails may have erased a part, and that is to be shown nowhere any more.
      await this.inquiries.ask({ what: 'forget', person: id })
    }
    await this.note('admin.erase', by, { to: { id, name: '' }, note: `${entries} entries` })
    return { entries }
  }

  private async note(
    act: string,
    by: Person,
    more: { readonly to?: Person; readonly note?: string },
  ): Promise<void> {
    const { core } = this
    core.logger.info({ act, by: by.id, to: more.to?.id }, 'an admin did something')
    const { records } = core.storage
    if (records === undefined) return
    const line = { ts: core.clock.now(), act, by: { id: by.id, name: by.name }, ...more }
    await core.ask(records.audit.add(line, core.limits.auditEntries))
  }
}
