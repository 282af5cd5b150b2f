// Every page of the admin console, and the switch between light and dark.
// It must not answer programs: the same is under /admin/api, in the OpenAPI document.

import type { App } from '../http/register.ts'
import { addAbuse } from './abuse.ts'
import { addAudit } from './audit.ts'
import { isTheme, writeTheme } from './cookies.ts'
import { addHealth } from './health.ts'
import { addKeys } from './keys.ts'
import { addLists } from './lists.ts'
import { addLive } from './live.ts'
import { addOidc } from './oidc.ts'
import { ownPath } from './origin.ts'
import { addOverview } from './overview.ts'
import { type ConsoleDeps, createPages } from './page-route.ts'
import { addPerson } from './person.ts'
import { addRefusals } from './refusals.ts'
import { addSettings } from './settings.ts'
import { addShield } from './shield.ts'
import { addSignIn } from './sign-in.ts'
import { addSuppressions } from './suppressions.ts'
import { addTexts } from './texts.ts'
import { addVerification } from './verification.ts'
import { addVerifications } from './verifications.ts'
import { addWebhooks } from './webhooks.ts'

export function addConsole(app: App, deps: ConsoleDeps): void {
  const pages = createPages(app, deps)
  pages.openPage('/admin', ({ c }) => c.redirect('/admin/overview', 303))
  // Without a session or a script: the sign-in has the switch, too.
  pages.openForm('/admin/theme', ({ c }, form) => {
    const theme = form.get('theme') ?? ''
    if (isTheme(theme)) writeTheme(c, theme)
    return c.redirect(ownPath(form.get('to')), 303)
  })
  for (const addPages of [
    addSignIn,
    addOverview,
    addOidc,
    addVerifications,
    addVerification,
    addPerson,
    addRefusals,
    addAbuse,
    addShield,
    addLists,
    addSuppressions,
    addTexts,
    addWebhooks,
    addLive,
    addHealth,
    addKeys,
    addAudit,
    addSettings,
  ])
    addPages(pages, deps)
}
