// The pages that people see without a key, loaded with the first request for one of them: their texts are in thirty languages.
// It must not answer programs: what the pages show is under the same address as JSON.

import type { Config } from '../config/config.ts'
import type { AppDeps } from '../http/deps.ts'
import type { LateRoutes } from '../http/late.ts'

/** Of a verification, or what its page loads. */
const PAGE = /^\/v\/(?:assets\/)?[^/]+$/

/** Of the link in a mail. */
export function lateLinks(deps: AppDeps, { logos }: Pick<Config, 'logos'>): LateRoutes {
  return {
    under: '/l/*',
    covers: () => true,
    async add(app) {
      const { addLinkPage } = await import('../http/routes/link-page.ts')
      addLinkPage(app, { ...deps, logos })
    },
  }
}

export function lateFront(deps: AppDeps, { logos }: Pick<Config, 'logos'>): LateRoutes {
  return {
    under: '/v/*',
    covers: (path) => PAGE.test(path) && !path.endsWith('.json'),
    async add(app) {
      const { addHostedPage } = await import('../http/routes/hosted-page.ts')
      addHostedPage(app, { ...deps, logos })
    },
  }
}
