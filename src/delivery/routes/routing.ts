// Which providers may carry a message, in order: the service's route of its channel, the installation's, or whatever is configured.
// It must not know a provider's state: rests.ts does.

import { CHANNELS, type Channel } from '../../kernel/channel.ts'
import type { Provider } from '../ports.ts'
import { type ChannelRoutes, chooseRoute, type RoutedProvider } from './routes.ts'

/** By channel (`SMS_ROUTES`, `EMAIL_ROUTES`, …). */
export type Routes = Readonly<Partial<Record<Channel, ChannelRoutes>>>

/** `country`: ISO 3166-1 of a phone number, else null. */
export type Routed = { service: string; channel: Channel; to: string; country: string | null }

/** Empty: no provider serves the channel. */
export type Routing = (message: Routed) => readonly RoutedProvider[]

/**
 * Without a route for a channel, the configured providers take it in their order. The development
 * inbox comes last of all, so that it takes only what no other provider does.
 * @param ofServices what services have in place of `routes`
 * @throws at start for a route that is impossible; config/ has reported its setting before
 */
export function createRouting(
  providers: readonly Provider[],
  routes: Routes = {},
  ofServices: ReadonlyMap<string, Routes> = new Map(),
): Routing {
  const isInbox = ({ name }: Provider) => name === 'inbox'
  const inOrder = providers.toSorted((a, b) => Number(isInbox(a)) - Number(isInbox(b)))
  const configured = new Map(
    CHANNELS.map((channel) => [
      channel,
      inOrder.flatMap(({ name, channels }) =>
        channels.includes(channel) ? { name, weight: null } : [],
      ),
    ]),
  )
  for (const given of [routes, ...ofServices.values()])
    for (const channel of CHANNELS)
      for (const { name } of (given[channel] ?? []).flatMap((rule) => rule.providers))
        refuseUnknown(providers, channel, name)
  return ({ service, channel, to, country }) => {
    const given = ofServices.get(service)?.[channel] ?? routes[channel]
    return (given ? chooseRoute(given, to, country) : configured.get(channel)) ?? []
  }
}

/** Whether some recipient's message may go by this provider. @param routes undefined: by each that is configured */
export function mayCarry(provider: string, routes: ChannelRoutes | undefined): boolean {
  if (routes === undefined) return true
  return routes.some(({ providers }) => providers.some(({ name }) => name === provider)) // mutant: C59.stop-by-provider
}

function refuseUnknown(providers: readonly Provider[], channel: Channel, name: string): void {
  const named = providers.filter((provider) => provider.name === name)
  if (named.some((provider) => provider.channels.includes(channel))) return
  const problem = named.length === 0 ? 'is not configured' : `does not carry ${channel}`
  throw new Error(`the route of ${channel}: the provider "${name}" ${problem}`)
}
