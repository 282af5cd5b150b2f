// The HTTP face of the service: every route, and what happens around each of them.
// It must not know a store, a worker or a provider: they come as `AppDeps`.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppDeps, AppEnv } from './deps.ts'
import { localHostOnly } from './middleware/local-host.ts'
import { requestLog } from './middleware/request-log.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import {
  answerProblem,
  INTERNAL_ERROR,
  RequestAbortedError,
  refusal,
  refusalOf,
} from './problem.ts'
import type { App } from './register.ts'
import { addAdminHealth } from './routes/admin-health.ts'
import { addAttemptsList } from './routes/attempts.ts'
import { addAttemptsCancel } from './routes/attempts-cancel.ts'
import { addAttemptsGet } from './routes/attempts-get.ts'
import { addAttemptsResend } from './routes/attempts-resend.ts'
import { addAttemptsReveal } from './routes/attempts-reveal.ts'
import { addAttemptsSearch } from './routes/attempts-search.ts'
import { addDocs } from './routes/docs.ts'
import { addEvents } from './routes/events.ts'
import { addEventsSearch } from './routes/events-search.ts'
import { addEventsStream } from './routes/events-stream.ts'
import { addFactorsConfirm } from './routes/factors-confirm.ts'
import { addFactorsDelete } from './routes/factors-delete.ts'
import { addFactorsList } from './routes/factors-list.ts'
import { addFactorsRecoveryCodes } from './routes/factors-recovery-codes.ts'
import { addFactorsTotp } from './routes/factors-totp.ts'
import { addFront } from './routes/front.ts'
import { addHealthz } from './routes/healthz.ts'
import { addInbox } from './routes/inbox.ts'
import { addInboxStream } from './routes/inbox-stream.ts'
import { addMetrics } from './routes/metrics.ts'
import { addOpenApi } from './routes/openapi.ts'
import { addReadyz } from './routes/readyz.ts'
import { addRecipientsErase } from './routes/recipients-erase.ts'
import { addRecipientsExport } from './routes/recipients-export.ts'
import { addRecipientsLift } from './routes/recipients-lift.ts'
import { addRecipientsLimits } from './routes/recipients-limits.ts'
import { addRefusals } from './routes/refusals.ts'
import { addVerifyCancel } from './routes/verify-cancel.ts'
import { addVerifyCheck } from './routes/verify-check.ts'
import { addVerifyGet } from './routes/verify-get.ts'
import { addVerifyList } from './routes/verify-list.ts'
import { addVerifyResend } from './routes/verify-resend.ts'
import { addVerifyStart } from './routes/verify-start.ts'

const UNDER_PREFIX =
  /^\/.*[^/]\/+(?:admin|docs|verify|factors|dev|healthz|readyz|openapi\.json)(?:\/|$)/

/** A proxy that serves this under a path and leaves the path in is told so. */
function adviseOnPath(path: string): string {
  return UNDER_PREFIX.test(path) && !path.startsWith('/admin/') // mutant: C69.proxy-path-prefix
    ? 'This service is served at the root of a host name of its own: no path stands before /admin, /docs or /verify.'
    : 'See /docs for what there is.'
}

/** Paths without parameters come first: `GET /verify/start` is 405, not a look-up of the id "start". */
export function createApp(deps: AppDeps): App {
  const app: App = new OpenAPIHono<AppEnv>()
  app.use(requestLog(deps), securityHeaders())

  addVerifyStart(app, deps)
  addVerifyCheck(app, deps)
  addVerifyList(app, deps)
  addVerifyGet(app, deps)
  addVerifyResend(app, deps)
  addVerifyCancel(app, deps)
  addFactorsTotp(app, deps)
  addFactorsRecoveryCodes(app, deps)
  addFactorsList(app, deps)
  addFactorsConfirm(app, deps)
  addFactorsDelete(app, deps)
  addFront(app, deps) // mutant: C18.root-redirect
  addHealthz(app, deps)
  addReadyz(app, deps)
  addOpenApi(app, deps)
  addDocs(app, deps)
  addEvents(app, deps)
  addEventsSearch(app, deps)
  // Before /admin/api/attempts/{id}, which would take its name for an id.
  addEventsStream(app, deps)
  addAttemptsList(app, deps)
  addAttemptsSearch(app, deps)
  addAttemptsGet(app, deps)
  addAttemptsCancel(app, deps)
  addAttemptsResend(app, deps)
  addAttemptsReveal(app, deps)
  addRefusals(app, deps)
  addRecipientsLimits(app, deps)
  addRecipientsLift(app, deps)
  addRecipientsExport(app, deps)
  addRecipientsErase(app, deps)
  addAdminHealth(app, deps)
  addMetrics(app, deps)
  if (deps.inbox) {
    app.use('/dev/*', localHostOnly())
    addInbox(app, deps, deps.inbox)
    addInboxStream(app, deps, deps.inbox)
  }

  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key. It belongs to a service and has scopes: verify, admin:read, admin.',
  })
  app.notFound((c) => answerProblem(c, refusal('not_found', adviseOnPath(c.req.path))))
  app.onError((error, c) => {
    const refused = refusalOf(error)
    const fields = { request_id: c.get('requestId'), route: c.get('route') ?? null, err: error }
    if (error instanceof RequestAbortedError) deps.logger.debug(fields, 'request cut off')
    else if (refused?.error === 'store_unavailable') deps.logger.warn(fields, 'store unavailable')
    else if (!refused) deps.logger.error(fields, 'request failed')
    return answerProblem(c, refused ?? INTERNAL_ERROR)
  })
  return app
}
