// Puts a route into the app: documented, behind its key, its body read and validated, and every other
// method refused. It must not be gone around: a route that is not documented is a bug.

import type { OpenAPIHono, RouteConfig, RouteHandler } from '@hono/zod-openapi'
import type { Handler, MiddlewareHandler } from 'hono'
import type { AppDeps, AppEnv } from './deps.ts'
import { type Requirement, requireKey } from './middleware/auth.ts'
import { jsonBody } from './middleware/body.ts'
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

/**
 * One method a path. The library's own validators are not used: they stop at the first part at
 * fault and read a body without bound.
 * @param needed what the key must have; 'open' for no key
 */
export function register<Route extends RouteConfig>(
  app: App,
  deps: AppDeps,
  route: Route,
  needed: Requirement | 'open',
  handler: RouteHandler<Route, AppEnv>,
): void {
  app.openAPIRegistry.registerPath(route)
  const path = route.path.replaceAll(/\/{(.+?)}/g, '/:$1')
  const optional = route.request?.body?.required !== true
  const chain: MiddlewareHandler<AppEnv>[] = [
    namesRoute(route.path),
    ...(needed === 'open' ? [] : [requireKey(deps, needed)]),
    ...(bodySchemaOf(route) ? [jsonBody(deps, { optional })] : []),
    ...(route.request ? [validate(deps, route)] : []),
  ]
  app.on([route.method.toUpperCase()], [path], ...chain, handler as unknown as Handler<AppEnv>)
  app.all(path, namesRoute(route.path), refusesMethod(route.method))
}
