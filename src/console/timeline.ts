// A verification's events in order, in plain words, with the time between them, who did each, and what an error means.
// It must not drop an event that it does not know, nor insert a stranger's text unescaped or able to reverse the line.

import { html } from 'hono/html'
import { adviseOn } from '../admin/advice/advice.ts'
import { isUnanswered } from '../admin/advice/any-provider.ts'
import { foldTries, type Tries } from '../admin/fold-tries.ts'
import type { SendTry, VerificationDetail } from '../admin/ports.ts'
import { FAULTS } from '../delivery/ports.ts'
import type { EventDetails, EventRecord, EventType } from '../events/types.ts'
import { ERRORS } from '../kernel/errors.ts'
import { statusAt, type VerificationStatus } from '../verification/state.ts'
import type { Html } from './shell.ts'
import { spanOf, timeOf } from './words.ts'

/** By name where the key still exists. */
export type KeyName = { name: string; kind: 'admin key' | 'login flow' | 'deleted key' }

export const TIMELINE_STYLE = `
.timeline { border-top: 2px solid var(--rule); background: var(--card); border-bottom: 1px solid var(--line); padding: var(--s2) 0 }
.timeline li { display: grid; grid-template-columns: 9.75rem 1.25rem minmax(0, 1fr); gap: 0 var(--s3); padding: 0 var(--s4) }
.timeline .when { display: grid; align-content: start; padding: var(--s2) 0; text-align: right } .timeline .gap { font-size: var(--t2); color: var(--soft) }
.timeline .mark { position: relative } .timeline .mark::before { content: ''; position: absolute; inset: 0 auto 0 50%; border-left: 1px solid var(--line) }
.timeline .mark::after { content: ''; position: absolute; left: calc(50% - .31rem); top: .95rem; width: .68rem; height: .68rem; border: 2px solid var(--soft); border-radius: 50%; background: var(--card) }
.timeline .good .mark::after { border-color: var(--good); background: var(--good) } .timeline .warn .mark::after { border-color: var(--warn); background: var(--warn-soft) } .timeline .bad .mark::after { border-color: var(--bad); background: var(--bad) }
.timeline li:first-child .mark::before { top: 1.2rem } .timeline li:last-child .mark::before { bottom: auto; height: 1.2rem }
.timeline .what { padding: var(--s2) 0; display: grid; gap: var(--s1); min-width: 0; overflow-wrap: anywhere } .timeline .what strong { font-weight: 600 } .timeline .bad .what strong { color: var(--bad) } .timeline .good .what strong { color: var(--good) }
.timeline .by { font-size: var(--t2); color: var(--soft) }
.advice { border-left: 3px solid var(--line); padding: var(--s1) 0 var(--s1) var(--s3); display: grid; gap: var(--s1); max-width: 44rem } .warn .advice { border-color: var(--warn) } .bad .advice { border-color: var(--bad) }
.timeline .timeline { border: 0; padding: 0 } .timeline .timeline li { padding: 0 } .timeline summary { cursor: pointer; font-weight: 600 }
@media (max-width: 40rem) { .timeline li { grid-template-columns: 5.2rem .8rem minmax(0, 1fr); gap: 0 var(--s2); padding: 0 var(--s3) } }
`

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
}

const SKIPPED: Readonly<Record<string, string>> = {
  limited: 'a limit allowed no further message',
  max_sends_reached: 'the verification had all its messages',
  expired_before_sent: 'too little time was left',
  no_provider: 'no provider serves this channel',
  recipient_suppressed: 'the recipient is suppressed for this channel',
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

type EventWords = [text: string, state?: '' | 'good' | 'warn' | 'bad']

const WORDS: Readonly<Partial<Record<EventType, (details: EventDetails) => EventWords>>> = {
  'verification.started': ({
    channel,
    purpose,
    kind,
    authenticated,
    number_type: type,
    followed_by: next,
  }) => [
    `Started, by ${word(channel)}${type === 'landline' ? ' to a landline' : ''}, for “${word(purpose)}”${next === undefined ? '' : `, then by ${word(next).replaceAll(',', ', ')}`}${authenticated === true ? ', by somebody who was signed in' : ''}${KINDS[word(kind)] ?? ''}`,
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
  'verification.approved': () => ['Approved: the code was correct', 'good'],
  'verification.canceled': () => ['Canceled'],
  'verification.max_attempts_reached': () => ['Ended: too many wrong codes', 'bad'],
  'verification.expired': () => ['Expired: no correct code in time', 'warn'],
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
    `${word(provider)} reports: ${messageOf(details)} arrived, ${spanOf(Number(afterMs))} after it was handed over${double === true ? '. It is a double: another provider had delivered it' : ''}`,
    double === true ? 'warn' : 'good',
  ],
  'delivery.undelivered': ({ provider, next_provider: next, ...details }) => [
    `${word(provider)} reports: ${messageOf(details)} did not arrive${next === undefined ? '' : `; on to ${word(next)}`}`,
    next === undefined ? 'bad' : 'warn',
  ],
  'request.refused': (details) => [refused(details), 'warn'],
  'recipient.shown': () => ['The recipient was shown in plaintext', 'warn'],
}

/** Where prices are given: `; 2 parts, 0.0158 USD`. */
function costOf({ parts, price, currency }: EventDetails): string {
  if (parts === undefined) return ''
  const counted = Number(parts) === 1 ? '1 part' : `${word(parts)} parts`
  return `; ${counted}${price === undefined ? '' : `, ${word(price)} ${word(currency)}`}`
}

/** Another provider at once, the same or another one later. */
function nextOf({ next_provider: next, retry_in_ms: waitMs }: EventRecord['details']): string {
  const wait = Number(waitMs)
  if (next === undefined) return `next try in ${spanOf(wait)}`
  return wait > 0 ? `next try by ${word(next)} in ${spanOf(wait)}` : `on to ${word(next)}`
}

const MARK = html`<span class="mark" aria-hidden="true"></span>`

type Failure = { provider: string | null; code: string; message: string | null; fault: string }

const tryOf = (tries: readonly SendTry[], { details }: EventRecord) =>
  tries.find(({ send, tryNumber }) => send === details.send && tryNumber === details.attempt)

const textOr = (value: unknown) => (typeof value === 'string' ? value : null)

/** In plain words; '' where no provider said it. */
export function blame(code: string, fault: unknown): string {
  const known = FAULTS.find((one) => one === fault)
  return known === undefined || isUnanswered(code) ? '' : `The provider blames the ${known}.` // mutant: C53.page-blames
}

const FAILURES: readonly EventType[] = [
  'delivery.retrying',
  'delivery.failed',
  'delivery.undelivered',
]

/** The event has the code; the provider's text is in the try, or in the event where there was no try. */
function failureOf(event: EventRecord, tries: readonly SendTry[]): Failure | undefined {
  const { type, details } = event
  if (!FAILURES.includes(type)) return undefined
  const message = textOr(details.message) ?? tryOf(tries, event)?.errorMessage ?? null
  const code = String(details.error ?? '')
  return { provider: textOr(details.provider), code, message, fault: blame(code, details.fault) }
}

/**
 * @param about.isKnown its meaning is already further up
 * @param about.status of the verification: after a correct code there is nothing to do
 */
function failureHtml(
  failure: Failure,
  about: { isFinal: boolean; isKnown: boolean; status: VerificationStatus },
): Html {
  const { code, message, provider, fault } = failure
  const { isFinal, isKnown, status } = about
  const said = html`<p><code><bdi>${code}</bdi></code>${message === null ? '' : html` <bdi>${message}</bdi>`} ${fault}</p>` // mutant: C67.timeline-reason
  if (isKnown) return said
  const { meaning, action, meanwhile } = adviseOn(
    { provider, code },
    isFinal ? 'failed' : 'retrying',
  )
  const now = status === 'pending' ? `${meanwhile} ${action}`.trim() : action // mutant: C74.timeline-ended-code
  // The page's own buttons are above, with their advice.
  const todo =
    now === '' || status === 'approved' ? '' : html`<p><strong>What to do:</strong> ${now}</p>`
  return html`${said}<div class="advice"><p>${meaning}</p>${todo}</div>`
}

/** @param agents already shown: one browser does many things, and its name is long */
function whoOf(event: EventRecord, keys: ReadonlyMap<string, KeyName>, agents: Set<string>): Html {
  const { keyId, clientIp, userAgent } = event
  const key = keyId === null ? undefined : keys.get(keyId)
  const name =
    keyId === null
      ? 'the service itself'
      : html`<bdi>${key?.name ?? keyId}</bdi>${key ? `, ${key.kind}` : ''}`
  const from = clientIp === null ? '' : html` · from <span class="mono">${clientIp}</span>`
  const isNew = userAgent !== null && !agents.has(userAgent)
  if (isNew) agents.add(userAgent)
  const agent = isNew ? html` · <bdi>${userAgent}</bdi>` : ''
  return html`<p class="by"><span class="unseen">by </span>${name}${from}${agent}</p>`
}

type Shown = VerificationDetail & {
  keys: ReadonlyMap<string, KeyName>
  now: number
}

/** @param last the previous event, folded or not */
function whenOf(at: number, last: EventRecord | undefined): Html {
  const gap = last ? html`<span class="gap">+${spanOf(at - last.at)}</span>` : ''
  return html`<span class="when">${timeOf(at)}${gap}</span>`
}

/** Writes events one after another, and explains each failure once. */
function createWriter({ verification, tries, keys, now }: Shown) {
  const explained = new Set<string>()
  const agents = new Set<string>()
  const status = statusAt(verification, now)
  return (event: EventRecord, last: EventRecord | undefined): Html => {
    const [text, state = ''] = WORDS[event.type]?.(event.details) ?? [event.type]
    const failure = failureOf(event, tries)
    const { type, details } = event
    const isLost = type === 'delivery.undelivered' && details.next_provider === undefined
    const isFinal = type === 'delivery.failed' || isLost
    const isKnown = failure !== undefined && !isFinal && explained.has(failure.code)
    if (failure) explained.add(failure.code)
    const reference = event.type === 'delivery.sent' ? tryOf(tries, event)?.reference : null
    const id = reference
      ? html`<p class="by">id at the provider: <code><bdi>${reference}</bdi></code></p>`
      : ''
    return html`<li class="${state}" data-id="${event.sequence}">${whenOf(event.at, last)}${MARK}<div class="what"><p><strong>${text}</strong></p>${failure ? failureHtml(failure, { isFinal, isKnown, status }) : ''}${id}${whoOf(event, keys, agents)}</div></li>`
  }
}

type Writer = ReturnType<typeof createWriter>

function triesHtml({ count, events }: Tries, last: EventRecord | undefined, write: Writer): Html {
  const [first] = events
  const end = events.at(-1)
  if (!first || !end) return html``
  const items = events.map((event, index) => write(event, events[index - 1] ?? last))
  return html`<li class="warn" data-id="tries-${first.sequence}">${whenOf(first.at, last)}${MARK}<div class="what"><details><summary>${count} more tries with the same result, until ${timeOf(end.at)}</summary><ol class="timeline">${items}</ol></details></div></li>`
}

export function timeline(shown: Shown): Html {
  const { events } = shown
  const write = createWriter(shown)
  let last: EventRecord | undefined
  const items = foldTries(events).map((line) => {
    const before = last
    last = line.kind === 'tries' ? line.events.at(-1) : line.event
    return line.kind === 'tries' ? triesHtml(line, before, write) : write(line.event, before)
  })
  const cut =
    events[0]?.type === 'verification.started'
      ? ''
      : html`<p class="note">Earlier events are not shown: there are more than fit on a page.</p>`
  return html`${cut}<ol class="timeline">${items}</ol>`
}
