// Whether it would become known that a message arrived: a step of a chain is waited for only then.
// It must not ask a provider.

import type { Provider } from '../ports.ts'
import type { Routed, Routing } from '../routes/routing.ts'

/**
 * Whoever of its route may carry it reports `delivered`.
 * @param reportsArrival of a provider, with the settings as they are
 */
export function createReceiptKnowledge(
  routing: Routing,
  providers: readonly Provider[],
  reportsArrival: (provider: Provider) => boolean,
) {
  return (message: Routed): boolean => {
    const { channel } = message
    const route = routing(message)
    const isKnown = (name: string) =>
      providers.some(
        (one) => one.name === name && one.channels.includes(channel) && reportsArrival(one),
      )
    return route.length > 0 && route.every(({ name }) => isKnown(name))
  }
}
