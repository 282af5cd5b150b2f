// The settings of traces, by OpenTelemetry's own names: what an operator sets for every service counts here, too.
// It must not repeat a header: most hold the key of a collector.

import type { SamplingRule, TracesConfig } from '../telemetry/ports.ts'
import { type Parser, parseBoolean, parseList, parseText, SettingError } from './parsers.ts'
import type { Values } from './reader.ts'
import { choice, optional, withDefault } from './settings.ts'

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/
/** Visible ASCII and spaces. */
const HEADER_VALUE = /^[\x20-\x7e]*$/

const parseEndpoint: Parser<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new SettingError('is not an http or https URL, such as http://collector:4318')
  if (url.username || url.password)
    throw new SettingError('must not contain a password: give it in OTEL_EXPORTER_OTLP_HEADERS')
  if (url.hash) throw new SettingError('must not contain a fragment')
  return text
}

/** W3C Baggage, as OpenTelemetry writes it: `name=value`, the value percent-encoded. */
const parseHeader: Parser<readonly [string, string]> = (text) => {
  const [, name = '', encoded = ''] = /^([^=]+)=(.*)$/.exec(text) ?? []
  const value = decode(encoded.trim())
  if (!TOKEN.test(name.trim()) || value === undefined || !HEADER_VALUE.test(value))
    throw new SettingError('is not like api-key=value,other=value, with values percent-encoded')
  return [name.trim().toLowerCase(), value]
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const parseShare: Parser<number> = (text) => {
  const share = Number(text)
  if (!/^\d*\.?\d+$/.test(text) || share > 1) throw new SettingError('is not a number from 0 to 1')
  return share
}

const SAMPLERS = [
  ...(['always_on', 'always_off', 'traceidratio'] as const),
  ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
] as const

export const TRACE_SETTINGS = {
  endpoint: optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    parseEndpoint,
    'Where traces go: an OpenTelemetry collector, or anything that takes OTLP by HTTP (`http://collector:4318`; `/v1/traces` is added). Without an endpoint there are no traces, and their library is not loaded: see docs/operations.md',
    { secret: 'password' },
  ),
  tracesEndpoint: optional(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    parseEndpoint,
    'The same for traces alone, the whole URL (`https://collector/v1/traces`); it takes precedence',
    { secret: 'password' },
  ),
  headers: optional(
    'OTEL_EXPORTER_OTLP_HEADERS',
    parseList(parseHeader),
    'Headers of each request to it, such as a key: `api-key=value,other=value`, values percent-encoded',
    { secret: true },
  ),
  tracesHeaders: optional(
    'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    parseList(parseHeader),
    'The same for traces alone; they take precedence',
    { secret: true },
  ),
  serviceName: withDefault(
    'OTEL_SERVICE_NAME',
    parseText,
    'countersign',
    'The name of this service in traces',
  ),
  sampler: choice(
    'OTEL_TRACES_SAMPLER',
    SAMPLERS,
    'parentbased_always_on',
    'Which traces are recorded: `always_on`, `always_off`, or `traceidratio` of them; with `parentbased_` only those that the caller records, too. No caller can have more recorded than that',
  ),
  share: withDefault(
    'OTEL_TRACES_SAMPLER_ARG',
    parseShare,
    '1',
    'The share of traces that `traceidratio` records, from 0 to 1',
  ),
  isDisabled: withDefault(
    'OTEL_SDK_DISABLED',
    parseBoolean,
    'false',
    '`true`: no traces, whatever else is set',
  ),
} as const

type Given = Values<typeof TRACE_SETTINGS>

function samplingOf({ sampler, share }: Given): SamplingRule {
  const followsCaller = sampler.startsWith('parentbased_')
  if (sampler.endsWith('always_on')) return { followsCaller, ratio: 1 }
  return { followsCaller, ratio: sampler.endsWith('always_off') ? 0 : share }
}

/** OpenTelemetry's rule: the path is added to an endpoint of all signals, and one for traces is whole. */
function urlOf({ endpoint, tracesEndpoint }: Given): string | undefined {
  if (tracesEndpoint !== undefined) return tracesEndpoint
  if (endpoint === undefined) return undefined
  const url = new URL(endpoint)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`
  return url.href
}

/** @returns null: traces are off */
export function readTraces(given: Given): TracesConfig | null {
  const url = urlOf(given)
  if (url === undefined || given.isDisabled) return null
  const { headers = [], tracesHeaders = [], serviceName } = given
  return {
    url,
    headers: Object.fromEntries([...headers, ...tracesHeaders]),
    serviceName,
    sampling: samplingOf(given),
  }
}
