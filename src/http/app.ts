// The HTTP side of the service: every route, and the middleware around each of them.
// It must not know a store, a worker or a provider: they come as `AppDeps`.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppDeps, AppEnv } from './deps.ts'
import { refuseFailure } from './failures.ts'
import { allowFrontOrigins } from './front-origins.ts'
import { addLate, type LateRoutes } from './late.ts'
import { requestLog } from './middleware/request-log.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { answerProblem, refusal } from './problem.ts'
import { type App, register } from './register.ts'
import { createRouter } from './router.ts'
import { abuseRoutes } from './routes/abuse.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { addCalls } from './routes/calls.ts'
import { costRoutes } from './routes/costs.ts'
import { addFront, documentRoutes } from './routes/documents.ts'
import { eventRoutes } from './routes/events.ts'
import { exportRoutes } from './routes/exports.ts'
import { factorRoutes } from './routes/factors.ts'
import { inboxRoutes, localHostOnly } from './routes/inbox.ts'
import { keyRoutes } from './routes/keys.ts'
import { listEntryRoutes } from './routes/list-entries.ts'
import { operationRoutes, probeRoutes } from './routes/operations.ts'
import { peopleRoutes } from './routes/people.ts'
import { addReceipts } from './routes/receipts.ts'
import { refusalRoutes } from './routes/refusals.ts'
import { report } from './routes/report.ts'
import { settingsRoutes } from './routes/settings.ts'
import { shieldRoutes } from './routes/shield.ts'
import { summaryRoutes } from './routes/summary.ts'
import { suppressionRoutes } from './routes/suppressions.ts'
import { verificationRoutes } from './routes/verifications.ts'
import { verifyRoutes } from './routes/verify.ts'
import { viewRoutes } from './routes/views.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { documentWebhooks } from './webhook-documents.ts'

const UNDER_PREFIX =
  /^\/.*[^/]\/+(?:admin|docs|verify|factors|approvals|dev|relay|v|healthz|readyz|openapi\.json)(?:\/|$)/

/** A hint for proxies that serve this under a path prefix and do not strip it. */
function adviseOnPath(path: string): string {
  return UNDER_PREFIX.test(path) && !path.startsWith('/admin/') // mutant: C69.proxy-path-prefix
    ? 'This service is served at the root of its own host name: nothing comes before /admin, /docs or /verify in the path.'
    : 'See /docs for every address.'
}

function addEverything(app: App, deps: AppDeps): void {
  if (deps.inbox) app.use('/dev/*', localHostOnly())

  addFront(app, deps) // mutant: C18.root-redirect
  addReceipts(app, deps)
  addCalls(app, deps)
  app.use('/v/*', allowFrontOrigins(deps))
  register(app, deps, [
    ...verifyRoutes,
    report,
    ...viewRoutes(),
    ...factorRoutes,
    ...approvalRoutes,
    ...probeRoutes,
    ...documentRoutes(app),
    ...eventRoutes,
    ...exportRoutes,
    ...verificationRoutes,
    ...refusalRoutes,
    ...peopleRoutes,
    ...webhookRoutes,
    ...suppressionRoutes,
    ...listEntryRoutes,
    ...abuseRoutes,
    ...keyRoutes,
    ...costRoutes,
    ...summaryRoutes,
    ...settingsRoutes,
    ...shieldRoutes,
    ...operationRoutes,
    ...(deps.inbox ? inboxRoutes(deps.inbox) : []),
  ])
  documentWebhooks(app)
}

/** A process that only sends is asked how it is, and nothing else. */
const OF_A_WORKER = 'ROLE is worker here: this process serves /healthz, /readyz and /metrics.'

/** @param serves `probes`: health, readiness and metrics alone */
export function createApp(
  deps: AppDeps,
  serves: 'everything' | 'probes' = 'everything',
  late: readonly LateRoutes[] = [],
): App {
  const app: App = new OpenAPIHono<AppEnv>({ router: createRouter() })
  for (const routes of late) addLate(app, routes)
  app.use(requestLog(deps), securityHeaders())
  if (serves === 'probes') register(app, deps, [...probeRoutes, ...operationRoutes])
  else addEverything(app, deps)

  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key. It belongs to a service and has scopes: verify, relay, admin:read, admin:support, admin.',
  })
  app.notFound((c) => {
    const advice = serves === 'probes' ? OF_A_WORKER : adviseOnPath(c.req.path)
    return answerProblem(c, refusal('not_found', advice))
  })
  app.onError((error, c) => answerProblem(c, refuseFailure(c, deps, error)))
  return app
}
