// Traces, where the settings name a collector: their library is loaded here, and put around the parts that they follow.
// Where they name none, nothing is: the parts are as they were made.

import type { Config } from '../config/config.ts'
import type { SendOutcome } from '../delivery/ports.ts'
import type { PollOutcome } from '../delivery/receipts/ports.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Store } from '../storage/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { openTraces } from '../telemetry/traces/open.ts'

/** Each line that is written in a span, with its trace. */
function withTraceId(logger: Logger, traceIdNow: () => string | undefined): Logger {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
  const writers = levels.map((level) => [
    level,
    (fields: Record<string, unknown>, event: string) => {
      const trace_id = traceIdNow()
      logger[level](trace_id === undefined ? fields : { ...fields, trace_id }, event)
    },
  ])
  const child = (fields: Record<string, unknown>) => withTraceId(logger.child(fields), traceIdNow)
  return { ...(Object.fromEntries(writers) as Omit<Logger, 'child'>), child }
}

const SHARES = 2 ** 32

export type Traces = ReturnType<typeof openTraces>

type Parts = { store: Store; metrics: Metrics; logger: Logger }

/** @returns the parts, with traces around them; `traces` null: there are none, and their library is not loaded */
export async function composeTraces(
  { traces: config }: Pick<Config, 'traces'>,
  { keyring, ...parts }: Parts & { keyring: Keyring },
): Promise<Parts & { traces: Traces | null }> {
  if (config === null) return { ...parts, traces: null }
  const { store, metrics, logger } = parts
  const { openTraces: open } = await import('../telemetry/traces/open.ts')
  const traces = open(config, {
    shareOf: (traceId) => keyring.oldestMac('trace', [traceId]).readUInt32BE(0) / SHARES,
    onSpans: metrics.countSpans,
    logger,
    store: store.traces,
  })
  return {
    traces,
    logger: withTraceId(logger, () => traces.tracing.current()?.traceId),
    store: {
      ...store,
      verifications: traces.verifications(store.verifications),
      outbox: traces.reports(store.outbox),
    },
    metrics: {
      ...metrics,
      observeSend(outcome: SendOutcome) {
        metrics.observeSend(outcome)
        traces.noteOutcome(outcome)
      },
      countPoll(provider: string, outcome: PollOutcome) {
        metrics.countPoll(provider, outcome)
        traces.notePoll(provider, outcome)
      },
    },
  }
}
