// What became of the spans of traces, as a metric of this node.

import { Counter, type Registry } from 'prom-client'
import type { SpanResult } from './ports.ts'

export function createSpanCounter(registry: Registry) {
  const spans = new Counter({
    name: 'countersign_trace_spans_total',
    help: 'Spans of traces that the collector took (result=exported), and those that were dropped: queue_full (they came faster than it takes them) and not_taken (it refused them, or did not answer in time).',
    labelNames: ['result'],
    registers: [registry],
  })
  return (result: SpanResult, count: number): void => spans.inc({ result }, count)
}
