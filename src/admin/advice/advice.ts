// The meaning of a provider's error and the remedy, by provider and code.
// It must not hide the provider's own words: pages show them with it.

import { adviseAtAny } from './any-provider.ts'
import { AWS_SMS } from './aws-sms.ts'
import { INFOBIP } from './infobip.ts'
import { POSTMARK, RESEND, SENDGRID, SES } from './mail-apis.ts'
import { TELEGRAM, WHATSAPP_CLOUD } from './messengers.ts'
import { adviseOnReply } from './smtp.ts'
import { TWILIO } from './twilio.ts'
import { VONAGE } from './vonage.ts'
import { type Advice, passing, repeatable } from './words.ts'

export type Outcome = 'retrying' | 'failed'

/** By the provider's name: a number means something else at each. */
const BY_PROVIDER: ReadonlyMap<string, Readonly<Record<string, Advice>>> = new Map([
  ['twilio', TWILIO],
  ['vonage', VONAGE],
  ['infobip', INFOBIP],
  ['aws', AWS_SMS],
  ['ses', SES],
  ['sendgrid', SENDGRID],
  ['postmark', POSTMARK],
  ['resend', RESEND],
  ['whatsapp_cloud', WHATSAPP_CLOUD],
  ['telegram', TELEGRAM],
])

/** @param provider of several accounts, too: `twilio:eu` */
function adviseByProvider(provider: string | null, code: string): Advice | undefined {
  const own = BY_PROVIDER.get(provider?.split(':')[0] ?? '') // mutant: C66.advice-of-account
  return own && Object.hasOwn(own, code) ? own[code] : undefined
}

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
  // Our own words mean the same everywhere.
  const own = adviseByProvider(provider, code)
  return own ?? adviseAtAny(code) ?? adviseOnReply(code) ?? UNKNOWN[outcome]
}

const TRIED_AGAIN =
  'A message tries it again automatically. If it lasts, the operator checks the provider’s status page and the way to it.'

/** What to do about a provider that is left alone for a while. */
export function adviseOnRest(rest: { provider: string; code: string }): string {
  return adviseOn(rest, 'failed').action || TRIED_AGAIN
}
