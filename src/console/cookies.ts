// The console's cookies: the session, light or dark, and a sign-in that is at the provider.
// It must not send the first one to any other path, nor in plaintext, unless people open the console so.

import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppContext, AppDeps } from '../http/deps.ts'
import { FLOW_MS } from './flows.ts'
import { isByHttps, isLoopback, isSecure } from './origin.ts'

const SESSION = 'countersign_console'
const THEME = 'countersign_theme'
const PATH = '/admin'
const FLOW = 'countersign_sign_in'
const FLOW_PATH = '/admin/sign-in/oidc'
const THEME_KEPT_SECONDS = 365 * 86_400

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export const readToken = (c: AppContext): string | undefined => getCookie(c, SESSION)

/** Until the browser is closed; the session has its own limits. */
export function writeToken(c: AppContext, token: string, secure: boolean): void {
  setCookie(c, SESSION, token, {
    path: PATH,
    httpOnly: true, // mutant: C33.httponly-cookie
    sameSite: 'Strict',
    secure,
  })
}

/** Some browsers drop a Secure cookie over http, even on loopback. */
export const keyCookieIsSecure = (c: AppContext, deps: AppDeps) =>
  isSecure(c, deps) || isByHttps(c) || !isLoopback(c)

export const readFlow = (c: AppContext): string | undefined => getCookie(c, FLOW)

/** Sent on the way back from the provider, which another site leads to (Lax), and to no other page. */
export function writeFlow(c: AppContext, sealed: string, secure: boolean): void {
  const maxAge = FLOW_MS / 1000
  setCookie(c, FLOW, sealed, { path: FLOW_PATH, httpOnly: true, sameSite: 'Lax', secure, maxAge })
}

export function clearFlow(c: AppContext): void {
  deleteCookie(c, FLOW, { path: FLOW_PATH })
}

export function clearToken(c: AppContext): void {
  deleteCookie(c, SESSION, { path: PATH })
}

export const isTheme = (text: string): text is Theme => (THEMES as readonly string[]).includes(text)

export function readTheme(c: AppContext): Theme {
  const text = getCookie(c, THEME) ?? ''
  return isTheme(text) ? text : 'auto'
}

export function writeTheme(c: AppContext, theme: Theme): void {
  const maxAge = THEME_KEPT_SECONDS
  setCookie(c, THEME, theme, { path: PATH, httpOnly: true, sameSite: 'Strict', maxAge })
}
