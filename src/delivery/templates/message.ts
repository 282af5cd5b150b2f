// From a claimed delivery to the message that a provider sends: language, brand, code, and the WebOTP line.
// It must not log or keep the message (I7: codes never leak), nor take a caller's text: purpose and metadata never reach one (C45).

import type { Channel } from '../../kernel/channel.ts'
import type { ClaimedDelivery } from '../outbox-ports.ts'
import type { Prepared } from '../plan.ts'
import type { MessageSettings, OutgoingMessage } from '../ports.ts'
import { layOutMail } from './html.ts'
import { type Picked, pickTexts } from './languages.ts'
import { type LanguageTexts, TEXTS } from './texts.ts'
import { describeValidity } from './validity.ts'

/**
 * A message that a gateway may already have taken is repeated word for word: some refuse another text under the same
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header §2.7), and those that compare texts take it for a second message.
 * After longer than this the remaining time matters more.
 */
const SAME_WORDS_MS = 120_000

/** The moment to which "valid for 10 minutes" refers. */
function wordedAt({ startedAt, wordedAt: before }: ClaimedDelivery<Prepared>): number {
  return before !== null && startedAt - before <= SAME_WORDS_MS ? before : startedAt // mutants: C67.same-wording C67.late-wording-fresh
}

export type ComposeMessage = (claim: ClaimedDelivery<Prepared>) => OutgoingMessage

/** @param deps.settingsOf undefined for a service this node does not know; `plan` gives such rows back */
export function createComposer(deps: {
  settingsOf: (service: string) => MessageSettings | undefined
}): ComposeMessage {
  return (claim) => {
    const settings = deps.settingsOf(claim.service)
    if (!settings) throw new Error('a delivery of an unknown service was claimed')
    const rendered = render({
      settings,
      channel: claim.channel,
      code: claim.prepared.code,
      locale: claim.locale,
      // Like `expires_in` of the answer: a message that goes out at once names the whole time.
      seconds: Math.max(1, Math.ceil((claim.expiresAt - wordedAt(claim)) / 1000)),
    })
    return {
      tryId: claim.tryId,
      deliveryId: claim.deliveryId,
      verificationId: claim.verificationId,
      service: claim.service,
      brandName: settings.brandName,
      channel: claim.channel,
      to: claim.prepared.to,
      code: claim.prepared.code,
      locale: claim.locale,
      expiresAt: claim.expiresAt,
      ...rendered,
    }
  }
}

type RenderInput = {
  settings: MessageSettings
  channel: Channel
  code: string
  /** BCP 47, as stored; anything that cannot be read falls back. */
  locale: string
  /** Until the expiry, at least 1. */
  seconds: number
}
/** `subject` and `html` for mail only. */
type Rendered = { subject: string | null; text: string; html: string | null }

type Values = { code: string; brand: string; minutes: string; validity: string; short: string }

export function render(input: RenderInput): Rendered {
  const { settings, channel } = input
  const picked = pickTexts(settings, channel, [input.locale])
  const validity = describeValidity(picked, input.seconds)
  const values: Values = {
    code: input.code,
    brand: oneLine(settings.brandName),
    minutes: validity.minutes,
    validity: validity.long,
    short: validity.short,
  }
  if (channel === 'email') return renderMail(picked, values)
  const host = channel === 'sms' ? settings.originDomain : null
  const own = picked.override?.sms
  const candidates = own === undefined ? TEXTS[picked.language].sms : [own]
  return { subject: null, text: fitSms(candidates, values, host), html: null }
}

/** The first candidate that fits into one segment, else the shortest. */
function fitSms(candidates: readonly string[], values: Values, host: string | null): string {
  // Origin-bound one-time codes: the last line, exactly `@host #code` (WICG sms-one-time-codes §3).
  const lastLine = host === null ? '' : `\n\n@${host} #${values.code}`
  let text = values.code
  for (const candidate of candidates) {
    text = fill(candidate, values) + lastLine
    if (measureSms(text).segments === 1) break
  }
  return text
}

function renderMail({ tag, direction, language, override }: Picked, plain: Values): Rendered {
  const texts: LanguageTexts = TEXTS[language]
  // In a right-to-left line a left-to-right name would draw the code beside it into its own run.
  const foreign =
    direction === 'rtl' && /^[^\p{Script=Arabic}\p{Script=Hebrew}]+$/u.test(plain.brand)
  const values = foreign ? { ...plain, brand: `\u2068${plain.brand}\u2069` } : plain
  const subject = oneLine(fill(override?.emailSubject ?? texts.subject, values))
  const common = { language: tag, direction, subject, code: plain.code }
  if (override?.emailText !== undefined) {
    const text = fill(override.emailText, values)
    const [intro = '', ...notes] = text.split(/\n\s*\n/)
    // The service's text contains the code in the place of its choice.
    return { subject, text, html: layOutMail({ ...common, code: null, intro, notes }) }
  }
  const intro = fill(texts.intro, values)
  const notes = [fill(texts.validity, values), fill(texts.warning, values)]
  return {
    subject,
    text: [intro, plain.code, ...notes].join('\n\n').concat('\n'),
    html: layOutMail({ ...common, intro, notes }),
  }
}

/** In one pass: a brand called `{{code}}` stays a brand. */
function fill(template: string, values: Values): string {
  return template.replace(
    /\{\{\s*(code|brand|minutes|validity|short)\s*\}\}/g,
    (_, name: keyof Values) => values[name],
  )
}

/** Control characters and line or paragraph separators would start a new header or line (C28). */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

/** 3GPP TS 23.038 §6.2.1, the default alphabet; each is one septet. */
const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** §6.2.1.1, the extension table: an escape and a septet. */
const GSM_EXTENDED = new Set('\f^{}\\[~]|€')

/** 140 octets: 160 septets or 70 UTF-16 units; a part of several loses 6 octets to the header. */
const ROOM = { gsm: { single: 160, part: 153 }, ucs2: { single: 70, part: 67 } } as const

export type SmsSize = { encoding: 'GSM-7' | 'UCS-2'; units: number; segments: number }

export function measureSms(text: string): SmsSize {
  let septets = 0
  for (const character of text) {
    if (GSM_BASIC.has(character)) septets += 1
    else if (GSM_EXTENDED.has(character)) septets += 2
    else return { encoding: 'UCS-2', units: text.length, segments: count(text.length, ROOM.ucs2) }
  }
  return { encoding: 'GSM-7', units: septets, segments: count(septets, ROOM.gsm) }
}

/** A surrogate pair moves to the next part whole, so a long text may take one part more than this. */
function count(units: number, room: { single: number; part: number }): number {
  return units <= room.single ? 1 : Math.ceil(units / room.part)
}
