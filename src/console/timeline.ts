// A verification's events in order, in plain words, with the time between them, who did each, and what an error means.
// It must not drop an event that it does not know, nor insert a stranger's text unescaped or able to reverse the line.

import { html } from 'hono/html'
import { adviseOn } from '../admin/advice/advice.ts'
import { isUnanswered } from '../admin/advice/any-provider.ts'
import { foldTries, type Tries } from '../admin/fold-tries.ts'
import type { SendTry, VerificationDetail } from '../admin/ports.ts'
import { FAULTS } from '../delivery/ports.ts'
import { type EventRecord, type EventType, textOr } from '../events/types.ts'
import { statusAt, type VerificationStatus } from '../verification/state.ts'
import { wordsOf } from './event-words.ts'
import type { Html } from './shell.ts'
import { spanOf, timeOf } from './words.ts'

/** By name where the key still exists. */
export type KeyName = {
  name: string
  kind: 'admin key' | 'login flow' | 'deleted key' | 'by OpenID Connect'
}

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

const MARK = html`<span class="mark" aria-hidden="true"></span>`

type Failure = { provider: string | null; code: string; message: string | null; fault: string }

const tryOf = (tries: readonly SendTry[], { details }: EventRecord) =>
  tries.find(({ send, tryNumber }) => send === details.send && tryNumber === details.attempt)

/** In plain words, behind what the provider said; '' where no provider said it. */
export function blame(code: string, fault: unknown): string {
  const known = FAULTS.find((one) => one === fault)
  return known === undefined || isUnanswered(code) ? '' : `· The provider blames the ${known}.` // mutant: C53.page-blames
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
    const [text, state = ''] = wordsOf(event)
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
