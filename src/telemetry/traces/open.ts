// Traces, once: OpenTelemetry's SDK comes with this file, and what is put around the parts that spans follow.

import type { CallStore } from '../../delivery/calls/ports.ts'
import type { Outbox } from '../../delivery/outbox-ports.ts'
import type { HttpClient } from '../../delivery/ports.ts'
import type { TraceStore } from '../../kernel/tracing.ts'
import type { VerificationStore } from '../../verification/ports.ts'
import type { TracesConfig } from '../ports.ts'
import { createKeptTraces } from './kept.ts'
import { type SdkDeps, startSdk } from './sdk.ts'
import { tracePost, traceWebhooks } from './traced-hooks.ts'
import { noteOutcome, notePoll, traceHttp, tracePolls, traceTries } from './traced-sending.ts'
import { traceOperations } from './traced-service.ts'
import { traceReports, traceVerifications } from './traced-store.ts'

export function openTraces(config: TracesConfig, deps: SdkDeps & { store: TraceStore }) {
  const { tracing, drain } = startSdk(config, deps)
  const parts = { tracing, kept: createKeptTraces(deps.store) }
  return {
    tracing,
    drain,
    verifications: (store: VerificationStore) => traceVerifications(store, parts),
    reports: <S extends Pick<Outbox, 'receive'> & CallStore>(store: S) =>
      traceReports(store, parts),
    operations: <Part extends object>(part: Part, methods: readonly (keyof Part & string)[]) =>
      traceOperations(part, methods, parts),
    http: (http: HttpClient) => traceHttp(http, tracing),
    aroundTry: traceTries(parts),
    aroundPoll: tracePolls(parts),
    aroundWebhook: traceWebhooks(parts),
    aroundPost: tracePost(tracing),
    noteOutcome: noteOutcome(tracing),
    notePoll: notePoll(tracing),
  }
}
