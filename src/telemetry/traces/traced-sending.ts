// What goes to providers, as spans: a message's wait, its tries and the questions about it, each with its HTTP request.
// It must not put a header on a request: a provider has no part in the caller's trace.

import type { ClaimedDelivery } from '../../delivery/outbox-ports.ts'
import type { HttpAnswer, HttpClient, SendOutcome, SendResult } from '../../delivery/ports.ts'
import type { ClaimedPoll } from '../../delivery/receipts/poll-ports.ts'
import type { PollOutcome } from '../../delivery/receipts/ports.ts'
import type { KeptTrace, SpanFields, Tracing } from '../../kernel/tracing.ts'
import { peerOf, shortCode } from './fields.ts'
import type { KeptTraces } from './kept.ts'
import { spanning } from './spanning.ts'

type Deps = { tracing: Tracing; kept: KeptTraces }
type Claim = Omit<ClaimedDelivery<unknown>, 'prepared'>
type Work<First, Rest extends unknown[], Result> = (first: First, ...rest: Rest) => Promise<Result>

const fieldsOf = (claim: Claim): SpanFields => ({
  'countersign.verification.id': claim.verificationId,
  'countersign.service': claim.service,
  'countersign.channel': claim.channel,
  'countersign.provider': claim.provider,
  'countersign.country': claim.country,
  'countersign.send': claim.sendNumber,
})

/** From the request that made the message to its first try: later ones wait for what an answer said. */
function noteWait(tracing: Tracing, parent: KeptTrace, claim: Claim) {
  if (claim.tryNumber > 1 || parent.send !== claim.sendNumber) return
  tracing
    .begin('outbox', { kind: 'producer', parent, startedAt: parent.at, fields: fieldsOf(claim) })
    .end(Math.max(parent.at, Date.now()))
}

export function traceTries({ tracing, kept }: Deps) {
  return <C extends Claim, Rest extends unknown[], R>(run: Work<C, Rest, R>): Work<C, Rest, R> =>
    async (claim, ...rest) => {
      const { verificationId, sendNumber, tryNumber } = claim
      const parent = await kept.of(verificationId, sendNumber)
      if (parent) noteWait(tracing, parent, claim)
      const fields = { ...fieldsOf(claim), 'countersign.try': tryNumber }
      const span = parent ? tracing.begin('try', { parent, fields }) : undefined
      return spanning(tracing, span, () => run(claim, ...rest))
    }
}

const failureOf = (result: SendResult) =>
  result.kind === 'accepted' ? null : shortCode(result.error.code)

/** In the try that it came of. */
export const noteOutcome =
  (tracing: Tracing) =>
  ({ result }: SendOutcome): void =>
    tracing.current()?.set({ 'countersign.outcome': result.kind, 'error.type': failureOf(result) })

export function tracePolls({ tracing, kept }: Deps) {
  return <Rest extends unknown[], R>(run: Work<ClaimedPoll, Rest, R>): Work<ClaimedPoll, Rest, R> =>
    async (poll, ...rest) => {
      const { verificationId, send, tryNumber, provider, channel } = poll
      const parent = await kept.of(verificationId, send)
      const fields = {
        'countersign.verification.id': verificationId,
        'countersign.provider': provider,
        'countersign.channel': channel,
        'countersign.send': send,
        'countersign.try': tryNumber,
      }
      const span = parent ? tracing.begin('poll', { parent, fields }) : undefined
      return spanning(tracing, span, () => run(poll, ...rest))
    }
}

export const notePoll =
  (tracing: Tracing) =>
  (_: string, outcome: PollOutcome): void =>
    tracing.current()?.set({ 'countersign.outcome': outcome })

function failureIn({ status, verdict }: HttpAnswer): string | null {
  if (status === null) return failureOf(verdict)
  return status >= 400 ? String(status) : null
}

/** A request to a provider, in the try or the question that it is for. */
export function traceHttp(http: HttpClient, tracing: Tracing): HttpClient {
  return {
    ...http,
    async send(request, signal) {
      const parent = tracing.current()?.context()
      if (!parent || !URL.canParse(request.url)) return http.send(request, signal)
      const { method } = request
      const fields = { 'http.request.method': method, ...peerOf(request.url) }
      const span = tracing.begin(method, { kind: 'client', parent, fields })
      const answer = await http.send(request, signal)
      span.set({ 'http.response.status_code': answer.status, 'error.type': failureIn(answer) })
      span.end()
      return answer
    },
  }
}
