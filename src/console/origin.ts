// Where a request comes from: this very origin or another, in clear or by https, by which address.
// It must not believe a header that the browser did not write, but from a trusted proxy.

import type { AppContext, AppDeps } from '../http/deps.ts'
import { peerOf } from '../http/end-user.ts'

const LOOPBACK_NAME = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i
const CONSOLE_PATH = /^\/admin\/(?!api\/|session|theme|sign-in)[\w/?=&.:%+~-]{1,500}$/

/** By the name in the address bar: browsers count these as trustworthy, whatever lies between. */
export function isLoopback(c: AppContext): boolean {
  return LOOPBACK_NAME.test(c.req.header('Host') ?? '')
}

/** The browser spoke https to a proxy that may say so. */
export function isSecure(c: AppContext, deps: Pick<AppDeps, 'trustsPeer'>): boolean {
  if (!deps.trustsPeer(peerOf(c).peer)) return false
  return c.req.header('X-Forwarded-Proto')?.split(',')[0]?.trim().toLowerCase() === 'https'
}

/** The form's own Origin says so, whatever name a proxy asks by. */
export const isByHttps = (c: AppContext): boolean => /^https:/i.test(c.req.header('Origin') ?? '')

/** Its own Origin says that the page came in clear: a Secure cookie would be dropped without a word. */
export function isInClear(c: AppContext): boolean {
  return /^http:/i.test(c.req.header('Origin') ?? '') && !isLoopback(c)
}

/**
 * A form of this origin was sent. Fetch Metadata where the browser has it (https and loopback),
 * else Origin against Host; a browser that says neither is refused.
 */
export function isSameOrigin(c: AppContext): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin'
  const origin = c.req.header('Origin')
  if (!origin || !URL.canParse(origin)) return false
  return new URL(origin).host === c.req.header('Host')?.toLowerCase()
}

/** Another site led here: SameSite=Strict kept the cookie back, signed in or not. */
export function isLedFromElsewhere(c: AppContext): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  return site === 'cross-site' || site === 'same-site'
}

/** Only a page of the console may be gone back to. */
export function ownPath(text: string | null | undefined): string {
  if (!text || !CONSOLE_PATH.test(text)) return '/admin'
  // Dots that climb out of the console, encoded or not, are gone in what the browser makes of it.
  const { pathname, search } = new URL(text, 'http://console')
  return pathname.startsWith('/admin/') ? pathname + search : '/admin'
}
