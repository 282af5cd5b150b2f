// How a message to a webhook is written from inside the job that writes its event.
// It must not open a transaction: it belongs to the transaction of its cause.

import type { EventDetails, EventType } from '../../events/types.ts'
import { type Orm, sql } from './drizzle.ts'
import { webhookMessages } from './schema-webhooks.ts'

type Row = {
  verificationSeq: number | null
  destination: string
  at: number
  type: EventType
  details: EventDetails
}

export function createWebhookInsert(orm: Orm): (row: Row) => void {
  const p = sql.placeholder
  const prepare = () =>
    orm
      .insert(webhookMessages)
      .values({
        verificationSeq: p('verificationSeq'),
        destination: p('destination'),
        sequence: sql`(select coalesce(max(m.sequence), 0) + 1 from webhook_messages m
          where m.verification_seq = ${p('verificationSeq')} and m.destination = ${p('destination')})`,
        type: p('type'),
        at: p('at'),
        details: p('details'),
        state: 'queued',
        tries: 0,
        dueAt: p('at'),
      })
      .prepare()
  // Most stores never write one.
  let insert: ReturnType<typeof prepare> | undefined
  return ({ details, ...row }) => {
    insert ??= prepare()
    insert.run({ ...row, details: JSON.stringify(details) })
  }
}
