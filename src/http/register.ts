// Puts routes into the app: documented, behind their keys, bodies read and validated, and every other
// method refused. It must not be bypassed: a route that is not documented is a bug.

import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Handler, MiddlewareHandler } from 'hono'
import type { Input, Route } from './define-route.ts'
import type { AppContext, AppDeps, AppEnv, Step } from './deps.ts'
import { requireKey } from './middleware/auth.ts'
import { jsonBody } from './middleware/body.ts'
import { joinTrace } from './middleware/trace.ts'
import { bodySchemaOf, validate } from './middleware/validate.ts'
import { answerProblem, refusal } from './problem.ts'

export type App = OpenAPIHono<AppEnv>

/** For logs and metrics. */
export function namesRoute(path: string): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    c.set('route', path)
    return next()
  }
}

/** RFC 9110 §15.5.6: a 405 names what is allowed. HEAD comes with GET. */
export function refusesMethod(method: string): Handler<AppEnv> {
  const allowed = method === 'get' ? 'GET, HEAD' : method.toUpperCase()
  return (c) => {
    c.header('Allow', allowed)
    return answerProblem(c, refusal('method_not_allowed', `Allowed here: ${allowed}.`))
  }
}

/** Read every few seconds: a trace of each would be most of what an operator sees. */
const METRICS = '/metrics'

const specificity = ({ config }: Route<never>): string =>
  config.path.replaceAll(/[^/]+/g, (part) => (part.startsWith('{') ? '1' : '0'))

/** A literal path comes before one with a parameter: `GET /verify/start` is 405, not a look-up of the id "start". */
function bySpecificity(a: Route<never>, b: Route<never>): number {
  const [one, other] = [specificity(a), specificity(b)]
  if (one === other) return 0
  return one < other ? -1 : 1 // mutant: C40.named-path-first
}

/** A parameter with an ending (`/v/{token}.json`) is matched, and given, with it. */
const toPattern = (path: string) =>
  path.replaceAll(/\/{(.+?)}(\.\w+)?/g, (_, name: string, ending?: string) =>
    ending ? `/:${name}{[^/]+\\${ending}}` : `/:${name}`,
  )

/** After the key or the token: a stranger begins no span. */
function traceOf({ tracing }: AppDeps, { config, needs, enter }: Route<AppDeps>): Step[] {
  if (!tracing || config.path === METRICS) return []
  if (enter) return [joinTrace(tracing, 'own')]
  return needs === 'nothing' ? [] : [joinTrace(tracing)]
}

function mount(app: App, deps: AppDeps, route: Route<AppDeps>): void {
  const { config, needs, enter, answer } = route
  const path = toPattern(config.path)
  const optional = config.request?.body?.required !== true
  const steps: Step[] = [
    ...(needs === 'nothing' ? [] : [requireKey(deps, needs)]),
    ...(enter ? [(c: AppContext) => enter(c, deps)] : []), // mutant: C86.token-before-body
    ...traceOf(deps, route),
    ...(bodySchemaOf(config) ? [jsonBody(deps, { optional })] : []),
    validate(deps, config),
  ]
  app.on([config.method.toUpperCase()], [path], async (c) => {
    c.set('route', config.path)
    for (const step of steps) {
      const refused = await step(c)
      if (refused) return refused
    }
    return answer(c, c.get('input') as Input, deps)
  })
  app.all(path, namesRoute(config.path), refusesMethod(config.method))
}

/**
 * One method a path. The document has them in the given order. The library's own validators are
 * not used: they stop at the first invalid part and read a body without bound.
 */
export function register(app: App, deps: AppDeps, routes: readonly Route<AppDeps>[]): void {
  for (const { config } of routes) app.openAPIRegistry.registerPath(config)
  for (const route of routes.toSorted(bySpecificity)) mount(app, deps, route)
}
