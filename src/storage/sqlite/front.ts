// The front door's rows on SQLite: written with a start, claimed by the first browser, used once.
// It must not be used outside of the writer's jobs: a row is read and then written.

import type { EventType } from '../../events/types.ts'
import type {
  Asked,
  FrontDoor,
  FrontMessage,
  FrontRequest,
  FrontStore,
  FrontUse,
} from '../../verification/front-ports.ts'
import { eq, getTableColumns, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import type { Answers } from './idempotency.ts'
import { selectVerifications, toRecord } from './rows.ts'
import { deliveries, verifications } from './schema.ts'
import { frontDoors as t } from './schema-front.ts'
import type { Writer } from './writer.ts'

const NOTHING: FrontDoor = {
  ...{ nonce: null, showsParty: false, returnUrl: null, link: false, linkBindingMac: null },
  ...{ browserMac: null, exchangedAt: null, consumedAt: null },
}
type Use = { column: 'exchangedAt' | 'consumedAt'; type: EventType }
const USES: Record<FrontUse, Use> = {
  exchanged: { column: 'exchangedAt', type: 'approval.exchanged' },
  consumed: { column: 'consumedAt', type: 'approval.consumed' },
}

export type KeepFront = (id: string, front: FrontRequest) => void

function createPut(orm: Orm) {
  const { verificationId: _, ...columns } = getTableColumns(t)
  const names = Object.keys(columns)
  const set = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, sql.raw(`excluded.${column.name}`)]),
  )
  const values = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]))
  return orm
    .insert(t)
    .values({ verificationId: sql.placeholder('id'), ...values } as never)
    .onConflictDoUpdate({ target: t.verificationId, set: set as never })
    .prepare()
}

/** Of a new verification. Its statement is prepared at the first one: most starts ask for nothing of the front door. */
export function createFrontWriter(orm: Orm): KeepFront {
  let put: ReturnType<typeof createPut> | undefined
  return (id, front) => {
    put ??= createPut(orm)
    put.run({ id, ...NOTHING, ...front })
  }
}

function createOpening(orm: Orm) {
  const d = deliveries
  const row = selectVerifications(orm)
    .where(eq(verifications.id, sql.placeholder('id')))
    .prepare()
  const messages = orm
    .select({
      ...{ send: d.send, channel: d.channel, status: d.status, provider: d.provider },
      ...{ errorCode: d.errorCode, queuedAt: d.queuedAt, sentAt: d.sentAt },
      ...{ deliveredAt: d.deliveredAt, timeoutMs: d.timeoutMs },
    })
    .from(d)
    .where(eq(d.verificationSeq, sql.placeholder('seq')))
    .orderBy(d.send)
    .prepare()
  return {
    row: (id: string) => row.get({ id }),
    messages: (seq: number): FrontMessage[] => messages.all({ seq }),
  }
}

/** For a check, in its own read. */
export function createAskedFind(orm: Orm): (id: string) => Asked | null {
  const find = orm
    .select({ nonce: t.nonce, showsParty: t.showsParty })
    .from(t)
    .where(eq(t.verificationId, sql.placeholder('id')))
    .prepare()
  return (id) => find.get({ id }) ?? null
}

export function createFrontStore({
  orm,
  writer,
  appendEvent,
  answers,
}: {
  orm: Orm
  writer: Writer
  appendEvent: AppendEvent
  answers: Pick<Answers, 'keep'>
}): FrontStore {
  const { verificationId, ...columns } = getTableColumns(t)
  const find = orm
    .select(columns)
    .from(t)
    .where(eq(verificationId, sql.placeholder('id')))
    .prepare()
  const known = orm
    .select({ seq: verifications.seq })
    .from(verifications)
    .where(eq(verifications.id, sql.placeholder('id')))
    .prepare()
  const put = createPut(orm)
  const opening = createOpening(orm)
  /** Undefined: its verification was erased meanwhile. */
  const row = (id: string) => find.get({ id }) ?? (known.get({ id }) && NOTHING)
  const set = (id: string, before: FrontDoor, change: Partial<FrontDoor>) =>
    put.run({ id, ...before, ...change })
  return {
    find: (id) => writer.read(() => find.get({ id })),
    open: (id) =>
      writer.read(() => {
        const found = opening.row(id)
        if (!found) return undefined
        const messages = opening.messages(found.seq)
        return { record: toRecord(found), door: find.get({ id }), messages }
      }),
    renew: (id, request) =>
      writer.write(() => {
        const before = row(id)
        if (!before) return
        const { link, linkBindingMac: bound } = before
        const linkBindingMac = bound && (request.linkBindingMac ?? bound) // mutant: C89.leads-where-it-led
        set(id, before, { ...request, link, linkBindingMac })
      }),
    claimBrowser: (id, mac) =>
      writer.write(() => {
        const before = row(id)
        if (!before || before.browserMac) return before?.browserMac ?? undefined // mutant: I22.first-browser
        set(id, before, { browserMac: mac })
        return mac
      }),
    useOnce: ({ verificationId: id, use, now, actor, kept }) =>
      writer.write(() => {
        const { column, type } = USES[use]
        const before = row(id)
        if (!before || before[column] !== null) return false // mutant: I22.used-once
        set(id, before, { [column]: now })
        const verificationSeq = known.get({ id })?.seq ?? null
        appendEvent({ at: now, type, verificationSeq, actor, details: {} })
        if (kept) answers.keep(kept) // mutant: I22.use-with-answer
        return true
      }),
  }
}
