// POST /admin/theme: light, dark, or as the system says; remembered by a cookie, without a script.
// It must not need a session: the sign-in has the switch, too.

import type { App } from '../http/register.ts'
import { isTheme, writeTheme } from './cookies.ts'
import type { ConsoleDeps } from './deps.ts'
import { ownPath } from './origin.ts'
import { openForm } from './page-route.ts'

export function addTheme(app: App, deps: ConsoleDeps): void {
  openForm(app, deps, '/admin/theme', ({ c }, form) => {
    const theme = form.get('theme') ?? ''
    if (isTheme(theme)) writeTheme(c, theme)
    return c.redirect(ownPath(form.get('to')), 303)
  })
}
