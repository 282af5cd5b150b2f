// An event of a verification in plain words.
// It must not drop an event that it does not know: then its type stands for it.

import type { EventDetails, EventRecord, EventType } from '../../events/types.ts'
import { ERRORS } from '../../kernel/errors.ts'
import { spanOf } from './words.ts'

export type EventWords = { text: string; state: '' | 'good' | 'warn' | 'bad' }

const word = (value: EventDetails[string] | undefined) => String(value ?? '?')
const messageOf = ({ send }: EventDetails) => `message ${word(send)}`
const isAgain = ({ attempt }: EventDetails) => Number(attempt) > 1

const CANCELED: Readonly<Record<string, string>> = {
  replaced: 'another message took its place',
  approved: 'the code was right already',
  canceled: 'the verification was canceled',
  max_attempts_reached: 'too many wrong codes were typed',
  expired: 'the verification expired',
}

const KINDS: Readonly<Record<string, string>> = {
  decoy: ', as a decoy: nothing is sent',
  test: ', for a test recipient: nothing is really sent',
}

function refused(details: EventDetails): string {
  const slug = word(details.error)
  const title = Object.hasOwn(ERRORS, slug) ? ERRORS[slug as keyof typeof ERRORS].title : slug
  const why = title.charAt(0).toLowerCase() + title.slice(1)
  const count = Number(details.count)
  return `A request was refused: ${why}${count > 1 ? `, ${count} times` : ''}`
}

const WORDS: Readonly<Partial<Record<EventType, (details: EventDetails) => EventWords>>> = {
  'verification.started': ({ channel, purpose, kind, authenticated, number_type: type }) => ({
    text: `Started, by ${word(channel)}${type === 'landline' ? ' to a landline' : ''}, for “${word(purpose)}”${authenticated === true ? ', by somebody who was signed in' : ''}${KINDS[word(kind)] ?? ''}`,
    state: '',
  }),
  'verification.continued': () => ({
    text: 'Started once more in the same session: it went on, nothing new was made',
    state: '',
  }),
  'verification.resent': (details) => ({
    text: `Asked to send again, by ${word(details.channel)}: ${messageOf(details)}`,
    state: '',
  }),
  'verification.approved': () => ({ text: 'Approved: the code was right', state: 'good' }),
  'verification.canceled': () => ({ text: 'Canceled', state: '' }),
  'verification.max_attempts_reached': () => ({
    text: 'Ended: too many wrong codes',
    state: 'bad',
  }),
  'verification.expired': () => ({ text: 'Expired: no right code in time', state: 'warn' }),
  'check.incorrect': ({ attempts_remaining: left }) => ({
    text: `A wrong code was typed; ${Number(left) === 1 ? '1 attempt' : `${word(left)} attempts`} left`,
    state: 'warn',
  }),
  'delivery.attempted': (details) => ({
    text: `Handed to ${word(details.provider)}: ${messageOf(details)}${isAgain(details) ? `, try ${word(details.attempt)}` : ''}`,
    state: '',
  }),
  'delivery.sent': (details) => ({
    text: `${word(details.provider)} took ${messageOf(details)}, in ${spanOf(Number(details.duration_ms))}`,
    state: '',
  }),
  'delivery.retrying': (details) => ({
    text: `${word(details.provider)} did not take ${messageOf(details)}; next try in ${spanOf(Number(details.retry_in_ms))}`,
    state: 'warn',
  }),
  'delivery.failed': (details) => ({ text: `Given up: ${messageOf(details)}`, state: 'bad' }),
  'delivery.canceled': (details) => ({
    text: `Not sent: ${messageOf(details)}, for ${CANCELED[word(details.reason)] ?? word(details.reason)}`,
    state: '',
  }),
  'delivery.reclaimed': (details) => ({
    text: `The node that sent ${messageOf(details)} went away; another goes on, and it may arrive twice`,
    state: 'warn',
  }),
  'request.refused': (details) => ({ text: refused(details), state: 'warn' }),
  'recipient.shown': () => ({ text: 'The recipient was shown in clear', state: 'warn' }),
}

export function eventWords({ type, details }: Pick<EventRecord, 'type' | 'details'>): EventWords {
  return WORDS[type]?.(details) ?? { text: type, state: '' }
}
