// A login for Auth.js: a provider whose `authorize` is a check. The start is a route of your own, which sets the cookie.
// It must not keep a code, nor let anybody in by anything but `checked.ok`.

import { randomBytes } from 'node:crypto'
import Credentials from '@auth/core/providers/credentials'
import type { Countersign } from '@countersign/client'

const COOKIE = 'countersign-login'

export type LoginOptions = { countersign: Countersign; clientIpOf(request: Request): string }

function begunBy(request: Request): { session: string; id: string } {
  const [, session = '', id = ''] =
    /(?:^|; )countersign-login=([\w-]+)\.(\w+)/.exec(request.headers.get('cookie') ?? '') ?? []
  return { session, id }
}

/** `POST {to}` of your application: sends the code, and the browser keeps what it has begun. */
export async function start(
  request: Request,
  { countersign, clientIpOf }: LoginOptions,
): Promise<Response> {
  const session = begunBy(request).session || randomBytes(32).toString('base64url')
  const to = String((await request.formData()).get('to') ?? '')
  const started = await countersign.start({ to, session, clientIp: clientIpOf(request) })
  if (!started.ok) return Response.json({ reason: started.reason }, { status: 422 })
  const { id, resendAt } = started.verification
  const secure = new URL(request.url).protocol === 'https:' ? '; Secure' : ''
  const cookie = `${COOKIE}=${session}.${id}; HttpOnly; SameSite=Lax; Path=/${secure}`
  return Response.json({ resendAt }, { headers: { 'set-cookie': cookie } })
}

/** `signIn('countersign', { code })`; e-mail addresses are who the user is, as in Auth.js' own providers. */
export function countersignProvider({ countersign, clientIpOf }: LoginOptions) {
  return Credentials({
    id: 'countersign',
    name: 'A code',
    credentials: { code: { label: 'Code' } },
    async authorize(credentials, request) {
      const { session, id } = begunBy(request)
      const code = String(credentials.code ?? '')
      const checked = await countersign.check({ id, code, session, clientIp: clientIpOf(request) })
      if (!checked.ok) return null
      const { to } = checked.verification
      return { id: to ?? '', email: to }
    },
  })
}
