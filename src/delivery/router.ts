// Which provider carries a message: the order of providers per channel.
// It must not know a provider's insides, nor send anything.

import { CHANNELS, type Channel } from '../kernel/channel.ts'
import type { Provider } from './ports.ts'

/** Names of providers in order, by channel (`SMS_ROUTES`, `EMAIL_ROUTES`, …). */
export type Routes = Readonly<Partial<Record<Channel, readonly string[]>>>

export type Router = {
  /** Pure; undefined: nothing carries this channel. */
  choose(channel: Channel): Provider | undefined
  /** The channels that some provider carries. */
  channels(): Channel[]
}

/**
 * Without a route for a channel the configured providers take it in their order. The development
 * inbox comes last of all, so it takes only what no other does.
 * @throws at start for a route that can't be; config.ts has told its setting before
 */
export function createRouter(providers: readonly Provider[], routes: Routes = {}): Router {
  const byDefault = [...providers].sort((a, b) => rank(a) - rank(b))
  const orders = new Map<Channel, Provider[]>()
  for (const channel of CHANNELS) {
    const names = routes[channel] ?? []
    const order =
      names.length > 0
        ? names.map((name) => findFor(providers, channel, name))
        : byDefault.filter((provider) => provider.channels.includes(channel))
    if (order.length > 0) orders.set(channel, order)
  }
  return {
    choose: (channel) => orders.get(channel)?.[0],
    channels: () => [...orders.keys()],
  }
}

function rank(provider: Provider): number {
  return provider.name === 'inbox' ? 1 : 0
}

function findFor(providers: readonly Provider[], channel: Channel, name: string): Provider {
  const named = providers.filter((provider) => provider.name === name)
  const found = named.find((provider) => provider.channels.includes(channel))
  if (found) return found
  const problem = named.length === 0 ? 'is not configured' : `does not carry ${channel}`
  throw new Error(`the route of ${channel}: the provider "${name}" ${problem}`)
}
