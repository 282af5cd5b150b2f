// Spans on their way to the collector: so many at the most, each batch with a deadline; what is over or not taken is counted.
// It must not let a collector that hangs, refuses or is down cost the service more than this memory.

import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace'
import type { SpanResult } from '../ports.ts'

/** Those that are being sent among them: about 4 MiB. */
export const MAX_SPANS = 2_048
/** Written as JSON in one go, on the thread that answers: 3 ms. */
const BATCH = 256
export const BATCHES_AT_ONCE = MAX_SPANS / BATCH
const DELAY_MS = 2_000
/** Of the exporter's own tries. */
export const EXPORT_MS = 10_000
/** A peer that trickles its answer keeps the exporter's timer running: then this one ends the wait. */
const BATCH_MS = EXPORT_MS + 2_000
/** One line for all of a minute. */
const TOLD_EVERY_MS = 60_000

type Deps = {
  exporter: SpanExporter
  onSpans(result: SpanResult, count: number): void
  logger: { warn(fields: Record<string, unknown>, message: string): void }
  /** Monotonic milliseconds. */
  now?: () => number
  batchMs?: number
}

/** A library's message may hold a URL or what the collector said. */
function reasonOf({ error }: ExportResult): string {
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code === 'number') return `http_${code}`
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? code : 'not_taken'
}

function createLossNote({ logger, now = () => performance.now() }: Deps) {
  let lost = 0
  let toldAt = Number.NEGATIVE_INFINITY
  return (count: number, reason: string) => {
    lost += count
    if (now() - toldAt < TOLD_EVERY_MS) return
    toldAt = now()
    logger.warn(
      { spans: lost, reason },
      'spans of traces were lost: the collector does not take them',
    )
    lost = 0
  }
}

export function createSpanQueue(deps: Deps): SpanProcessor {
  const { exporter, onSpans, batchMs = BATCH_MS } = deps
  const note = createLossNote(deps)
  let held = 0
  const lose = (result: SpanResult, count: number, reason: string) => {
    onSpans(result, count)
    note(count, reason)
  }
  const exporting: SpanExporter = {
    export(spans, done) {
      let isOpen = true
      const end = (result: ExportResult) => {
        if (!isOpen) return
        isOpen = false
        clearTimeout(timer)
        held -= spans.length
        if (result.code === ExportResultCode.SUCCESS) onSpans('exported', spans.length)
        else lose('not_taken', spans.length, reasonOf(result))
        done(result)
      }
      const late = {
        code: ExportResultCode.FAILED,
        error: Object.assign(new Error('late'), { code: 'TIMEOUT' }),
      }
      const timer = setTimeout(end, batchMs, late)
      timer.unref()
      exporter.export(spans, end)
    },
    shutdown: () => exporter.shutdown(),
  }
  const batches = new BatchSpanProcessor({
    exporter: exporting,
    maxQueueSize: MAX_SPANS,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: DELAY_MS,
    // After ours, which counts.
    exportTimeoutMillis: 2 * batchMs,
  })
  return {
    onStart() {},
    onEnd(span) {
      if (held >= MAX_SPANS) return lose('queue_full', 1, 'queue_full') // mutant: C80.bounded-queue
      held += 1
      batches.onEnd(span)
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  }
}
