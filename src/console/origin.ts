// The origin of a request: this one or another, over http or over https.
// It must not believe a header that the browser did not write, except from a trusted proxy.

import type { AppContext, AppDeps } from '../http/deps.ts'
import { peerOf } from '../http/end-user.ts'

const LOOPBACK_NAME = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i
const CONSOLE_PATH = /^\/admin\/(?!api\/|session|theme|sign-in)[\w/?=&.:%+~-]{1,500}$/

/** By the name in the address bar: browsers trust these whatever the connection. */
export function isLoopback(c: AppContext): boolean {
  return LOOPBACK_NAME.test(c.req.header('Host') ?? '')
}

/** By its address: http, to another machine. */
export function isPlainName(url: string): boolean {
  const { protocol, host } = new URL(url)
  return protocol === 'http:' && !LOOPBACK_NAME.test(host)
}

/** The browser used https to a trusted proxy. */
export function isSecure(c: AppContext, deps: Pick<AppDeps, 'trustsPeer'>): boolean {
  if (!deps.trustsPeer(peerOf(c).peer)) return false
  return c.req.header('X-Forwarded-Proto')?.split(',')[0]?.trim().toLowerCase() === 'https'
}

/** By the form's own Origin, whatever name a proxy requests. */
export const isByHttps = (c: AppContext): boolean => /^https:/i.test(c.req.header('Origin') ?? '')

/** By its own Origin the page came over http: browsers would silently drop a Secure cookie. */
export function isInClear(c: AppContext): boolean {
  return /^http:/i.test(c.req.header('Origin') ?? '') && !isLoopback(c)
}

/** From a link of another site: SameSite=Strict withheld the cookie, signed in or not. */
export function isLedFromElsewhere(c: AppContext): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  return site === 'cross-site' || site === 'same-site'
}

/** Only a page of the console is a way back. */
export function ownPath(text: string | null | undefined): string {
  if (!text || !CONSOLE_PATH.test(text)) return '/admin'
  // Parsed as a browser does, dots that climb out of the console, encoded or not, are resolved.
  const { pathname, search } = new URL(text, 'http://console')
  return pathname.startsWith('/admin/') ? pathname + search : '/admin'
}
