// Trace contexts on PostgreSQL: the row is written by the statement that calls the function of a start or a change.

import type { TraceContext } from '../../kernel/tracing.ts'
import type { Engine, TraceRow } from '../engine.ts'
import type { RowBeside } from './beside.ts'
import type { Query } from './pool.ts'

const FIND =
  'select verification_id as "verificationId", send, traceparent, tracestate, at from trace_contexts where verification_id = any($1)'

const INTO = 'trace_contexts (verification_id, send, traceparent, tracestate, at)'
const TYPES = ['text', 'integer', 'text', 'text', 'bigint']

/** Of its request, kept where the function did what it was asked. */
export const traceRow = (
  row: { id: string; send: number; at: number },
  { traceparent, tracestate }: TraceContext,
): RowBeside => ({
  into: INTO,
  types: TYPES,
  values: [row.id, row.send, traceparent, tracestate, row.at],
})

export const createTraceReads = (query: Query): Engine['traces'] => ({
  find: (ids) => query<TraceRow>({ text: FIND, values: [ids] }),
})
