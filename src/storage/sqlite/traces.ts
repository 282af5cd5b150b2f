// Trace contexts on SQLite: one row for each request that made a message or ended a verification.

import type { TraceContext } from '../../kernel/tracing.ts'
import type { Engine } from '../engine.ts'
import { eq, type Orm, sql } from './drizzle.ts'
import { traceContexts } from './schema-traces.ts'
import type { Writer } from './writer.ts'

const t = traceContexts

export type KeepTrace = (
  row: { id: string; send: number; at: number },
  context: TraceContext,
) => void

/** Inside a writer's job. Its statement is prepared at the first one: where traces are off there is none. */
export function createTraceWriter(orm: Orm): KeepTrace {
  const p = sql.placeholder
  const prepare = () =>
    orm
      .insert(t)
      .values({
        verificationId: p('id'),
        send: p('send'),
        traceparent: p('traceparent'),
        tracestate: p('tracestate'),
        at: p('at'),
      })
      .onConflictDoNothing()
      .prepare()
  let insert: ReturnType<typeof prepare> | undefined
  return (row, context) => {
    insert ??= prepare()
    insert.run({ ...row, ...context })
  }
}

export function createTraceReads({ orm, writer }: { orm: Orm; writer: Writer }): Engine['traces'] {
  const find = orm
    .select()
    .from(t)
    .where(eq(t.verificationId, sql.placeholder('id')))
    .prepare()
  return { find: (ids) => writer.read(() => ids.flatMap((id) => find.all({ id }))) }
}
