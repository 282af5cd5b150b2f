// Every page of the admin console.
// It must not answer programs: the same is under /admin/api, in the OpenAPI document.

import type { App } from '../http/register.ts'
import { addAttempt } from './attempt.ts'
import { addAttempts } from './attempts.ts'
import type { ConsoleDeps } from './deps.ts'
import { addHealth } from './health.ts'
import { addLive } from './live.ts'
import { openPage } from './page-route.ts'
import { addPerson } from './person.ts'
import { addRefused } from './refused.ts'
import { addSignIn } from './sign-in.ts'
import { addTheme } from './theme.ts'

const FIRST_PAGE = '/admin/attempts'

export function addConsole(app: App, deps: ConsoleDeps): void {
  openPage(app, deps, '/admin', ({ c }) => c.redirect(FIRST_PAGE, 303))
  addSignIn(app, deps)
  addTheme(app, deps)
  addAttempts(app, deps)
  addAttempt(app, deps)
  addPerson(app, deps)
  addRefused(app, deps)
  addLive(app, deps)
  addHealth(app, deps)
}
