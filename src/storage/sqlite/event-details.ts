// Packs an event's details for the file: the names of its type's known fields are not stored again.
// It must read what every earlier version wrote: a list only ever grows at its end.

import type { EventDetails, EventType } from '../../events/types.ts'

/** The order in which the values are stored. Other fields are kept with their names behind them. */
const FIELDS: Readonly<Partial<Record<EventType, readonly string[]>>> = {
  'verification.started': ['channel', 'purpose', 'country', 'kind', 'authenticated'],
  'verification.resent': ['channel', 'send'],
  'check.incorrect': ['attempt', 'attempts_remaining'],
  'delivery.attempted': ['channel', 'provider', 'send', 'attempt'],
  'delivery.sent': ['provider', 'send', 'attempt', 'duration_ms'],
  'delivery.retrying': ['provider', 'send', 'attempt', 'error', 'retry_in_ms'],
  'delivery.failed': ['provider', 'send', 'attempt', 'error', 'message'],
  'delivery.canceled': ['channel', 'send', 'reason'],
  'delivery.reclaimed': ['channel', 'provider', 'send', 'attempt'],
  'factor.created': ['factor', 'type'],
  'factor.confirmed': ['factor', 'type'],
  'factor.deleted': ['factor', 'type'],
  'recovery_codes.created': ['factor', 'type', 'codes'],
}

/** A JSON list of the known fields' values, or the object itself where one of them is absent. */
export function packDetails(type: EventType, details: EventDetails): string {
  const known = FIELDS[type]
  if (!known?.every((name) => name in details)) return JSON.stringify(details)
  const rest = Object.entries(details).filter(([name]) => !known.includes(name))
  const values = known.map((name) => details[name])
  return JSON.stringify(rest.length === 0 ? values : [...values, Object.fromEntries(rest)])
}

/** Fewer values than names (written before the list grew): the others are absent. */
export function unpackDetails(type: EventType, packed: string): EventDetails {
  const stored = JSON.parse(packed) as EventDetails | (EventDetails[string] | EventDetails)[]
  if (!Array.isArray(stored)) return stored
  const known = FIELDS[type] ?? []
  const details: EventDetails = {}
  for (const [index, value] of stored.entries()) {
    const name = known[index]
    if (value !== null && typeof value === 'object') Object.assign(details, value)
    else if (name !== undefined) details[name] = value
  }
  return details
}
