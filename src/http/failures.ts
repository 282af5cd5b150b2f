// An exception that ended a request, as a line of the log and as the refusal that its caller gets, in whichever shape.

import type { Refusal } from '../verification/api.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { INTERNAL_ERROR, RequestAbortedError, refusalOf } from './problem.ts'

export function refuseFailure(
  c: AppContext,
  { logger }: { logger: Pick<AppDeps['logger'], 'debug' | 'warn' | 'error'> },
  error: unknown,
): Refusal {
  const refused = refusalOf(error)
  const fields = { request_id: c.get('requestId'), route: c.get('route') ?? null, err: error }
  if (error instanceof RequestAbortedError) logger.debug(fields, 'request cut off')
  else if (refused?.error === 'store_unavailable') logger.warn(fields, 'store unavailable')
  else if (!refused) logger.error(fields, 'request failed')
  return refused ?? INTERNAL_ERROR
}
