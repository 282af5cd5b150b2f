// What successful answers of the verification routes have in common: budgets, and whether it is a replay.
// It must not touch the body.

import type { Budget } from '../verification/limit-ports.ts'
import type { AppContext } from './deps.ts'
import { setRateLimitHeaders } from './rate-limit-headers.ts'

export function answerSuccess(
  c: AppContext,
  result: { budgets: readonly Budget[]; replayed: boolean },
): void {
  setRateLimitHeaders(c, result.budgets)
  answerReplayed(c, result)
}

export function answerReplayed(c: AppContext, { replayed }: { replayed: boolean }): void {
  if (replayed) c.header('Idempotency-Replayed', 'true')
}
