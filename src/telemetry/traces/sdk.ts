// OpenTelemetry's SDK: spans go from here to the collector.
// It must not let the library write a log line: it may quote a header, or what the collector said.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import type { Tracing } from '../../kernel/tracing.ts'
import type { SpanResult, TracesConfig } from '../ports.ts'
import { BATCHES_AT_ONCE, createSpanQueue, EXPORT_MS } from './queue.ts'
import { createSampler } from './sampler.ts'
import { createTracing } from './tracer.ts'

const MAX_VALUE_CHARACTERS = 128

export type SdkDeps = {
  /** In [0, 1), of a trace: the same on every node, and nothing that a caller can foresee. */
  shareOf(traceId: string): number
  onSpans(result: SpanResult, count: number): void
  logger: { warn(fields: Record<string, unknown>, message: string): void }
  /** The deadline of a batch with the exporter's own tries. */
  exportMs?: number
}

type Sdk = {
  tracing: Tracing
  /** Sends what is left. Never rejects, and ends by then. */
  drain(withinMs: number): Promise<void>
}

export function startSdk(
  { url, headers, serviceName, sampling }: TracesConfig,
  deps: SdkDeps,
): Sdk {
  const exporter = new OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: deps.exportMs ?? EXPORT_MS,
    concurrencyLimit: BATCHES_AT_ONCE,
  })
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': serviceName })),
    sampler: createSampler(sampling, deps.shareOf),
    spanProcessors: [createSpanQueue({ ...deps, exporter })],
    spanLimits: { attributeValueLengthLimit: MAX_VALUE_CHARACTERS },
  })
  return {
    tracing: createTracing(provider.getTracer('countersign')),
    async drain(withinMs) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref())
      // What is not taken was counted, and told.
      await Promise.race([provider.shutdown().catch(() => {}), late])
    },
  }
}
