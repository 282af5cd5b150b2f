// The meaning of a provider's error and the remedy, by provider and code.
// It must not hide the provider's own words: pages show them with it.

import { adviseAtAny } from './any-provider.ts'
import { adviseOnReply } from './smtp.ts'
import { TWILIO } from './twilio.ts'
import { type Advice, passing, repeatable } from './words.ts'

export type Outcome = 'retrying' | 'failed'

/** A code that is not listed here: it is only known whether there will be another try. */
const UNKNOWN: Readonly<Record<Outcome, Advice>> = {
  retrying: passing('The provider did not accept the message this time.'),
  failed: repeatable(
    'The provider refused the message for good.',
    'Find the code in the provider’s own list.',
  ),
}

/** @param error.provider null: it was never handed to one */
export function adviseOn(
  { provider, code }: { provider: string | null; code: string },
  outcome: Outcome,
): Advice {
  // A number means something else at each provider; our own words mean the same everywhere.
  const ofTwilio = provider === 'twilio' && Object.hasOwn(TWILIO, code) ? TWILIO[code] : undefined
  return ofTwilio ?? adviseAtAny(code) ?? adviseOnReply(code) ?? UNKNOWN[outcome]
}
