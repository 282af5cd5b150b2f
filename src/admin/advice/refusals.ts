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
  'If it was the person themselves: lift the limit on their page, and they ask for a code again. Otherwise wait for its end.'
const WAIT_FOR_ADDRESS =
  'Others behind the same address (an office, a mobile carrier) share it. Wait for its end; if honest users meet it often, raise the setting, or see TRUSTED_PROXIES: behind a proxy that is not named there everybody has one address.'
const ATTACK =
  'See Refusals without a filter: many at once are an attack, and the limit does its work. Otherwise raise the setting.'
const GUESSES: Advice = {
  meaning:
    'Their verifications allow as many wrong codes as one person may have for now, so no new one is started.',
  action:
    'It ends by itself, and nobody can lift it: whoever talks support into that would get more guesses. If the password was right, the login flow starts with authenticated: true, which has guesses of its own.',
}

const LIMITS: Readonly<Record<string, Advice>> = {
  sends_per_number_burst: {
    meaning: 'Too many messages to this person within minutes.',
    action: LIFT,
  },
  sends_per_number_day: { meaning: 'Too many messages to this person in a day.', action: LIFT },
  sends_per_ip_burst: {
    meaning: 'Too many messages were asked for from this IP address within minutes.',
    action: WAIT_FOR_ADDRESS,
  },
  sends_per_ip_day: {
    meaning: 'Too many messages were asked for from this IP address in a day.',
    action: WAIT_FOR_ADDRESS,
  },
  sends_per_prefix_hour: {
    meaning: 'Too many messages to the block of 10,000 numbers that this one is in.',
    action: ATTACK,
  },
  sends_per_country_hour: { meaning: 'Too many messages to this country.', action: ATTACK },
  sends_per_service_hour: { meaning: 'Too many messages of the whole service.', action: ATTACK },
  factor_starts_per_ip: {
    meaning: 'Too many starts with an app or a recovery code from this IP address.',
    action: WAIT_FOR_ADDRESS,
  },
  check_per_ip: {
    meaning: 'Too many codes were typed from this IP address.',
    action: WAIT_FOR_ADDRESS,
  },
  check_per_number: {
    meaning: 'Too many codes were typed for this person.',
    action: 'It ends by itself within minutes; nobody can lift it, for it bounds guesses.',
  },
  guesses_per_number_hour: GUESSES,
  guesses_per_number_day: GUESSES,
  sign_in_per_ip: {
    meaning: 'Too many sign-ins to this console from one address.',
    action: 'Wait for its end. If it was none of you, somebody tries keys.',
  },
  sign_in_all: {
    meaning: 'Too many wrong keys at the sign-in to this console, from all addresses together.',
    action: 'Somebody tries keys. A right key goes on to work; let nobody but you reach /admin.',
  },
}

const OPERATOR_ALLOWS = 'If such numbers are wanted, the operator adds the country to'
const NEW_START = 'Ask the user to start over in your login flow.'

const ERROR_ADVICE: Readonly<Partial<Record<ErrorSlug, (refused: Refused) => Advice>>> = {
  country_not_allowed: ({ country }) => ({
    meaning: `Numbers of ${country ?? 'this country'} get no messages: the country is not among those that the service allows.`,
    action: `${OPERATOR_ALLOWS} ALLOWED_COUNTRIES (or to the service in SERVICES). Otherwise ask for another number or an e-mail address.`,
  }),
  number_type_not_allowed: ({ numberType, channel }) => ({
    meaning:
      numberType === 'fixed_line' && channel === 'sms'
        ? 'It is a landline, and the service sends no texts to those (LANDLINES).'
        : `Numbers of this type${numberType === null ? '' : ` (${numberType.replaceAll('_', ' ')})`} get no messages: they cost too much, or reach no one person.`,
    action: 'Ask for a mobile number or an e-mail address.',
  }),
  recipient_suppressed: () => ({
    meaning: 'This person asked to get no messages from you.',
    action: 'They ask for messages again themselves, or use another number, an address or an app.',
  }),
  channel_not_available: ({ channel }) => ({
    meaning: `No provider of the service sends by ${channel ?? 'this channel'}.`,
    action:
      'The operator configures a provider for it, or the login flow asks for another channel.',
  }),
  invalid_request: () => ({
    meaning: 'The login flow asked for something that can not be: a field is missing or wrong.',
    action:
      'Its developers look at the answer that they got: it names each field, and what is wrong.',
  }),
  unauthenticated: () => ({
    meaning: 'A key was given that is not good.',
    action:
      'The operator looks at the key of the login flow. Many from one address are somebody who tries keys.',
  }),
  factor_not_found: () => ({
    meaning: 'This user has no authenticator app or recovery code that could be asked for.',
    action: 'They sign in by another way, and set up an app again. See their factors.',
  }),
  verification_not_found: () => ({
    meaning: 'There is no such verification, or not for this service.',
    action: NEW_START,
  }),
  verification_expired: () => ({ meaning: 'The verification had expired.', action: NEW_START }),
  verification_canceled: () => ({ meaning: 'The verification was canceled.', action: NEW_START }),
  max_attempts_reached: () => ({
    meaning: 'No attempt was left: too many wrong codes.',
    action: NEW_START,
  }),
  max_sends_reached: () => ({
    meaning: 'The verification has sent as many messages as it may.',
    action: NEW_START,
  }),
  resend_too_early: () => ({
    meaning: 'Another message was asked for before the pause was over.',
    action: 'The person waits a minute for the message that is on its way.',
  }),
  resend_too_late: () => ({
    meaning: 'Too little time was left for another message.',
    action: NEW_START,
  }),
  verification_mismatch: () => ({
    meaning: 'The code was typed for another purpose, recipient or session than it was made for.',
    action: `No attempt was charged. ${NEW_START} If it goes on, the login flow mixes up its sessions.`,
  }),
  overloaded: () => ({
    meaning: 'The service was busy: nothing was started or charged.',
    action: 'The login flow tries again by Retry-After. If it goes on, see Health.',
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
    action: 'The login flow’s developers find what to do under this error in /docs.',
  }
}
