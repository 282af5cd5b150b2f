// The store with traces: what a request writes has its context beside it, and a receipt or a call is a span of its message.
// It must not change what is written or answered, nor wait for a span.

import type { CallStore } from '../../delivery/calls/ports.ts'
import type { Outbox } from '../../delivery/outbox-ports.ts'
import { readTryId } from '../../kernel/ids.ts'
import type { SpanFields, Tracing } from '../../kernel/tracing.ts'
import type { VerificationStore } from '../../verification/ports.ts'
import { shortCode } from './fields.ts'
import { type KeptTraces, NEWEST } from './kept.ts'

type Deps = { tracing: Tracing; kept: KeptTraces }

export function traceVerifications(
  store: VerificationStore,
  { tracing, kept }: Deps,
): VerificationStore {
  const contextNow = () => tracing.current()?.context() ?? null
  return {
    ...store,
    create(input) {
      const trace = contextNow()
      const { id, createdAt } = input.record
      kept.note(id, trace, createdAt)
      return store.create(trace ? { ...input, trace } : input)
    },
    change(input) {
      const trace = contextNow()
      return store.change(trace ? { ...input, trace } : input)
    },
  }
}

/** Of what a provider reported or asked: in the trace of the message, with a link to the poll that asked for it. */
function createReportSpan({ tracing, kept }: Deps) {
  return (
    name: 'receipt' | 'call',
    about: { verificationId: string; send: number; startedAt: number },
    fields: SpanFields,
  ) => {
    const here = tracing.current()
    const endedAt = Date.now()
    void kept.of(about.verificationId, about.send).then((parent) => {
      if (!parent) return
      const asked = here?.context() ?? null
      const isSame = here !== undefined && parent.traceparent.includes(here.traceId)
      const { startedAt } = about
      const start = {
        kind: 'consumer',
        parent: isSame && asked ? asked : parent,
        startedAt,
      } as const
      const span = tracing.begin(name, start)
      span.set({ ...fields, 'countersign.verification.id': about.verificationId })
      span.end(endedAt)
    })
  }
}

type Reports = Pick<Outbox, 'receive'> & CallStore

export function traceReports<Store extends Reports>(store: Store, deps: Deps): Store {
  const report = createReportSpan(deps)
  return {
    ...store,
    async receive(input) {
      const startedAt = Date.now()
      const outcome = await store.receive(input)
      if (outcome.kind === 'unknown') return outcome
      const { key, reported } = input
      const { send = NEWEST } = readTryId(key.tryId ?? '') ?? {}
      const { verificationId } = outcome.recipient
      report(
        'receipt',
        { verificationId, send, startedAt },
        {
          'countersign.provider': key.provider,
          'countersign.channel': outcome.channel,
          'countersign.country': outcome.country,
          'countersign.outcome': reported.state,
          'error.type': reported.error && shortCode(reported.error.code),
          ...(send !== NEWEST && { 'countersign.send': send }),
        },
      )
      return outcome
    },
    async call(input) {
      const startedAt = Date.now()
      const outcome = await store.call(input)
      const of = readTryId(input.key.tryId)
      if (of && outcome.kind !== 'unknown')
        report(
          'call',
          { ...of, startedAt },
          {
            'countersign.provider': input.key.provider,
            'countersign.channel': 'voice',
            'countersign.outcome': outcome.kind,
            'countersign.send': of.send,
            'countersign.try': of.tryNumber,
          },
        )
      return outcome
    },
  }
}
