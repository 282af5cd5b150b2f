// POST /relay/{system}: a login system hands over its own code. Without an API key, for each request proves where it comes from.
// It must not read a body that is already refused, nor answer in our own shape. No part of the API, so not in its document.

import { createRelayDesk, type RelayDeps } from '../../relay/desk.ts'
import type { RelayAnswer } from '../../relay/ports.ts'
import { setHeader } from '../answer-headers.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { refuseFailure } from '../failures.ts'
import { readBytes } from '../middleware/body.ts'
import { answerProblem, refusal, refusalOf } from '../problem.ts'
import { type App, namesRoute, refusesMethod } from '../register.ts'

const NAME = '/relay/{system}'
const PATH = '/relay/:system'
/** A database that restarts is back after about this long. */
const RETRY_SECONDS = 2

function write(c: AppContext, { status, type, body, retryAfterSeconds }: RelayAnswer): Response {
  if (retryAfterSeconds !== undefined)
    setHeader(c, 'retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))))
  return c.body(body, status as 200, { 'content-type': type })
}

const nobody = (c: AppContext) =>
  answerProblem(c, refusal('not_found', 'No service sends for a login system of this name.'))

export function addRelay(app: App, deps: RelayDeps & Pick<AppDeps, 'logger'>): void {
  const desk = createRelayDesk(deps)
  app.post(PATH, namesRoute(NAME), async (c) => {
    const system = c.req.param('system')
    const opened = desk.open(system, c.env.incoming.headers)
    if (!opened) return nobody(c)
    if (!('take' in opened)) return write(c, opened)
    const body = await readBytes(c.env.incoming, opened.maxBytes)
    const refuse = (error: Parameters<typeof desk.refuse>[1]) => {
      const answer = desk.refuse(system, error)
      return answer ? write(c, answer) : nobody(c)
    }
    if (!body) return refuse({ error: 'payload_too_large' })
    try {
      return write(c, await opened.take(body))
    } catch (error) {
      // The store cannot be reached: in the system's own shape, as any other refusal.
      if (!refusalOf(error)) throw error
      return refuse({ retryAfterSeconds: RETRY_SECONDS, ...refuseFailure(c, deps, error) })
    }
  })
  app.all(PATH, namesRoute(NAME), refusesMethod('post'))
}
