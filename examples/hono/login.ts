// A login in Hono: two routes, with signed cookies in between. It runs on Node, Bun, Deno and workers.
// It must not keep a code, nor let anybody in by anything but `checked.ok`.

import type { Countersign, Failure } from '@countersign/client'
import { type Context, Hono } from 'hono'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'

export type LoginOptions = {
  countersign: Countersign
  /** Signs the cookies: 32 random bytes. */
  secret: string
  /** `getConnInfo` of your platform, or the header that your proxy writes. */
  clientIpOf(c: Context): string
  /** False on plain http, in development. */
  secure?: boolean
}

/** What a browser may know of it; `problem` is for the log. */
function shown({ reason, attemptsRemaining, retryAfterSeconds, reference }: Failure) {
  return { reason, attemptsRemaining, retryAfterSeconds, reference }
}

const random = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')

export function login({ countersign, secret, clientIpOf, secure = true }: LoginOptions) {
  const cookie = { httpOnly: true, sameSite: 'Lax', path: '/', secure } as const
  /** The browser's own random value and the id of what it has begun. */
  const begun = async (c: Context) => ((await getSignedCookie(c, secret, 'login')) || '').split('.')
  const field = async (c: Context, name: string) => {
    const body = await c.req.json().catch(() => null)
    return String(body?.[name] ?? '')
  }

  return new Hono()
    .post('/login', async (c) => {
      const [session = ''] = await begun(c)
      const own = session || random()
      const to = await field(c, 'to')
      const started = await countersign.start({ to, session: own, clientIp: clientIpOf(c) })
      if (!started.ok) return c.json(shown(started), 422)
      const { id, resendAt } = started.verification
      await setSignedCookie(c, 'login', `${own}.${id}`, secret, cookie)
      return c.json({ resendAt })
    })
    .post('/login/code', async (c) => {
      const [session = '', id = ''] = await begun(c)
      const code = await field(c, 'code')
      const checked = await countersign.check({ id, code, session, clientIp: clientIpOf(c) })
      if (!checked.ok) return c.json(shown(checked), 422)
      deleteCookie(c, 'login', cookie)
      const user = checked.verification.to ?? ''
      await setSignedCookie(c, 'user', user, secret, cookie)
      return c.json({ user })
    })
}
