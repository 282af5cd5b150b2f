// Trace contexts on PostgreSQL: the row is written by the statement that calls the function of a start or a change.

import type { TraceContext } from '../../kernel/tracing.ts'
import type { Engine, TraceRow } from '../engine.ts'
import type { Call, Query } from './pool.ts'

const FIND =
  'select verification_id as "verificationId", send, traceparent, tracestate, at from trace_contexts where verification_id = any($1)'

/**
 * The call with the context of its request, which is kept where the function did what it was asked. One statement: one
 * round trip and one commit, as without.
 * @param kind of the function's answer where it did
 */
export function withTrace(
  call: Call,
  kind: 'created' | 'done',
  row: { id: string; send: number; at: number },
  { traceparent, tracestate }: TraceContext,
): Call {
  const n = call.values.length
  const place = (offset: number) => `$${n + offset}`
  return {
    text: `with done as materialized (${call.text}), kept as (
      insert into trace_contexts (verification_id, send, traceparent, tracestate, at)
      select ${place(1)}::text, ${place(2)}::integer, ${place(3)}::text, ${place(4)}::text, ${place(5)}::bigint from done
      where done.kind = '${kind}' on conflict do nothing)
      select * from done`,
    values: [...call.values, row.id, row.send, traceparent, tracestate, row.at],
  }
}

export const createTraceReads = (query: Query): Engine['traces'] => ({
  find: (ids) => query<TraceRow>({ text: FIND, values: [ids] }),
})
