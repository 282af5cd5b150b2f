// A login in Express: two routes, with express-session in between.
// It must not keep a code, nor let anybody in by anything but `checked.ok`.

import { randomBytes } from 'node:crypto'
import type { Countersign, Failure } from '@countersign/client'
import express, { type Router } from 'express'
import type {} from 'express-session'

declare module 'express-session' {
  interface SessionData {
    /** What this browser has begun: start's `session`, and the verification. */
    login: { secret: string; id: string }
    user: string
  }
}

/** What a browser may know of it; `problem` is for the log. */
function shown({ reason, attemptsRemaining, retryAfterSeconds, reference }: Failure) {
  return { reason, attemptsRemaining, retryAfterSeconds, reference }
}

/** Behind express-session. With `trust proxy` set as your proxies need it, `request.ip` is the user's address. */
export function login(countersign: Countersign): Router {
  const router = express.Router()
  router.use(express.json({ limit: '4kb' }))

  router.post('/login', async (request, response) => {
    const secret = request.session.login?.secret ?? randomBytes(32).toString('base64url')
    const to = String(request.body?.to ?? '')
    const started = await countersign.start({ to, session: secret, clientIp: request.ip ?? '' })
    if (!started.ok) return void response.status(422).json(shown(started))
    request.session.login = { secret, id: started.verification.id }
    response.json({ resendAt: started.verification.resendAt })
  })

  router.post('/login/code', async (request, response) => {
    const { id = '', secret = '' } = request.session.login ?? {}
    const code = String(request.body?.code ?? '')
    const checked = await countersign.check({
      id,
      code,
      session: secret,
      clientIp: request.ip ?? '',
    })
    if (!checked.ok) return void response.status(422).json(shown(checked))
    const user = checked.verification.to ?? ''
    // A new session id, so that nobody can plant one.
    request.session.regenerate((error) => {
      if (error) return void response.status(500).end()
      request.session.user = user
      response.json({ user })
    })
  })
  return router
}
