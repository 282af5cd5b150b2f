// Removes the factors under a root key that is lost: nothing of them can be opened or found any more.
// It must not hold the file for long: a batch is one transaction, and says how many it removed.

import type { FactorStore } from '../../factors/ports.ts'
import { and, atMost, eq, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import { factors } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

export function createFactorForget(deps: {
  orm: Orm
  writer: Writer
  appendEvent: AppendEvent
}): Pick<FactorStore, 'forget'> {
  const { orm, writer, appendEvent } = deps
  const p = sql.placeholder
  const f = factors
  const fields = { seq: f.seq, id: f.id, type: f.type, service: f.service, budget: f.subjectIndex }
  const ofKey = orm
    .select(fields)
    .from(f)
    .where(eq(f.keyId, p('keyId')))
    .limit(atMost('limit'))
    .prepare()
  const ofService = orm
    .select(fields)
    .from(f)
    .where(and(eq(f.keyId, p('keyId')), eq(f.service, p('service')))) // mutant: C65.forget-lost-only
    .limit(atMost('limit'))
    .prepare()
  const remove = orm
    .delete(f)
    .where(eq(f.seq, p('seq')))
    .prepare()
  return {
    forget: ({ keyId, service, now, actor, limit }) =>
      writer.write(() => {
        const found =
          service === null ? ofKey.all({ keyId, limit }) : ofService.all({ keyId, service, limit })
        for (const one of found) {
          remove.run({ seq: one.seq })
          appendEvent({
            ...{ at: now, type: 'factor.deleted', verificationSeq: null, budgetIndex: one.budget },
            actor: { ...actor, service: one.service },
            details: { factor: one.id, type: one.type },
          })
        }
        return found.length
      }),
  }
}
