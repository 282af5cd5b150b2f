// GET /admin/overview: the console's first page. The drawing is loaded with the first look at it.

import { readOverview } from './overview-query.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'

export function addOverview(pages: Pages, deps: ConsoleDeps): void {
  pages.showPage('/admin/overview', async (page) => {
    const own = page.admin.service
    const services = own === null ? [...deps.services.keys()] : []
    const query = readOverview(page.c.req.query(), services, own)
    const [{ overviewPage }, summary] = await Promise.all([
      import('./overview-page.ts'),
      deps.admin.summaries.of(query),
    ])
    return page.c.html(await overviewPage(page, summary, services))
  })
}
