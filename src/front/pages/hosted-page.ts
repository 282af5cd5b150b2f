// The page of one verification: who asks and for what, the code, what may be done instead, and how it ended.
// It must not show a caller's text but the purpose, nor anything that the view does not tell.

import { html } from 'hono/html'
import type { PersonView } from '../person-view.ts'
import { describeLeft, fill, type Html } from './fill.ts'
import { type Framed, framePage, type Look, logoOf } from './frame.ts'
import { type Notice, noticeText } from './notice.ts'
import { headingOf } from './purpose.ts'
import type { Words } from './words.ts'

export type Hosted = {
  view: PersonView
  /** Its token may act. */
  mayAct: boolean
  words: Words
  look: Look
  /** Of the page itself. */
  path: string
  script: string
  notice: Notice | null
  /** Of its forms: the same one sent twice has one effect. */
  formId: string
  /** Where the person goes back to; null: nowhere is known. */
  back: string | null
}

/** In every language the same. */
const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
}

const countdown = (seconds: number, ends = ''): Html =>
  html`<bdi data-left="${Math.max(0, seconds)}"${ends === '' ? '' : html` data-ends`}>${describeLeft(seconds)}</bdi>`

function channelName({ words: { texts } }: Hosted, channel: string): string {
  if (channel === 'email') return texts.email
  return channel === 'voice' ? texts.voice : (CHANNEL_NAMES[channel] ?? channel)
}

function messagePart(page: Hosted): Html | '' {
  const { view, words } = page
  const { texts } = words
  if (view.channel === 'totp') return html`<p>${texts.app}</p>`
  if (view.channel === 'recovery_code') return html`<p>${texts.recovery}</p>`
  if (view.message === null || view.recipient === null) return ''
  const to = html`<bdi dir="ltr">${view.recipient}</bdi> (<bdi>${channelName(page, view.channel)}</bdi>)`
  return html`<p>${fill(texts[view.message.state], { to })}</p>`
}

/** What the page says of itself to its script (browser/page.js). */
const stateOf = ({ status, channel, message, attemptsRemaining, actions }: PersonView) =>
  [status, channel, message?.state, attemptsRemaining, ...actions].join(' ')

function codeForm(page: Hosted): Html {
  const { view, words, path, formId, notice } = page
  const { texts } = words
  const isWords = view.channel === 'recovery_code'
  const isFault = notice?.kind === 'wrong' || notice?.kind === 'shape'
  const invalid = isFault ? html` aria-invalid="true"` : ''
  const kind = isWords
    ? html` class="words" autocomplete="off" autocapitalize="characters"`
    : html` inputmode="numeric" autocomplete="one-time-code" data-digits="${view.codeLength ?? 6}"`
  return html`<form class="code" method="post" action="${path}"><input type="hidden" name="form" value="${formId}"><input type="hidden" name="do" value="check">
<label for="code">${texts.code}</label>
<input id="code" name="code" type="text" dir="ltr" spellcheck="false"${kind} aria-describedby="notice facts"${invalid} required autofocus>
<button class="go">${texts.go}</button></form>`
}

function factsPart({ view, words: { texts } }: Hosted): Html {
  const left = fill(texts.left, { count: String(view.attemptsRemaining) })
  const time = fill(texts.time, { time: countdown(view.expiresInSeconds, 'ends') })
  return html`<span>${left}</span><span>${time}</span>`
}

function wayForm(
  page: Hosted,
  action: 'resend' | 'next',
  label: Html | string,
  wait: number,
): Html {
  const { path, formId, words } = page
  const hint =
    wait === 0
      ? ''
      : html`<span data-hint>${fill(words.texts.againIn, { time: countdown(wait) })}</span>`
  const waits = wait === 0 ? '' : html` data-wait="${wait}"`
  return html`<form method="post" action="${path}"${waits}><input type="hidden" name="form" value="${formId}"><button name="do" value="${action}">${label}</button>${hint}</form>`
}

/** Without a script the button is there before its time: pressed too early, it says how long to wait. */
function waysPart(page: Hosted): Html {
  const { view, words } = page
  const { texts } = words
  const wait = view.resendInSeconds
  const again = wait === null ? '' : wayForm(page, 'resend', texts.again, wait)
  const channel = view.nextStep && channelName(page, view.nextStep.channel)
  const isNext = channel !== null && view.actions.includes('next')
  const next = isNext ? wayForm(page, 'next', fill(texts.instead, { channel }), 0) : ''
  return html`${again}${next}`
}

function referencePart({ view, words: { texts } }: Hosted): Html {
  const reference = html`<bdi dir="ltr">${view.reference}</bdi>`
  return html`<p class="small">${fill(texts.reference, { reference })}</p>`
}

function openMain(page: Hosted, heading: Html): Html {
  const { view, words, look, notice, path, mayAct } = page
  const { texts } = words
  const isGood = notice?.kind === 'resent' ? ' good' : ''
  const said = notice
    ? html`<p class="notice${isGood}" role="alert">${noticeText(texts, notice, view.codeLength)}</p>`
    : ''
  const acts = mayAct
    ? html`${codeForm(page)}
<p id="facts" class="facts" data-part="facts">${factsPart(page)}</p>
<div data-part="ways">${waysPart(page)}</div>`
    : html`<p>${texts.elsewhere}</p>`
  return html`<main data-path="${path}" data-state="${stateOf(view)}">${logoOf(look)}<h1>${heading}</h1>
<div data-part="message" role="status">${messagePart(page)}</div>
<div id="notice" data-part="notice">${said}</div>
${acts}
<p class="small">${texts.warning}</p>
${referencePart(page)}</main>`
}

const ENDS = {
  approved: 'approved',
  canceled: 'canceled',
  expired: 'expired',
  max_attempts_reached: 'spent',
  // Nobody here knows how it ended.
  closed: 'close',
} as const

function endedMain(page: Hosted, heading: Html, status: keyof typeof ENDS): Html {
  const { view, words, look, path, back } = page
  const { texts } = words
  const isApproved = status === 'approved'
  const label = isApproved ? html`${texts.go}` : fill(texts.back, { brand: view.brand })
  const away = back === null ? '' : html`<p><a class="go" href="${back}">${label}</a></p>`
  const isToRestart = !isApproved && status !== 'closed'
  const advice = isToRestart ? texts.restart : isApproved && back === null ? texts.close : ''
  return html`<main data-path="${path}" data-state="${stateOf(view)}" data-over>${logoOf(look)}<h1>${heading}</h1>
<p class="notice${isApproved ? ' good' : ''}" role="status" tabindex="-1" data-ended>${texts[ENDS[status]]}</p>
${advice === '' ? '' : html`<p>${advice}</p>`}${away}
${referencePart(page)}</main>`
}

export function hostedPage(page: Hosted): Framed {
  const { view, words, look, script } = page
  const heading = headingOf(words.texts, view)
  const main =
    view.status === 'pending'
      ? openMain(page, heading.html)
      : endedMain(page, heading.html, view.status)
  return framePage({ words, look, title: heading.plain, main, script })
}
