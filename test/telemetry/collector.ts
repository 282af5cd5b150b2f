// An OpenTelemetry collector, as far as OTLP by HTTP goes: reads spans from protobuf's JSON, on a real socket.

import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number }
type Fields = { key: string; value: Value }[]
type WireSpan = {
  traceId: string
  spanId: string
  parentSpanId?: string
  traceState?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes?: Fields
  events?: unknown[]
  links?: { traceId: string; spanId: string }[]
  status?: { code?: number; message?: string }
}
type Request = {
  resourceSpans: {
    resource: { attributes: Fields }
    scopeSpans: { scope: { name: string }; spans: WireSpan[] }[]
  }[]
}

export type ReceivedSpan = Omit<WireSpan, 'attributes'> & {
  service: unknown
  fields: Record<string, unknown>
}

export type Collector = FaultServer & {
  /** In the order in which they ended. */
  spans(): ReceivedSpan[]
  /** Every byte that came: what must not leave is searched for here. */
  text(): string
}

const read = ({ stringValue, intValue, doubleValue }: Value) =>
  stringValue ?? (intValue === undefined ? doubleValue : Number(intValue))

const fieldsOf = (attributes: Fields = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, read(value)]))

function spansIn(body: string): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body) as Request
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes, ...span }) => ({
        ...span,
        service: fieldsOf(resource.attributes)['service.name'],
        fields: fieldsOf(attributes),
      })),
    ),
  )
}

export async function startCollector(): Promise<Collector> {
  const server = await startFaultServer(answer(200, '{}', { 'content-type': 'application/json' }))
  return {
    ...server,
    spans: () => server.seen.flatMap(({ body }) => spansIn(body)),
    text: () => server.seen.map(({ body, url }) => `${url}\n${body}`).join('\n'),
  }
}
