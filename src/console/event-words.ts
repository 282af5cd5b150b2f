// Each event in plain words, with how it bears on the outcome.
// It must not drop an event that it does not know: that one has its name.

import type { EventDetails, EventRecord, EventType } from '../events/types.ts'
import { ERRORS } from '../kernel/errors.ts'
import { GONE_AT_TWILIO, NO_ANSWER } from '../verification/wire-ports.ts'
import { spanOf } from './words.ts'

const word = (value: EventDetails[string] | undefined) => String(value ?? '?')
const messageOf = ({ send, step }: EventDetails) =>
  send === undefined
    ? `step ${word(step)} of the chain`
    : `message ${word(send)}${step === undefined ? '' : `, step ${word(step)} of the chain`}`

const CANCELED: Readonly<Record<string, string>> = {
  replaced: 'another message took its place',
  delivered: 'a message before it was delivered',
  approved: 'the verification was already approved',
  canceled: 'the verification was canceled',
  max_attempts_reached: 'too many wrong codes were entered',
  expired: 'the verification expired',
  closed: 'its outcome was reported',
}

const SKIPPED: Readonly<Record<string, string>> = {
  limited: 'a limit allowed no further message',
  max_sends_reached: 'the verification had all its messages',
  expired_before_sent: 'too little time was left',
  no_provider: 'no provider serves this channel',
  recipient_suppressed: 'the recipient is suppressed for this channel',
  recipient_blocked: 'an entry of the lists refuses the recipient or the network',
}

const KINDS: Readonly<Record<string, string>> = {
  decoy: ', as a decoy: nothing is sent',
  test: ', for a test recipient: nothing is really sent',
}

const CHECKED: Readonly<Record<string, string>> = {
  caller: ', with a code that the caller made and checks',
  twilio: ', with a code that Twilio makes and checks',
}

function refused(details: EventDetails): string {
  const slug = word(details.error)
  const title = Object.hasOwn(ERRORS, slug) ? ERRORS[slug as keyof typeof ERRORS].title : slug
  const why = title.charAt(0).toLowerCase() + title.slice(1)
  const count = Number(details.count)
  return `A request was refused: ${why}${count > 1 ? `, ${count} times` : ''}`
}

type EventWords = [text: string, state?: '' | 'good' | 'warn' | 'bad']

const WORDS: Readonly<Partial<Record<EventType, (details: EventDetails) => EventWords>>> = {
  'verification.started': ({
    channel,
    purpose,
    kind,
    authenticated,
    number_type: type,
    followed_by: next,
    checked_by: checker,
  }) => [
    `Started, by ${word(channel)}${type === 'landline' ? ' to a landline' : ''}, for “${word(purpose)}”${next === undefined ? '' : `, then by ${word(next).replaceAll(',', ', ')}`}${authenticated === true ? ', by somebody who was signed in' : ''}${KINDS[word(kind)] ?? ''}${CHECKED[word(checker)] ?? ''}`,
  ],
  'verification.continued': () => [
    'Started again in the same session: the verification continued, nothing new was created',
  ],
  'verification.resent': (details) => [
    `Requested again, by ${word(details.channel)}: ${messageOf(details)}`,
  ],
  'verification.advanced': ({ channel }) => [
    `The next step of the chain was requested at once, by ${word(channel)}`,
  ],
  'verification.delegated': ({ error }) =>
    error === undefined
      ? ['Twilio took it, and sends the code']
      : error === NO_ANSWER
        ? ['Twilio did not answer: the code may be on its way', 'warn']
        : [`Twilio did not send the code again (${word(error)})`, 'warn'],
  'verification.approved': ({ by }) => [
    by === 'link' ? 'Approved by the link of the mail' : 'Approved: the code was correct',
    'good',
  ],
  'verification.canceled': ({ error }) =>
    error === undefined
      ? ['Canceled']
      : error === GONE_AT_TWILIO
        ? ['Canceled: Twilio no longer had it when a code was checked', 'warn']
        : [`Canceled: Twilio did not take it (${word(error)})`, 'bad'],
  'verification.max_attempts_reached': () => ['Ended: too many wrong codes', 'bad'],
  'verification.expired': ({ checked_by: checker }) =>
    checker === undefined
      ? ['Expired: no correct code in time', 'warn']
      : ['Expired: whoever checks the code reported nothing in time'],
  'verification.closed': ({ outcome }) => [
    outcome === 'approved'
      ? 'Closed: the caller reported that the code was correct'
      : 'Closed: the caller reported that it failed',
    outcome === 'approved' ? 'good' : 'warn',
  ],
  'approval.exchanged': () => [
    'The login flow exchanged the one-use code of the page for the approval',
    'good',
  ],
  'approval.consumed': () => ['The signed approval was consumed: it cannot be used again', 'good'],
  'check.incorrect': ({ attempts_remaining: left }) => [
    `A wrong code was entered; ${Number(left) === 1 ? '1 attempt' : `${word(left)} attempts`} left`,
    'warn',
  ],
  'delivery.attempted': (details) => [
    `Handed to ${word(details.provider)}: ${messageOf(details)}${Number(details.attempt) > 1 ? `, try ${word(details.attempt)}` : ''}`,
  ],
  'delivery.sent': (details) => [
    `${word(details.provider)} accepted ${messageOf(details)}, in ${spanOf(Number(details.duration_ms))}${costOf(details)}`,
  ],
  'delivery.retrying': (details) => [
    `${word(details.provider)} did not accept ${messageOf(details)}; ${nextOf(details)}${costOf(details)}`,
    'warn',
  ],
  'delivery.failed': (details) => [`Given up: ${messageOf(details)}${costOf(details)}`, 'bad'],
  'delivery.canceled': (details) => [
    `Not sent: ${messageOf(details)}, because ${CANCELED[word(details.reason)] ?? word(details.reason)}`,
  ],
  'delivery.skipped': (details) => [
    `Left out: ${messageOf(details)}, by ${word(details.channel)}, because ${SKIPPED[word(details.error)] ?? word(details.error)}`,
    'warn',
  ],
  'delivery.reclaimed': (details) => [
    `The node that was sending ${messageOf(details)} disappeared; another continues, and it may arrive twice`,
    'warn',
  ],
  'delivery.delivered': ({ provider, after_ms: afterMs, double, ...details }) => [
    `${word(provider)} reports: ${messageOf(details)} arrived, ${spanOf(Number(afterMs))} after it was handed over${double === true ? '. It is a double: another provider had delivered it' : ''}${chargeOf(details)}`,
    double === true ? 'warn' : 'good',
  ],
  'delivery.undelivered': ({ provider, next_provider: next, ...details }) => [
    `${word(provider)} reports: ${messageOf(details)} did not arrive${next === undefined ? '' : `; on to ${word(next)}`}${chargeOf(details)}`,
    next === undefined ? 'bad' : 'warn',
  ],
  'request.refused': (details) => [refused(details), 'warn'],
  'recipient.shown': () => ['The recipient was shown in plaintext', 'warn'],
  'recipient.exported': () => ['Everything about a person was exported', 'warn'],
  'recipient.erased': () => ['Everything about a person was erased', 'bad'],
  'recipient.unsuppressed': ({ channel, lift_reason: why }) => [
    `A suppression for ${word(channel)} was lifted: ${word(why)}`,
  ],
  'list.entry_made': (details) => [
    `An entry of the lists was made: ${entryOf(details)}: ${word(details.reason)}`,
    details.effect === 'allow' ? '' : 'warn',
  ],
  'list.entry_ended': (details) => [
    `An entry of the lists was ended: ${entryOf(details)}: ${word(details.end_reason)}`,
  ],
  'limit.lifted': () => ['The limits on messages to a person were lifted'],
  'admin.signed_in': ({ by, name, role }) => [
    by === 'oidc' ? `Signed in, as ${word(name)} (${word(role)})` : 'Signed in, with a key',
  ],
  'admin.signed_out': () => ['Signed out'],
  'admin.session_ended': ({ name }) => [`Signed ${word(name)} out`, 'warn'],
  'key.created': ({ name, scopes }) => [`A key was created: ${word(name)} (${word(scopes)})`],
  'key.revoked': ({ name }) => [`A key was revoked: ${word(name)}`, 'warn'],
  'export.started': ({ list, format, recipients }) => [
    `An export of ${word(list)} began, as ${word(format)}, with recipients ${recipients === 'plaintext' ? 'in plaintext' : 'masked'}`,
    recipients === 'plaintext' ? 'warn' : '',
  ],
  'export.ended': ({ rows, complete }) => [
    `The export ended ${complete === true ? 'whole' : 'early'}, after ${word(rows)} rows`,
  ],
  'webhook.switched_on': () => ['A webhook’s URL was switched on'],
  'webhook.replayed': () => ['Messages to a webhook were replayed'],
}

const EFFECTS: Readonly<Record<string, string>> = {
  allow: 'let through',
  challenge: 'challenge',
  refuse: 'block',
}

/** `block prefix 22507`; of a person without the number. */
const entryOf = ({ effect, by, value }: EventDetails): string =>
  `${EFFECTS[word(effect)] ?? word(effect)} ${word(by)}${value === undefined ? '' : ` ${word(value)}`}`

/** Where prices are given: `; 2 parts, 0.0158 USD`. */
function costOf({ parts, price, currency }: EventDetails): string {
  if (parts === undefined) return ''
  const counted = Number(parts) === 1 ? '1 part' : `${word(parts)} parts`
  return `; ${counted}${price === undefined ? '' : `, ${word(price)} ${word(currency)}`}`
}

/** By the provider's receipt. */
const chargeOf = ({ price, currency }: EventDetails): string =>
  price === undefined ? '' : `; charged ${word(price)} ${word(currency)}`

/** Another provider at once, the same or another one later. */
function nextOf({ next_provider: next, retry_in_ms: waitMs }: EventRecord['details']): string {
  const wait = Number(waitMs)
  if (next === undefined) return `next try in ${spanOf(wait)}`
  return wait > 0 ? `next try by ${word(next)} in ${spanOf(wait)}` : `on to ${word(next)}`
}

export const wordsOf = ({ type, details }: EventRecord): EventWords =>
  WORDS[type]?.(details) ?? [type]
