// Webhooks as spans. They carry the trace on to the caller: their spans are the parents of what it does with them.

import { ENDING, type Tracing } from '../../kernel/tracing.ts'
import type { ClaimedWebhook } from '../../webhooks/ports.ts'
import { peerOf } from './fields.ts'
import type { KeptTraces } from './kept.ts'
import { spanning } from './spanning.ts'

type Deps = { tracing: Tracing; kept: KeptTraces }

/** Of what a request caused, its context; of what happened to a message, that of the message. */
function sendOf({ type, details }: ClaimedWebhook): number {
  if (type.startsWith('verification.')) return ENDING
  return typeof details.send === 'number' ? details.send : ENDING
}

export function traceWebhooks({ tracing, kept }: Deps) {
  return <D extends { id: string }, R>(run: (to: D, claimed: ClaimedWebhook) => Promise<R>) =>
    async (to: D, claimed: ClaimedWebhook): Promise<R> => {
      const { verificationId, service, type, tries } = claimed
      const parent = await kept.of(verificationId, sendOf(claimed))
      const fields = {
        'countersign.verification.id': verificationId,
        'countersign.service': service,
        'countersign.event': type,
        'countersign.destination': to.id,
        'countersign.try': tries,
      }
      const span = parent
        ? tracing.begin('webhook', { kind: 'producer', parent, fields })
        : undefined
      return spanning(tracing, span, () => run(to, claimed))
    }
}

type Request = { url: string; headers: Record<string, string>; body: string }
type Failed = { kind: 'failed'; error: string; status: number | null }
type Answered = { kind: 'taken' } | Failed

export const tracePost =
  (tracing: Tracing) =>
  <A extends Answered>(post: (request: Request) => Promise<A>) =>
  async (request: Request): Promise<A> => {
    const webhook = tracing.current()
    const parent = webhook?.context()
    if (!webhook || !parent) return post(request)
    const fields = { 'http.request.method': 'POST', ...peerOf(request.url) }
    const span = tracing.begin('POST', { kind: 'client', parent, fields })
    const { traceparent, tracestate } = span.context() ?? parent
    const headers = { ...request.headers, traceparent, ...(tracestate && { tracestate }) }
    const answer = await post({ ...request, headers })
    const failure: Failed | null = answer.kind === 'failed' ? answer : null
    span.set({
      'http.response.status_code': failure?.status ?? null,
      'error.type': failure?.error ?? null,
    })
    span.end()
    webhook.set({ 'countersign.outcome': answer.kind, 'error.type': failure?.error ?? null })
    return answer
  }
