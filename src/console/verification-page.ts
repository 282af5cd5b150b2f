// One verification: what became of it and why, what can be done, and every event in order.
// It must not show a recipient in plaintext, except to an admin who has just requested it.

import { html } from 'hono/html'
import { isUnanswered } from '../admin/advice/any-provider.ts'
import type { Diagnosis } from '../admin/diagnoses.ts'
import { nextTryAt } from '../admin/diagnosis.ts'
import type { Offers } from '../admin/offers.ts'
import type { VerificationDetail } from '../admin/ports.ts'
import { isFactorChannel } from '../kernel/channel.ts'
import { statusAt } from '../verification/state.ts'
import { livePart } from './live.ts'
import { type Html, postForm, type SignedInPage, shell, verificationPath } from './shell.ts'
import { blame, type KeyName, TIMELINE_STYLE, timeline } from './timeline.ts'
import { agoOf, messageStamp, outcomeStamp, spanOf, timeOf, ZONE } from './words.ts'

type Shown = {
  now: number
  detail: VerificationDetail
  diagnosis: Diagnosis
  /** Masked. */
  to: string
  /** In plaintext, in this one answer; null: not requested. */
  clear: string | null
  /** Null: the key of the row no longer exists. */
  personPath: string | null
  keys: ReadonlyMap<string, KeyName>
  offers: Offers
  notice: Html | ''
}

const STYLE = `
.verification { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s5); overflow-wrap: anywhere }
.above { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s5); align-items: center; justify-content: space-between; min-height: 2rem; margin-bottom: calc(-1 * var(--s4)) } .crumb { font-size: var(--t2) } .verification .head { align-items: center } .verification .head > :last-child { margin-left: 0 } .verification .head h1 { min-width: 0; display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: center; font-family: var(--mono); letter-spacing: 0 } .head h1 .stamp { font-size: var(--t2) }
.why { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--soft); padding: var(--s4); display: flex; flex-wrap: wrap; gap: var(--s4) var(--s5); justify-content: space-between; align-items: center }
.why.good { border-left-color: var(--good) } .why.warn { border-left-color: var(--warn) } .why.bad { border-left-color: var(--bad) }
.why > div:first-child { display: grid; gap: var(--s2); flex: 1 1 20rem; max-width: 48rem } .why h2 { font-size: var(--t5); display: block } .why h2::after { display: none }
.acts, .acts form { display: flex; flex-wrap: wrap; gap: var(--s2) } .acts select { width: auto }
.halves { display: grid; grid-template-columns: minmax(15rem, 20rem) minmax(0, 1fr); gap: var(--s5); align-items: start }
.slip { background: var(--card); border-top: 2px solid var(--rule); border-bottom: 1px solid var(--line) } .slip > div { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: var(--s3); padding: var(--s2) var(--s4); border-top: 1px solid var(--line) } .slip > div:first-child { border-top: 0 }
.slip dt { font-size: var(--t2); color: var(--soft); padding-top: .1em } .slip dd { overflow-wrap: anywhere } .slip .soft { font-size: var(--t2) }
.person { display: flex; flex-wrap: wrap; gap: var(--s2); align-items: center } .person button { min-height: 1.75rem; padding: var(--s1) var(--s3); font-size: var(--t2) } .clear { background: var(--warn-soft); padding: 0 var(--s1) }
@media (max-width: 62rem) { .halves { grid-template-columns: minmax(0, 1fr) } }
${TIMELINE_STYLE}`

function why({ diagnosis, detail, now }: Shown): Html {
  const { meaning, action } = diagnosis
  const at = nextTryAt(diagnosis, now)
  const { errorCode, errorMessage, provider } = detail.verification
  const blamed = errorCode === null ? '' : blame(errorCode, detail.tries.at(-1)?.fault)
  const next = at === null ? '' : html` Next try at ${timeOf(at)} ${ZONE}.`
  const todo = action === null && next === '' ? '' : html`<p>${action}${next}</p>`
  const answerer =
    provider === null || isUnanswered(errorCode ?? '')
      ? 'Error'
      : html`<bdi>${provider}</bdi> answered`
  const answer =
    errorCode === null
      ? ''
      : html`<p class="soft">${answerer}: <code><bdi>${errorCode}</bdi></code> <bdi>${errorMessage}</bdi> ${blamed}</p>` // mutant: C67.page-gateway-reason
  return html`<div><h2>${meaning}</h2>${todo}${answer}</div>`
}

/** The button that helps comes first, a useless one last. */
function actions(page: SignedInPage, { detail, diagnosis, offers }: Shown): Html | '' {
  const { id, channel } = detail.verification
  const { channels, canCancel } = offers
  const chosen = diagnosis.by ?? channel
  const choices = channels.map(
    (one) =>
      html`<option value="${one}"${one === chosen ? html` selected` : ''}>by ${one}</option>`,
  )
  const choice =
    channels.length > 1 ? html`<select name="channel" aria-label="Channel">${choices}</select>` : ''
  const main = diagnosis.resend === 'helps' ? html` class="main"` : ''
  const form = (action: string, fields: Html) =>
    postForm(page, `${verificationPath(id)}/${action}`, fields)
  const again =
    channels.length > 0 ? form('resend', html`${choice}<button${main}>Send again</button>`) : ''
  const cancel = canCancel ? form('cancel', html`<button>Cancel</button>`) : ''
  const all = diagnosis.resend === 'is useless' ? [cancel, again] : [again, cancel] // mutant: C74.helpful-button-first
  return again || cancel ? html`<div class="acts">${all}</div>` : ''
}

function recipient(page: SignedInPage, { detail, to, clear, personPath }: Shown): Html {
  const shown =
    clear === null
      ? html`<span class="mono">${to}</span>`
      : html`<strong class="mono clear"><bdi>${clear}</bdi></strong>`
  const may =
    page.session.access.scopes.has('admin:support') && clear === null && personPath !== null
  const button = html`<button aria-label="Show the recipient; the log records who saw it">Show</button>`
  const reveal = may
    ? postForm(page, `${verificationPath(detail.verification.id)}/reveal`, button)
    : ''
  const all = personPath === null ? '' : html`<a href="${personPath}">Everything about them</a>`
  return html`<div class="person">${shown}${reveal}</div>${all}`
}

/** Nothing for what is checked here, as most are. */
const CHECKERS = { here: null, caller: 'the caller', twilio: 'Twilio' } as const

const momentOf = (at: number, now: number) =>
  html`${timeOf(at)}<br><span class="soft">${at > now ? `in ${spanOf(at - now)}` : agoOf(at, now)}</span>`

function factsOf(page: SignedInPage, shown: Shown): [string, Html | string][] {
  const { now, detail } = shown
  const one = detail.verification
  const isFactor = isFactorChannel(one.channel)
  const facts: [string, Html | string | null][] = [
    [isFactor ? 'Subject' : 'Recipient', recipient(page, shown)],
    ['Country', one.country],
    ['Channel', one.channel],
    ['Provider', one.provider],
    ['Service', one.service],
    ['Purpose', one.purpose],
    ['Started', momentOf(one.createdAt, now)],
    [one.endedAt === null ? 'Expires' : 'Ended', momentOf(one.endedAt ?? one.expiresAt, now)],
    ['Checked by', CHECKERS[one.checkedBy ?? 'here']],
    ['Wrong codes', one.checkedBy !== 'caller' ? `${one.failed} of ${one.maxAttempts}` : null],
    ['Messages', isFactor ? 'none: the user has the code' : `${one.sends} of ${one.maxSends}`],
    ['Signed in', one.authenticated ? 'yes, before this' : null],
    ['Address', one.clientIp === null ? null : html`<span class="mono">${one.clientIp}</span>`],
    ['Id', html`<code>${one.id}</code>`],
  ]
  return facts.filter((fact): fact is [string, Html | string] => fact[1] !== null)
}

export function verificationPage(page: SignedInPage, shown: Shown): Html {
  const { detail, diagnosis, keys, notice, now } = shown
  const { verification } = detail
  const status = statusAt(verification, now)
  const message = isFactorChannel(verification.channel)
    ? ''
    : html`<span><span class="soft">message</span> ${messageStamp(verification.deliveryStatus)}</span>`
  const facts = factsOf(page, shown).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )
  // A refresh must not remove what was just shown in plaintext.
  const live = shown.clear === null ? livePart({ verification: verification.id }) : undefined
  const body = html`<div class="above"><p class="crumb"><a href="/admin/verifications">Verifications</a> / one verification</p>${live?.bar}</div>
${notice}
<div class="verification"${live && html` id="live" data-live`}>
<div class="head"><h1><bdi>${verification.reference}</bdi> ${outcomeStamp(status)}</h1>${message}</div>
<div class="why ${diagnosis.state}">${why(shown)}${actions(page, shown)}</div>
<div class="halves">
<section><h2>At a glance</h2><dl class="slip">${facts}</dl></section>
<section><h2>Timeline</h2>${timeline({ ...detail, keys, now })}</section>
</div>
</div>`
  const style = STYLE + (live?.style ?? '')
  const script = live?.script ?? ''
  return shell(page, {
    title: verification.reference,
    current: 'verifications',
    body,
    style,
    script,
  })
}
