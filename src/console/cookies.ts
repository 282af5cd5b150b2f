// The console's two cookies: the session, and light or dark.
// It must not send the first one in plaintext, nor to any other path.

import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppContext, AppDeps } from '../http/deps.ts'
import { isByHttps, isLoopback, isSecure } from './origin.ts'

const SESSION = 'countersign_console'
const THEME = 'countersign_theme'
const PATH = '/admin'
const THEME_KEPT_SECONDS = 365 * 86_400

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export const readToken = (c: AppContext): string | undefined => getCookie(c, SESSION)

/** Until the browser is closed; the session has its own limits. */
export function writeToken(c: AppContext, deps: AppDeps, token: string): void {
  setCookie(c, SESSION, token, {
    path: PATH,
    httpOnly: true, // mutant: C33.httponly-cookie
    sameSite: 'Strict',
    // Some browsers drop a Secure cookie over http, even on loopback.
    secure: isSecure(c, deps) || isByHttps(c) || !isLoopback(c),
  })
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
