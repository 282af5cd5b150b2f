// Whether the collector of traces takes spans: a request without any.
// It must not show a header, nor what the collector says: it may quote one.

import type { TracesConfig } from '../../telemetry/ports.ts'
import { type Finding, finding } from './finding.ts'

/** OTLP by gRPC, which Countersign does not speak. */
const GRPC_PORT = '4317'
const EMPTY = JSON.stringify({ resourceSpans: [] })

function adviseOn(status: number): string {
  if (status === 401 || status === 403)
    return 'it does not accept the key: correct OTEL_EXPORTER_OTLP_HEADERS'
  if (status === 404 || status === 405)
    return 'it takes no traces at this path: OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/traces added, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is the whole URL'
  return 'see its log'
}

/** Of several addresses that were tried, the first one's. */
function codeOf(error: unknown): string {
  const { name, cause } = error as Error
  if (name === 'TimeoutError') return 'no answer in time'
  const { code, errors } = (cause ?? {}) as NodeJS.ErrnoException & {
    errors?: NodeJS.ErrnoException[]
  }
  return code ?? errors?.[0]?.code ?? 'the connection failed'
}

export async function checkCollector(
  config: TracesConfig | null,
  deadlineMs: number,
): Promise<Finding[]> {
  if (config === null) return []
  const { origin, pathname, port } = new URL(config.url)
  const place = `${origin}${pathname}`
  const grpc = port === GRPC_PORT ? '; port 4317 is for gRPC: give that of OTLP by HTTP, 4318' : ''
  try {
    const { status } = await fetch(config.url, {
      method: 'POST',
      headers: { ...config.headers, 'content-type': 'application/json' },
      body: EMPTY,
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
    if (status >= 200 && status < 300) return [finding('traces', 'ok', `${place} takes them`)]
    const detail = `${place} answers ${status}: ${adviseOn(status)}${grpc}`
    return [finding('traces', 'failed', detail)]
  } catch (error) {
    return [finding('traces', 'failed', `${place} cannot be reached (${codeOf(error)})${grpc}`)]
  }
}
