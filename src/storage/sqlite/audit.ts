// Readers of the whole log, and its chain, on SQLite.
// It must not sync the file for a reader's place: after a power cut it reads a stretch again.

import type { AuditStore, LeafRow, Segment } from '../../audit/ports.ts'
import { type Orm, sql } from './drizzle.ts'
import { createEventNumbers } from './event-numbers.ts'
import { createAfter } from './event-reads.ts'
import { EVENT_TYPE_OF, unpackDetails } from './event-rows.ts'
import { toEventRecord } from './event-store.ts'
import { logReaders as r, auditSegments as s } from './schema-audit.ts'
import type { Writer } from './writer.ts'

type Row = Omit<LeafRow, 'type' | 'details'> & { type: number; details: string }

/** What nobody can read still has a place, by which the check of the chain names it. */
function toLeaf(row: Row): LeafRow {
  const type = EVENT_TYPE_OF.get(row.type) ?? null
  try {
    return { ...row, type, details: type && unpackDetails(type, row.details) }
  } catch {
    return { ...row, type, details: null }
  }
}

const LEAVES = sql`e.seq as sequence, e.at, e.type, v.id as verificationId, coalesce(v.created_at, e.at) as since,
  e.service, e.key_id as keyId, e.client_ip as clientIp, e.user_agent as userAgent, e.budget_index as budgetIndex,
  e.recipient_sealed as recipientSealed, e.details, coalesce(e.salt, v.recipient_sealed) as salt`

const REPEATED = { mayRepeat: true }

export function createAuditStore(deps: { orm: Orm; writer: Writer }): AuditStore {
  const { orm, writer } = deps
  const numbers = createEventNumbers(orm)
  const after = createAfter(orm)
  const moved = (name: string, holder: string, sequence: number) =>
    orm.run(sql`update ${r} set sequence = ${sequence} where name = ${name} and holder = ${holder}`)
      .changes > 0
  return {
    // One process has the file: whoever comes takes the place, also after a kill.
    claim: ({ name, holder, begin }) =>
      writer.write(() => {
        const row = orm.get<{ sequence: number; holder: string } | undefined>(
          sql`select sequence, holder from ${r} where name = ${name}`,
        )
        if (row?.holder === holder) return row.sequence
        const sequence = row?.sequence ?? begin ?? numbers.last()
        orm.run(sql`insert into ${r} (name, sequence, holder, held_until) values (${name}, ${sequence}, ${holder}, 0)
          on conflict (name) do update set holder = excluded.holder`)
        return sequence
      }, REPEATED),
    move: ({ name, holder, sequence }) =>
      writer.write(() => moved(name, holder, sequence), REPEATED),
    place: (name) =>
      writer.read(
        () =>
          orm.get<{ sequence: number } | undefined>(
            sql`select sequence from ${r} where name = ${name}`,
          )?.sequence,
      ),
    release: async () => {},
    eventsAfter: (sequence, limit) => writer.read(() => after(sequence, limit).map(toEventRecord)),
    leavesAfter: (sequence, limit) =>
      writer.read(() =>
        orm
          .all<Row>(
            sql`select ${LEAVES} from events e left join verifications v on v.seq = e.verification_seq
              where e.seq > ${sequence} order by e.seq limit ${limit}`,
          )
          .map(toLeaf),
      ),
    segmentsAfter: (number, limit) =>
      writer.read(() =>
        orm.select().from(s).where(sql`number > ${number}`).orderBy(sql`number`).limit(limit).all(),
      ),
    lastSegment: () =>
      writer.read(() => orm.select().from(s).orderBy(sql`number desc`).limit(1).all()[0]),
    appendSegment: (segment: Segment, holder) =>
      writer.write(() => {
        const { after, last } = segment
        const place = orm.get<{ sequence: number } | undefined>(
          sql`select sequence from ${r} where name = 'chain' and holder = ${holder}`,
        )
        if (place?.sequence !== after) return false
        moved('chain', holder, last)
        numbers.keepAbove(last)
        orm.insert(s).values(segment).run()
        return true
      }),
    forget: ({ entriesBefore, addressesBefore, limit }) =>
      writer.write(() => {
        orm.run(sql`update ${s} set entries = null where number in (select number from ${s}
          where entries is not null and newest < ${entriesBefore} order by newest limit ${limit})`)
        orm.run(sql`update ${s} set address_secret = null where number in (select number from ${s}
          where address_secret is not null and newest < ${addressesBefore} order by newest limit ${limit})`)
      }, REPEATED),
  }
}
