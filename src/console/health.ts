// GET /admin/health.
// It must not read parts itself: the report comes in.

import type { App } from '../http/register.ts'
import type { ConsoleDeps } from './deps.ts'
import { showPage } from './page-route.ts'
import { healthPage } from './pages/health-page.ts'

export function addHealth(app: App, deps: ConsoleDeps): void {
  showPage(app, deps, '/admin/health', async (page) => {
    const { service } = page.session.access
    const services = [...deps.services.values()].filter(
      ({ name }) => service === null || name === service,
    )
    const report = await deps.admin.health(service)
    // What the process is set to is for who has all of it.
    const settings = service === null ? deps.admin.settings : null
    return page.c.html(healthPage(page, { report, settings, services }))
  })
}
