// The service's own counts, in Prometheus' text format.
// It must not hold anything about a person: labels are names from the settings or this source, and providers' error
// codes, bounded.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Weights } from '../admin/ports.ts'
import type { StreamStatus } from '../audit/ports.ts'
import type { OutboxDepth } from '../delivery/outbox-ports.ts'
import type { LaneWait } from '../delivery/pace/ports.ts'
import {
  type Failover,
  faultOf,
  type Rest,
  type SendOutcome,
  type SendResult,
} from '../delivery/ports.ts'
import type { PollOutcome, ReceiptState } from '../delivery/receipts/ports.ts'
import type { Channel, SuppressionReason } from '../kernel/channel.ts'
import type { Trouble } from '../webhooks/ports.ts'
import { createCostCounters } from './cost-counters.ts'
import { createFlowCounters, type FlowTotals } from './flow-counters.ts'
import { keepText } from './kept-text.ts'
import { createProviderGauges } from './provider-gauges.ts'
import { createReceiptCounters } from './receipt-counters.ts'
import { createShieldCounters } from './shield-counters.ts'
import { createSpanCounter } from './span-counter.ts'
import { createStreamInstruments } from './stream-instruments.ts'

/** An answer without argon2 takes a millisecond or two, one with it some thirty, a queue seconds. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const HASH_SECONDS = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10]
const SEND_SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Providers have many codes of their own: beyond this number further ones are counted as `other`. */
const MAX_ERROR_CODES = 200
const MAX_CODE_LENGTH = 64

/** Read at each scrape. */
export type Levels = {
  hashing: { running: number; waiting: number; limit: number }
  mint: { ready: number; capacity: number }
  sending: Readonly<Record<Channel, number>>
  rests: readonly Rest[]
  /** On all nodes. Empty where the store is unavailable. */
  lanes: readonly LaneWait[]
  weights: Weights
  /** Those that fail or are off. */
  webhooks: readonly Trouble[]
  /** Null: there is no AUDIT_STREAM. */
  auditStream: StreamStatus | null
  /** Undefined: the store is unavailable. */
  outbox: readonly OutboxDepth[] | undefined
}
/** Beside the levels; undefined: the store is unavailable. */
type Totals = () => Promise<FlowTotals | undefined>
export type Metrics = ReturnType<typeof createMetrics>

/** A provider's own code for a result that was not accepted, which may be a whole sentence: bounded. */
export const codeOf = (result: SendResult): string | null =>
  result.kind === 'accepted' ? null : result.error.code.slice(0, MAX_CODE_LENGTH)

function createInstruments(registry: Registry) {
  const of = (name: string, help: string, labelNames: string[]) => {
    return { name: `countersign_${name}`, help, labelNames, registers: [registry] }
  }
  return {
    requests: new Histogram({
      ...of('request_seconds', 'Time to answer a request.', ['route', 'method', 'status']),
      buckets: REQUEST_SECONDS,
    }),
    outcomes: new Counter(
      of(
        'outcomes_total',
        'Results of starts, resends, checks, cancels and uses of an approval: a kind (started, approved, …) or an error.',
        ['service', 'operation', 'outcome'],
      ),
    ),
    limited: new Counter(
      of('limited_total', 'Requests that a limit refused.', ['service', 'limit']),
    ),
    wrongKeys: new Counter(
      of('wrong_keys_total', 'Invalid keys, by where they were given: api or console.', ['where']),
    ),
    sends: new Histogram({
      ...of(
        'send_seconds',
        'Time of a request to a provider, by its result (accepted, temporary, permanent, ambiguous).',
        ['provider', 'channel', 'result'],
      ),
      buckets: SEND_SECONDS,
    }),
    sendErrors: new Counter(
      of(
        'send_errors_total',
        'Sends that were not accepted, by the provider’s own code or ours, and by whose fault it is where they were refused for good (recipient, message, destination, account, else none).',
        ['provider', 'channel', 'code', 'fault'],
      ),
    ),
    failovers: new Counter(
      of('failovers_total', 'Messages that went on to another provider.', [
        'channel',
        'from',
        'to',
      ]),
    ),
    webhooks: new Counter(
      of(
        'webhook_tries_total',
        'Requests to webhooks, by the destination’s id and what came of it: taken or failed.',
        ['service', 'destination', 'result'],
      ),
    ),
    suppressed: new Counter(
      of('suppressed_total', 'Recipients that get no more messages.', ['channel', 'reason']),
    ),
    hashes: new Histogram({
      ...of(
        'hash_seconds',
        'Time from a place in the hasher’s queue to the hash (work=start) or its comparison (work=check).',
        ['work'],
      ),
      buckets: HASH_SECONDS,
    }),
  }
}

/** Set just before the registry is read. */
function createLevels(registry: Registry): (levels: Levels) => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `countersign_${name}`, help, labelNames, registers: [registry] })
  const hashing = gauge(
    'hash_queue',
    'Hashes by state: running, waiting, and the limit beyond which starts and checks are refused.',
    ['state'],
  )
  const mint = gauge('mint_codes', 'Codes that are ready, and how many there can be (capacity).', [
    'state',
  ])
  const sending = gauge('sends_running', 'Requests to providers in progress.', ['channel'])
  const outbox = gauge('outbox_messages', 'Messages that are due or waiting to be retried.', [
    'channel',
    'state',
  ])
  const oldest = gauge('outbox_oldest_due_seconds', 'How long the oldest due message has waited.', [
    'channel',
  ])
  const failing = gauge(
    'webhook_failing',
    '1 for each destination of webhooks that accepts nothing (state=failing) or is switched off (state=off).',
    ['service', 'destination', 'state'],
  )
  const setProviders = createProviderGauges(registry)
  const isReachable = gauge('store_reachable', '1 if the store could be reached, else 0.')
  return (levels) => {
    for (const [state, value] of Object.entries(levels.hashing)) hashing.set({ state }, value)
    for (const [state, value] of Object.entries(levels.mint)) mint.set({ state }, value)
    for (const [channel, value] of Object.entries(levels.sending)) sending.set({ channel }, value)
    setProviders(levels)
    failing.reset()
    for (const { service, id, offSince } of levels.webhooks)
      failing.set({ service, destination: id, state: offSince === null ? 'failing' : 'off' }, 1)
    isReachable.set(levels.outbox ? 1 : 0)
    for (const { channel, due, retrying, oldestDueMs } of levels.outbox ?? []) {
      outbox.set({ channel, state: 'due' }, due)
      outbox.set({ channel, state: 'retrying' }, retrying)
      oldest.set({ channel }, oldestDueMs / 1000)
    }
  }
}

/** Past a bound, further ones are one. */
function createKnownCodes() {
  const codes = new Set<string>()
  return (code: string) => {
    if (codes.size < MAX_ERROR_CODES) codes.add(code)
    return codes.has(code) ? code : 'other'
  }
}

/** @param now monotonic milliseconds */
export function createMetrics(now = () => performance.now()) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const {
    requests,
    outcomes,
    limited,
    wrongKeys,
    sends,
    sendErrors,
    failovers,
    webhooks,
    suppressed,
    hashes,
  } = createInstruments(registry)
  const { receipts, polls } = createReceiptCounters(registry)
  const auditStream = createStreamInstruments(registry)
  const setLevels = createLevels(registry)
  const countCost = createCostCounters(registry)
  const setFlows = createFlowCounters(registry)
  let read: () => Promise<Levels | undefined> = async () => undefined
  let readTotals: Totals = async () => undefined
  const knownCode = createKnownCodes()
  const makeText = async () => {
    const [levels, totals] = await Promise.all([read(), readTotals()])
    if (levels) setLevels(levels)
    if (totals) setFlows(totals)
    if (levels?.auditStream) auditStream.set(levels.auditStream)
    return registry.metrics()
  }
  return {
    contentType: registry.contentType,
    text: keepText(makeText, now),
    /** Called once, when all parts exist. */
    readLevelsBy(source: () => Promise<Levels>, totals: Totals = readTotals) {
      read = source
      readTotals = totals
    },
    /** `route` as the OpenAPI document has it, or `none`. */
    observeRequest: (route: string, method: string, status: number, seconds: number) =>
      requests.observe({ route, method, status }, seconds),
    countOutcome: (service: string, operation: string, outcome: string) =>
      outcomes.inc({ service, operation, outcome }),
    countWrongKey: (where: 'api' | 'console') => wrongKeys.inc({ where }),
    countLimited: (service: string, limit: string) => limited.inc({ service, limit }),
    observeSend({ provider, channel, result, durationMs, cost }: SendOutcome) {
      sends.observe({ provider, channel, result: result.kind }, durationMs / 1000)
      countCost({ provider, channel }, cost)
      const code = codeOf(result)
      const fault = faultOf(result) ?? 'none'
      if (code !== null) sendErrors.inc({ provider, channel, code: knownCode(code), fault })
    },
    countWebhook: (service: string, destination: string, result: 'taken' | 'failed') =>
      webhooks.inc({ service, destination, result }),
    countPoll: (provider: string, outcome: PollOutcome) => polls.inc({ provider, outcome }),
    countStreamed: auditStream.count,
    countSpans: createSpanCounter(registry),
    countReceipt: (provider: string, state: ReceiptState) => receipts.inc({ provider, state }),
    countFailover: ({ channel, from, to }: Failover) => failovers.inc({ channel, from, to }),
    countSuppressed: ({ channel, reason }: { channel: Channel; reason: SuppressionReason }) =>
      suppressed.inc({ channel, reason }),
    countStop: createShieldCounters(registry),
    observeHash: (work: 'start' | 'check', seconds: number) => hashes.observe({ work }, seconds),
  }
}
