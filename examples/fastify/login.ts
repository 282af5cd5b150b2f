// A login in Fastify: two routes, with @fastify/session in between.
// It must not keep a code, nor let anybody in by anything but `checked.ok`.

import { randomBytes } from 'node:crypto'
import type { Countersign, Failure } from '@countersign/client'
import '@fastify/session'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface Session {
    /** What this browser has begun: start's `session`, and the verification. */
    login?: { secret: string; id: string }
    user?: string
  }
}

/** What a browser may know of it; `problem` is for the log. */
function shown({ reason, attemptsRemaining, retryAfterSeconds, reference }: Failure) {
  return { reason, attemptsRemaining, retryAfterSeconds, reference }
}

type Body = { to?: unknown; code?: unknown } | null

/** Behind @fastify/session. With `trustProxy` set as your proxies need it, `request.ip` is the user's address. */
export function addLogin(app: FastifyInstance, countersign: Countersign): void {
  app.post<{ Body: Body }>('/login', async (request, reply) => {
    const { session, ip: clientIp } = request
    const secret = session.login?.secret ?? randomBytes(32).toString('base64url')
    const to = String(request.body?.to ?? '')
    const started = await countersign.start({ to, session: secret, clientIp })
    if (!started.ok) return reply.code(422).send(shown(started))
    session.login = { secret, id: started.verification.id }
    return { resendAt: started.verification.resendAt }
  })

  app.post<{ Body: Body }>('/login/code', async (request, reply) => {
    const { id = '', secret = '' } = request.session.login ?? {}
    const code = String(request.body?.code ?? '')
    const checked = await countersign.check({ id, code, session: secret, clientIp: request.ip })
    if (!checked.ok) return reply.code(422).send(shown(checked))
    // A new session id, so that nobody can plant one.
    await request.session.regenerate()
    request.session.user = checked.verification.to ?? ''
    return { user: request.session.user }
  })
}
