// The relay, loaded where a service has one: few installations have a login system in front.

import type { AppDeps } from '../http/deps.ts'
import type { LateRoutes } from '../http/late.ts'

export function lateRelay(deps: AppDeps): LateRoutes {
  const isOpen = [...deps.services.values()].some(({ relay }) => Object.keys(relay).length > 0)
  return {
    under: '/relay/*',
    covers: () => isOpen,
    isExpected: isOpen,
    async add(app) {
      const { addRelay } = await import('../http/routes/relay.ts')
      addRelay(app, deps)
    },
  }
}
