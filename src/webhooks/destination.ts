// The destinations of webhooks: a URL of one service, named by what it is, so that its messages find it after a restart.
// It must not show a secret, nor a URL's query: callers may keep a token there.

import { createHash } from 'node:crypto'
import type { EventType, WebhookEvent } from '../events/types.ts'

/** As the settings give it (verification/policy.ts). */
type Target = {
  url: string
  secrets: readonly string[]
  events: readonly WebhookEvent[]
  includeRecipient: boolean
}

export type Destination = Omit<Target, 'events'> & { id: string; service: string }

export type Destinations = {
  all: readonly Destination[]
  byId(id: string): Destination | undefined
  hears(destination: Destination, type: WebhookEvent): boolean
  /** Those of a service that hear of an event. */
  of(service: string, type: EventType): readonly Destination[]
  /** Whether a service has any: nothing else is read for the others. */
  has(service: string): boolean
}

const ID_CHARACTERS = 12

/** Of (service, URL), so that a secret or the list of events may change while messages wait. */
function destinationId(service: string, url: string): string {
  const hash = createHash('sha256').update(`${service}\n${url}`).digest('hex')
  return `whd_${hash.slice(0, ID_CHARACTERS)}`
}

const NONE: readonly Destination[] = []

export function createDestinations(
  services: Iterable<{ name: string; webhooks: readonly Target[] }>,
): Destinations {
  const all: Destination[] = []
  const hearing = new Map<string, Map<string, Destination[]>>()
  for (const { name: service, webhooks } of services)
    for (const { events, ...target } of webhooks) {
      const destination = { ...target, id: destinationId(service, target.url), service }
      all.push(destination)
      const byType = hearing.get(service) ?? new Map<string, Destination[]>()
      hearing.set(service, byType)
      for (const type of events) byType.set(type, [...(byType.get(type) ?? []), destination])
    }
  const byId = new Map(all.map((one) => [one.id, one]))
  const of = (service: string, type: EventType) => hearing.get(service)?.get(type) ?? NONE
  return {
    all,
    byId: (id) => byId.get(id),
    hears: (one, type) => of(one.service, type).includes(one),
    of,
    has: (service) => hearing.has(service),
  }
}
