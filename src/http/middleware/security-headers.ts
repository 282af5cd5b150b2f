// The headers that every answer carries, and the wider policy of a page.
// It must not allow another host anything.

import { createHash, randomBytes } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { setHeader } from '../answer-headers.ts'
import type { AppContext, AppEnv } from '../deps.ts'

const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
const API_POLICY = `${NOTHING}; form-action 'none'`
/** CSP 3 §2.3.1 asks for at least 128 bits. */
const NONCE_BYTES = 16

const ALWAYS: readonly (readonly [string, string])[] = [
  ['cache-control', 'no-store'],
  ['content-security-policy', API_POLICY],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
]

export function securityHeaders(): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    for (const [name, value] of ALWAYS) setHeader(c, name, value)
    return next()
  }
}

function ownParts(nonce: string): string {
  return `style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src data:`
}

function createNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64')
}

/** CSP 3 §2.3.1. */
const styleByHash = (style: string) =>
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** The policy of a page that is the same for everybody: its style by hash, and no script. */
export function stylePolicy(style: string): string {
  return `${API_POLICY}; ${styleByHash(style)}; img-src data:`
}

/** A page's own style and script, by nonce; it may fetch from this origin only. @returns the nonce */
export function allowPage(c: AppContext): string {
  const nonce = createNonce()
  c.header('Content-Security-Policy', `${API_POLICY}; ${ownParts(nonce)}`)
  return nonce
}

/** A page with forms to this origin. Without a referrer browsers would send `Origin: null` with them. */
export function allowFormPage(c: AppContext): string {
  const nonce = createNonce()
  c.header('Content-Security-Policy', `${NOTHING}; form-action 'self'; ${ownParts(nonce)}`)
  asOwnPage(c)
  return nonce
}

/**
 * A page for a person who has no account here: its style by hash, scripts and pictures as files of this origin, and forms to
 * it. @param leadsTo the one origin that a form's answer may lead on to (browsers apply form-action to redirects, too)
 */
export function allowPersonPage(c: AppContext, style: string, leadsTo: string | null): void {
  const own = "script-src 'self'; connect-src 'self'; img-src 'self' data:"
  const forms = leadsTo === null ? "'self'" : `'self' ${leadsTo}`
  c.header(
    'Content-Security-Policy',
    `${NOTHING}; form-action ${forms}; ${styleByHash(style)}; ${own}`,
  )
  asOwnPage(c)
}

/** A picture that a browser opens on its own is a document: no script of an SVG runs there. */
export function allowPicture(c: AppContext): void {
  c.header('Content-Security-Policy', `${API_POLICY}; style-src 'unsafe-inline'; sandbox`)
}

function asOwnPage(c: AppContext): void {
  c.header('Referrer-Policy', 'same-origin')
  c.header('X-Frame-Options', 'DENY')
  c.header('Cross-Origin-Opener-Policy', 'same-origin')
}
