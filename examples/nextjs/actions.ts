// A login in Next.js: two server actions for the forms of a page, by React's useActionState.
// It must not keep a code, nor let anybody in by anything but `checked.ok`.
'use server'

import { createHmac, randomBytes } from 'node:crypto'
import { Countersign } from '@countersign/client'
import { cookies, headers } from 'next/headers'

export type State = {
  next: 'recipient' | 'code' | 'done'
  reason?: string
  attemptsRemaining?: number | undefined
}

const COOKIE = { httpOnly: true, sameSite: 'lax', path: '/', maxAge: 3600 } as const
const secure = process.env.NODE_ENV === 'production'

const createClient = () =>
  new Countersign({
    url: process.env.COUNTERSIGN_URL ?? 'http://127.0.0.1:8080',
    apiKey: process.env.COUNTERSIGN_API_KEY ?? '',
  })

/** The last entry is the one that the proxy in front of Next.js wrote; those before it anybody may have made up. */
async function clientIp(): Promise<string> {
  return (await headers()).get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
}

/** Your own session: here a signed cookie. */
async function signIn(user: string): Promise<void> {
  const name = Buffer.from(user).toString('base64url')
  const mac = createHmac('sha256', process.env.SESSION_SECRET ?? '')
    .update(name)
    .digest('base64url')
  ;(await cookies()).set('user', `${name}.${mac}`, { ...COOKIE, secure })
}

export async function start(_before: State, form: FormData): Promise<State> {
  const jar = await cookies()
  const session = jar.get('login')?.value.split('.')[0] || randomBytes(32).toString('base64url')
  const to = String(form.get('to') ?? '')
  const started = await createClient().start({ to, session, clientIp: await clientIp() })
  if (!started.ok) return { next: 'recipient', reason: started.reason }
  jar.set('login', `${session}.${started.verification.id}`, { ...COOKIE, secure })
  return { next: 'code' }
}

export async function check(_before: State, form: FormData): Promise<State> {
  const jar = await cookies()
  const [session = '', id = ''] = jar.get('login')?.value.split('.') ?? []
  const code = String(form.get('code') ?? '')
  const checked = await createClient().check({ id, code, session, clientIp: await clientIp() })
  if (!checked.ok) {
    const { reason, attemptsRemaining } = checked
    const mayTry = ['incorrect', 'invalid', 'unavailable', 'rate_limited'].includes(reason)
    return {
      next: mayTry && attemptsRemaining !== 0 ? 'code' : 'recipient',
      reason,
      attemptsRemaining,
    }
  }
  jar.delete('login')
  await signIn(checked.verification.to ?? '')
  return { next: 'done' }
}
