// A login by e-mail with Auth.js' e-mail provider, its adapter and its sessions, whose code is Countersign's.
// Its link logs in whoever opens it, so it is mailed to nobody: it waits, sealed, in the browser that asked, until the code was right.

import { randomBytes } from 'node:crypto'
import { Auth, type AuthConfig } from '@auth/core'
import { decode, encode } from '@auth/core/jwt'
import type { EmailConfig } from '@auth/core/providers'
import type { Countersign, Failure } from '@countersign/client'

/** With a form for the code, which it POSTs back to itself. */
export const CODE_PAGE = '/login/code'
const COOKIE = 'countersign-login'
/** As long as a verification: the link that waits for it is then of no use either. */
const SECONDS = 600

/** What this browser has begun. */
type Waiting = { session: string; to: string; url: string }

export type EmailLoginOptions = {
  countersign: Countersign
  /** AUTH_SECRET. */
  secret: string
  /** With an adapter; without a provider of e-mail. */
  config: AuthConfig
}

/** Sealed by Auth.js' own means. */
function createWaiting(secret: string) {
  const sealing = { secret, salt: COOKIE }
  return {
    async read(request: Request): Promise<Waiting | null> {
      const [, token] = /(?:^|; )countersign-login=([^;]+)/.exec(cookiesOf(request)) ?? []
      return token ? decode<Waiting>({ ...sealing, token }).catch(() => null) : null
    },
    async cookie(request: Request, waiting: Waiting | null): Promise<string> {
      const secure = new URL(request.url).protocol === 'https:' ? '; Secure' : ''
      const attributes = `; HttpOnly; SameSite=Lax; Path=/${secure}`
      if (waiting === null) return `${COOKIE}=; Max-Age=0${attributes}`
      const token = await encode({ ...sealing, token: waiting, maxAge: SECONDS })
      return `${COOKIE}=${token}; Max-Age=${SECONDS}${attributes}`
    },
  }
}

const cookiesOf = (request: Request) => request.headers.get('cookie') ?? ''

function redirect(location: string, cookie?: string): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' })
  if (cookie) headers.set('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

function refused({ reason, attemptsRemaining }: Failure): Response {
  const query = new URLSearchParams({ error: reason })
  if (attemptsRemaining !== undefined) query.set('left', String(attemptsRemaining))
  return redirect(`${CODE_PAGE}?${query}`)
}

/** `auth`: for every path of Auth.js. `code`: for the form of CODE_PAGE. */
export function createEmailLogin({ countersign, secret, config }: EmailLoginOptions) {
  const { read, cookie } = createWaiting(secret)
  return {
    async auth(request: Request, clientIp: string): Promise<Response> {
      let begun: Waiting | undefined
      let failure: Failure | undefined
      const provider: EmailConfig = {
        ...{ id: 'countersign', type: 'email', name: 'A code', maxAge: SECONDS },
        async sendVerificationRequest({ identifier: to, url }) {
          const before = await read(request)
          const session = before?.session ?? randomBytes(32).toString('base64url')
          const started = await countersign.start({ to, session, clientIp })
          if (started.ok) begun = { session, to, url }
          else failure = started
        },
      }
      const providers = [...config.providers, provider]
      const pages = { ...config.pages, verifyRequest: CODE_PAGE }
      const answer = await Auth(request, { ...config, secret, providers, pages })
      if (failure) return refused(failure)
      if (!begun) return answer
      const headers = new Headers(answer.headers)
      headers.append('set-cookie', await cookie(request, begun))
      return new Response(answer.body, { status: answer.status, headers })
    },

    async code(request: Request, clientIp: string): Promise<Response> {
      const waiting = await read(request)
      if (!waiting) return redirect(`${CODE_PAGE}?error=not_found`)
      const { to, session, url } = waiting
      const code = String((await request.formData()).get('code') ?? '')
      const checked = await countersign.check({ to, session, code, clientIp })
      return checked.ok ? redirect(url, await cookie(request, null)) : refused(checked)
    },
  }
}
