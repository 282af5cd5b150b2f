// The meaning of a refusal for the person who was refused, in plain words, and the remedy that support has.
// It must not name a limit's number: those are settings.

import { ERRORS, type ErrorSlug } from '../../kernel/errors.ts'
import { START_OVER } from './words.ts'

/** The meaning, and what to do. */
type Advice = readonly [string, string]

export type Refused = { error: string } & Record<
  'limit' | 'channel' | 'country' | 'numberType',
  string | null
>

const LIFT =
  'The limit ends automatically. If the requests really came from this person, an admin can lift the limit on their page while it is full; they can then request a code again.'
const WAIT_FOR_ADDRESS =
  'The limit ends automatically. Everybody behind the address (an office, a mobile carrier) shares it. If honest users often hit it, the operator checks that the login flow passes each user’s own address and not that of a proxy (client_ip, TRUSTED_PROXIES), or raises the limit.'
const ATTACK =
  'The limit ends automatically. Compare the refusals of everybody: many at once are probably an attack, and the limit is doing its work. Otherwise the operator raises it.'
const GUESSES: Advice = [
  'Their recent verifications already allow as many wrong codes as one person may have for now, so no new one is started.',
  'The limit ends automatically, and nobody can lift it: an attacker who persuaded support to would get more guesses. After a correct password the login flow can start with authenticated: true, which has guesses of its own.',
]

const LIMITS: Readonly<Record<string, Advice>> = {
  sends_per_number_burst: ['Too many messages to this person within minutes.', LIFT],
  sends_per_number_day: ['Too many messages to this person in a day.', LIFT],
  sends_per_ip_burst: [
    'Too many messages were requested from this IP address within minutes.',
    WAIT_FOR_ADDRESS,
  ],
  sends_per_ip_day: [
    'Too many messages were requested from this IP address in a day.',
    WAIT_FOR_ADDRESS,
  ],
  sends_per_prefix_hour: [
    'Too many messages to the block of 10,000 numbers that contains this one.',
    ATTACK,
  ],
  sends_per_country_hour: ['Too many messages to this country.', ATTACK],
  sends_per_service_hour: ['Too many messages from the whole service.', ATTACK],
  factor_starts_per_ip: [
    'Too many starts with an app or a recovery code from this IP address.',
    WAIT_FOR_ADDRESS,
  ],
  check_per_ip: ['Too many codes were entered from this IP address.', WAIT_FOR_ADDRESS],
  check_per_number: [
    'Too many codes were entered for this person.',
    'The limit ends automatically within minutes. Nobody can lift it, because it bounds guesses.',
  ],
  guesses_per_number_hour: GUESSES,
  guesses_per_number_day: GUESSES, // mutant: C73.guess-limit-kept
  sign_in_per_ip: [
    'Too many sign-ins to this console from one address.',
    'The limit ends automatically. If it was none of your admins, somebody is trying keys.',
  ],
  sign_in_all: [
    'Too many wrong keys at the sign-in to this console, from all addresses together.',
    'Somebody is trying keys. A correct key continues to work. The operator should make /admin reachable for admins only.',
  ],
}

/** By channel. */
const FACTOR_WORDS: Readonly<Record<string, string>> = {
  totp: 'active authenticator app',
  recovery_code: 'unused recovery code',
}

const ERROR_ADVICE: Readonly<Partial<Record<ErrorSlug, (refused: Refused) => Advice>>> = {
  country_not_allowed: ({ country }) => [
    `Numbers of ${country ?? 'this country'} get no messages: the service does not allow the country.`,
    'If such numbers are wanted, the operator adds the country to ALLOWED_COUNTRIES (or to the service in SERVICES_FILE). Otherwise ask for another number or an e-mail address.',
  ],
  number_type_not_allowed: ({ numberType, channel }) => [
    numberType === 'fixed_line' && channel === 'sms' // mutant: C50.landline-refusal-told
      ? 'The number is a landline, and the service sends no texts to landlines (LANDLINES).'
      : `Numbers of this type${numberType === null ? '' : ` (${numberType.replaceAll('_', ' ')})`} get no messages: they cost too much or do not belong to one person.`,
    'Ask for a mobile number or an e-mail address.',
  ],
  recipient_suppressed: () => [
    'This number or address gets no messages: the person opted out or complained, or it does not exist.',
    'Look it up in Suppressions for the reason. The person opts in again (START), corrects the number or address, or uses another one; an admin lifts what is no longer so.',
  ],
  recipient_blocked: () => [
    'An entry of the lists refuses this recipient: the number or address itself, its prefix, its country or its domain.',
    'Look the entry up in Lists for its reason. If it is wrong for this person, an admin makes an entry that allows them, or ends the one that refuses.',
  ],
  client_blocked: () => [
    'An entry of the lists refuses requests from this network.',
    'Look the entry up in Lists for its reason. Everybody behind the network is refused: an admin ends the entry if honest users are among them.',
  ],
  challenge_required: () => [
    'The lists ask for a solved challenge before this person is written to, and the request had none, or one that was not good for it.',
    'The login flow hands the challenge of the answer to its page and starts again with the solution. Somebody who is refused like this again and again has no such page: the developers of the login flow add it.',
  ],
  channel_not_available: ({ channel }) => [
    `No provider of the service sends by ${channel ?? 'this channel'}.`,
    'The operator configures a provider for it, or the login flow requests another channel.',
  ],
  invalid_request: () => [
    'The request of the login flow was not valid: a field is missing or wrong.',
    'The answer names the field and the fault for the developers of the login flow.',
  ],
  unauthenticated: () => [
    'The request had no API key, or one that is not valid.',
    'The operator checks the API key of the login flow. Many refusals from one address mean that somebody is trying keys.',
  ],
  factor_not_found: ({ channel }) => [
    `This user has no ${FACTOR_WORDS[channel ?? ''] ?? 'authenticator app or recovery code'}.`,
    'They sign in another way and then set up an app or new recovery codes.',
  ],
  verification_not_found: () => [
    'This service has no verification that matches the request.',
    START_OVER,
  ],
  verification_expired: () => ['The verification had expired.', START_OVER],
  verification_canceled: () => ['The verification was canceled.', START_OVER],
  max_attempts_reached: () => ['No attempts were left after too many wrong codes.', START_OVER],
  max_sends_reached: () => ['The verification has sent as many messages as it may.', START_OVER],
  resend_too_early: () => [
    'Another message was requested too soon after the last one.',
    'They wait for the message that is on its way.',
  ],
  resend_too_late: () => ['The code had too little time left for another message.', START_OVER],
  verification_mismatch: () => [
    'The code was entered for a different purpose, recipient or session.',
    `No attempt was charged. ${START_OVER} If this happens again, the login flow mixes up its sessions.`,
  ],
  overloaded: () => [
    'The service was busy: nothing was started or charged.',
    'The login flow tries again after the time in Retry-After. If this continues, see Health.',
  ],
}

function adviseOnError(error: string, refused: Refused): Advice {
  if (!Object.hasOwn(ERRORS, error)) return [error, START_OVER]
  const slug = error as ErrorSlug
  const reference =
    'The API reference under /docs explains this error to the developers of the login flow.'
  return ERROR_ADVICE[slug]?.(refused) ?? [`${ERRORS[slug].title}.`, reference]
}

export function adviseOnRefusal(refused: Refused): { meaning: string; action: string } {
  const { error, limit } = refused
  const limited = limit !== null && Object.hasOwn(LIMITS, limit) ? LIMITS[limit] : undefined
  const [meaning, action] = limited ?? adviseOnError(error, refused)
  return { meaning, action }
}
