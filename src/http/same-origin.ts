// Whether a form came from a page of this origin.
// It must not believe a header that the browser did not write.

import type { AppContext } from './deps.ts'

/**
 * By Fetch Metadata where the browser sends it (https and loopback), else by Origin and Host. A browser that sends
 * neither is refused.
 */
export function isSameOrigin(c: AppContext): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin'
  const origin = c.req.header('Origin')
  if (!origin || !URL.canParse(origin)) return false
  return new URL(origin).host === c.req.header('Host')?.toLowerCase()
}

/** What a browser sends a form as. */
export const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i
