// What a provider's error means, in plain words, and what to do: by provider and code.
// It must not hide the provider's own words: pages show them beside it.

import { adviseOnStatus } from './http.ts'
import { OWN } from './own.ts'
import { adviseOnReply } from './smtp.ts'
import { TWILIO } from './twilio.ts'
import { type Advice, passing, repeatable } from './words.ts'

export type Outcome = 'retrying' | 'failed'

/** A number means another thing at each provider; our own words mean the same everywhere. */
const BY_PROVIDER: ReadonlyMap<string, Readonly<Record<string, Advice>>> = new Map([
  ['twilio', TWILIO],
])

/** A code that nobody has written down here: only whether it is over can be said. */
const UNKNOWN: Readonly<Record<Outcome, Advice>> = {
  retrying: passing('The provider did not take the message this time.'),
  failed: repeatable(
    'The provider refused the message for good.',
    'Look the code up in the provider’s own list.',
  ),
}

const within = (table: Readonly<Record<string, Advice>> | undefined, code: string) =>
  table && Object.hasOwn(table, code) ? table[code] : undefined

/** @param error.provider null: it was never handed to one */
export function adviseOn(
  error: { provider: string | null; code: string },
  outcome: Outcome,
): Advice {
  const { provider, code } = error
  return (
    within(BY_PROVIDER.get(provider ?? ''), code) ??
    within(OWN, code) ??
    adviseOnReply(code) ??
    adviseOnStatus(code) ??
    UNKNOWN[outcome]
  )
}
