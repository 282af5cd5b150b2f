// Which traces are recorded. A caller's own flag can only lower what the settings say: with OpenTelemetry's parentbased
// samplers as they are, a caller would decide how much this service exports.
// It must not decide by the trace id alone: whoever chooses one would choose that it is recorded.

import { trace } from '@opentelemetry/api'
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace'
import type { SamplingRule } from '../ports.ts'

const SAMPLED = 1

/** @param shareOf in [0, 1), the same on every node, and nothing that a caller can foresee */
export function createSampler(
  { followsCaller, ratio }: SamplingRule,
  shareOf: (traceId: string) => number,
): Sampler {
  const decide = (isSampled: boolean) => ({
    decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
  })
  return {
    shouldSample(context, traceId) {
      const parent = trace.getSpanContext(context)
      const isWanted = ((parent?.traceFlags ?? SAMPLED) & SAMPLED) !== 0
      // Decided by this service, here or on another node.
      if (parent && !parent.isRemote) return decide(isWanted)
      if (followsCaller && !isWanted) return decide(false)
      return decide(ratio >= 1 || (ratio > 0 && shareOf(traceId) < ratio)) // mutant: C80.caller-cannot-force
    },
    toString: () => `Countersign{${ratio}}`,
  }
}
