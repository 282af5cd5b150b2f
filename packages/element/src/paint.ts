// The state as text and attributes. It is called at each change and each second, and writes only what differs.
// Nothing that counts down may lie in a live region: screen readers would read every second aloud.

import type { Parts } from './parts.ts'
import { nowOf, type State, secondsToResend } from './state.ts'
import { clock, fill, type Texts } from './texts.ts'

type Look = { texts: Texts; lang: string; length: number }

const SECONDS_PER_MINUTE = 60
const ALIKE_EVERYWHERE: Readonly<Record<string, string>> = {
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
}
function write(node: HTMLElement | null, text: string): void {
  if (node && node.textContent !== text) node.textContent = text
}

function errorOf({ end, fault }: State, { texts, length }: Look): string {
  if (end === 'approved') return ''
  if (end) {
    const says = end === 'failed' ? 'spent' : end === 'unknown' ? 'expired' : end
    return `${texts[says]} ${texts.restart}`
  }
  if (!fault) return ''
  switch (fault.says) {
    case 'wrong':
      return `${texts.wrong} ${fill(texts, texts.left, { count: fault.left })}`
    case 'wait':
      return fill(texts, texts.wait, { time: clock(fault.seconds) })
    case 'shape':
      return fill(texts, texts.shape, { count: length })
    default:
      return texts[fault.says]
  }
}

function statusOf({ view, end, isLost, wasResent }: State, { texts, lang }: Look): string {
  if (end) return end === 'approved' ? texts.approved : ''
  if (isLost) return texts.offline
  if (wasResent) return texts.resent
  if (!view?.message) return view?.channel === 'totp' ? texts.app : ''
  const { message, recipient } = view
  // The service gives its reasons in English.
  if (message.reason && lang.startsWith('en')) return message.text
  return fill(texts, texts[message.state], { to: recipient ?? '' })
}

/** "4 sec. ago". */
function agoOf(state: State, { lang }: Look): string {
  const { message } = state.view ?? {}
  if (state.end || state.isLost || message?.state !== 'delivered' || !message.at) return ''
  const seconds = Math.max(0, Math.round((nowOf(state) - Date.parse(message.at)) / 1000))
  const format = new Intl.RelativeTimeFormat(lang, { style: 'short' })
  return seconds < SECONDS_PER_MINUTE
    ? format.format(-seconds, 'second')
    : format.format(-Math.floor(seconds / SECONDS_PER_MINUTE), 'minute')
}

/** Stays in the order of focus while it waits, so that nobody who pressed it is thrown back to the top of the page. */
function paintButton(button: HTMLButtonElement, text: string | null, isWaiting = false): void {
  button.hidden = text === null
  button.ariaDisabled = String(isWaiting)
  write(button, text ?? '')
}

function paintActions({ retry, resend, next }: Parts, state: State, { texts }: Look): void {
  const { view, end, retryAt } = state
  const resendIn = end ? null : secondsToResend(state)
  const retryIn = end || retryAt === null ? null : Math.max(0, (retryAt - nowOf(state)) / 1000)
  const later = (seconds: number, text: string) => {
    const wait = fill(texts, texts.againIn, { time: clock(seconds) })
    return seconds > 0 ? `${text} · ${wait}` : text
  }
  paintButton(retry, retryIn === null ? null : later(retryIn, texts.go), !!retryIn)
  paintButton(resend, resendIn === null ? null : later(resendIn, texts.again), !!resendIn)
  const step = !end && view?.actions.includes('next') ? view.nextStep : null
  const channel =
    step && (ALIKE_EVERYWHERE[step.channel] ?? texts[step.channel as 'email' | 'voice'])
  paintButton(next, channel ? fill(texts, texts.instead, { channel }) : null)
}

export function paint(parts: Parts, state: State, look: Look): void {
  const { root, label, input, error, status, more } = parts
  const { end, fault, isChecking } = state
  root.lang = look.lang
  root.dir = look.texts.dir ?? 'ltr'
  root.ariaBusy = String(isChecking)
  write(label, look.texts.code)
  write(error, errorOf(state, look))
  write(status, statusOf(state, look))
  write(more, agoOf(state, look))
  input.ariaInvalid = String(!end && (fault?.says === 'wrong' || fault?.says === 'shape'))
  input.readOnly = end !== null
  paintActions(parts, state, look)
}
