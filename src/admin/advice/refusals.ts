// What a refusal means for who was refused, in plain words, and what support does about it.
// It must not say a limit's number: those are settings.

import { ERRORS, type ErrorSlug } from '../../kernel/errors.ts'

type Advice = { meaning: string; action: string }

export type Refused = {
  error: string
  limit: string | null
  channel: string | null
  country: string | null
  numberType: string | null
}

const LIFT =
  'The limit ends automatically. If it was really this person who asked, an admin can lift the limit on their page while it is full; they can then ask for a code again.'
const WAIT_FOR_ADDRESS =
  'The limit ends automatically. Everybody behind the address (an office, a mobile carrier) shares it. If honest users often meet it, the operator checks that the login flow gives each user’s own address and not that of a proxy (client_ip, TRUSTED_PROXIES), or raises the limit.'
const ATTACK =
  'The limit ends automatically. Compare the refusals of everybody: many at once are probably an attack, and the limit does its work. Otherwise the operator raises it.'
const GUESSES: Advice = {
  meaning:
    'Their recent verifications already allow all the wrong codes that one person may have for now, so no new one is started.',
  action:
    'The limit ends automatically, and nobody can lift it: somebody who talks support into that would get more guesses. After a correct password the login flow can start with authenticated: true, which has guesses of its own.',
}

const LIMITS: Readonly<Record<string, Advice>> = {
  sends_per_number_burst: {
    meaning: 'Too many messages to this person within minutes.',
    action: LIFT,
  },
  sends_per_number_day: { meaning: 'Too many messages to this person in a day.', action: LIFT },
  sends_per_ip_burst: {
    meaning: 'Too many messages were requested from this IP address within minutes.',
    action: WAIT_FOR_ADDRESS,
  },
  sends_per_ip_day: {
    meaning: 'Too many messages were requested from this IP address in a day.',
    action: WAIT_FOR_ADDRESS,
  },
  sends_per_prefix_hour: {
    meaning: 'Too many messages to the block of 10,000 numbers that this one is in.',
    action: ATTACK,
  },
  sends_per_country_hour: { meaning: 'Too many messages to this country.', action: ATTACK },
  sends_per_service_hour: { meaning: 'Too many messages from the whole service.', action: ATTACK },
  factor_starts_per_ip: {
    meaning: 'Too many starts with an app or a recovery code from this IP address.',
    action: WAIT_FOR_ADDRESS,
  },
  check_per_ip: {
    meaning: 'Too many codes were entered from this IP address.',
    action: WAIT_FOR_ADDRESS,
  },
  check_per_number: {
    meaning: 'Too many codes were entered for this person.',
    action:
      'The limit ends automatically within minutes. Nobody can lift it, because it bounds guesses.',
  },
  guesses_per_number_hour: GUESSES,
  guesses_per_number_day: GUESSES, // mutant: C73.guess-limit-kept
  sign_in_per_ip: {
    meaning: 'Too many sign-ins to this console from one address.',
    action: 'The limit ends automatically. If it was none of your admins, somebody is trying keys.',
  },
  sign_in_all: {
    meaning: 'Too many wrong keys at the sign-in to this console, from all addresses together.',
    action:
      'Somebody is trying keys. A correct key continues to work. The operator should make /admin reachable for admins only.',
  },
}

const OPERATOR_ALLOWS = 'If such numbers are wanted, the operator adds the country to'
/** By channel. */
const FACTOR_WORDS: Readonly<Record<string, string>> = {
  totp: 'active authenticator app',
  recovery_code: 'unused recovery code',
}
const NEW_START = 'Ask the user to start over in your login flow.'

const ERROR_ADVICE: Readonly<Partial<Record<ErrorSlug, (refused: Refused) => Advice>>> = {
  country_not_allowed: ({ country }) => ({
    meaning: `Numbers of ${country ?? 'this country'} get no messages: the country is not among those that the service allows.`,
    action: `${OPERATOR_ALLOWS} ALLOWED_COUNTRIES (or to the service in SERVICES_FILE). Otherwise ask for another number or an e-mail address.`,
  }),
  number_type_not_allowed: ({ numberType, channel }) => ({
    meaning:
      numberType === 'fixed_line' && channel === 'sms' // mutant: C50.landline-refusal-told
        ? 'The number is a landline, and the service sends no texts to landlines (LANDLINES).'
        : `Numbers of this type${numberType === null ? '' : ` (${numberType.replaceAll('_', ' ')})`} get no messages: they cost too much or do not belong to one person.`,
    action: 'Ask for a mobile number or an e-mail address.',
  }),
  recipient_suppressed: () => ({
    meaning: 'This person asked not to get messages from you.',
    action:
      'They must allow messages again themselves, or use another number, an e-mail address or an app.',
  }),
  channel_not_available: ({ channel }) => ({
    meaning: `No provider of the service sends by ${channel ?? 'this channel'}.`,
    action:
      'The operator configures a provider for it, or the login flow asks for another channel.',
  }),
  invalid_request: () => ({
    meaning: 'The request of the login flow was not valid: a field is missing or wrong.',
    action: 'Its developers find in the answer which field it was and what is wrong with it.',
  }),
  unauthenticated: () => ({
    meaning: 'The request had no API key, or one that is not valid.',
    action:
      'The operator checks the API key of the login flow. Many refusals from one address mean that somebody is trying keys.',
  }),
  factor_not_found: ({ channel }) => ({
    meaning: `This user has no ${FACTOR_WORDS[channel ?? ''] ?? 'authenticator app or recovery code'} that could be asked for.`,
    action: 'They sign in another way and then set up an app or new recovery codes.',
  }),
  verification_not_found: () => ({
    meaning: 'This service has no verification that fits the request.',
    action: NEW_START,
  }),
  verification_expired: () => ({ meaning: 'The verification had expired.', action: NEW_START }),
  verification_canceled: () => ({ meaning: 'The verification was canceled.', action: NEW_START }),
  max_attempts_reached: () => ({
    meaning: 'No attempts were left after too many wrong codes.',
    action: NEW_START,
  }),
  max_sends_reached: () => ({
    meaning: 'The verification has sent as many messages as it may.',
    action: NEW_START,
  }),
  resend_too_early: () => ({
    meaning: 'Another message was requested before the pause was over.',
    action: 'The person waits for the message that is on its way.',
  }),
  resend_too_late: () => ({
    meaning: 'The code had too little time left for another message.',
    action: NEW_START,
  }),
  verification_mismatch: () => ({
    meaning: 'The code was entered for a different purpose, recipient or session.',
    action: `No attempt was charged. ${NEW_START} If this happens again, the login flow mixes up its sessions.`,
  }),
  overloaded: () => ({
    meaning: 'The service was busy: nothing was started or charged.',
    action:
      'The login flow tries again after the time in Retry-After. If this continues, see Health.',
  }),
}

export function adviseOnRefusal(refused: Refused): Advice {
  const { error, limit } = refused
  const limited = limit !== null && Object.hasOwn(LIMITS, limit) ? LIMITS[limit] : undefined
  if (limited) return limited
  if (!Object.hasOwn(ERRORS, error)) return { meaning: error, action: NEW_START }
  const slug = error as ErrorSlug
  const advice = ERROR_ADVICE[slug]
  if (advice) return advice(refused)
  return {
    meaning: `${ERRORS[slug].title}.`,
    action: 'The developers of the login flow find this error in /docs, with what to do.',
  }
}
