// Providers that are configured and send nothing: one provider carries a channel, until failover comes.
// It must not choose a provider: delivery/router.ts does.

import { CHANNELS } from '../kernel/channel.ts'
import type { ConfiguredProvider, SaidRoutes } from './providers.ts'
import { ROUTE_SETTINGS } from './service-settings.ts'

const UNTIL_FAILOVER = 'until failover comes with a later version'

/** For the log at start: an operator who named two providers counts on the second. */
export function warnOfIdleProviders(
  providers: readonly ConfiguredProvider[],
  routes: SaidRoutes,
): string[] {
  return CHANNELS.flatMap((channel) => {
    const { name } = ROUTE_SETTINGS[channel]
    const said = routes[channel]
    const able = providers.filter((entry) => entry.channels.includes(channel))
    const [first, ...rest] = said ?? able.map((entry) => entry.name) // mutant: C66.first-route-sends
    if (first === undefined || rest.length === 0) return []
    const idle = rest.join(', ')
    return said
      ? `${name}: only ${first} sends; what is named after it (${idle}) has no effect ${UNTIL_FAILOVER}`
      : `${channel}: only ${first} sends; ${idle} is configured too, and has no effect ${UNTIL_FAILOVER}. Choose with ${name}`
  })
}
