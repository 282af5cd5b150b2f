// Which messages to webhooks an event causes: decided with the change, written with the event. Pure.
// It must not let out more of an event than is named here: its details are for operators.

import { type EventDetails, WEBHOOK_EVENTS, type WebhookEvent } from '../events/types.ts'
import type { Destinations } from './destination.ts'
import type { WebhookCauses } from './ports.ts'

const HEARD: ReadonlySet<string> = new Set(WEBHOOK_EVENTS)
/** Of an event's details; `error` is a code, the provider's own text stays here. */
const TOLD = [
  ...['channel', 'provider', 'send', 'step', 'attempt', 'error', 'fault'],
  ...['next_provider', 'after_ms', 'double', 'outcome'],
]

function told(details: EventDetails, about: { status: string; channel: string }): EventDetails {
  const chosen = TOLD.flatMap((name) => {
    const value = details[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...about, ...Object.fromEntries(chosen) }
}

/** @param wake called with the destinations that messages were written for, after the commit */
export function createCauses(
  destinations: Destinations,
  wake: (destination: string) => void,
): WebhookCauses {
  return {
    attach(service, events, about) {
      if (!destinations.has(service) || !events.some(({ type }) => HEARD.has(type))) return events
      return events.map((event) => {
        const hearing = destinations.of(service, event.type as WebhookEvent)
        if (hearing.length === 0) return event
        const details = told(event.details, about)
        const webhooks = hearing.map(({ id }) => ({ destination: id, details }))
        return { ...event, webhooks } // mutant: I19.written-with-cause
      })
    },
    written(events) {
      for (const { webhooks } of events)
        for (const { destination } of webhooks ?? []) wake(destination)
    },
  }
}
