// From a claimed delivery to the message that a provider sends: language, brand, code, and how long it is valid.
// It must not log or keep the message (I7: codes never leak), nor take a caller's text: purpose and metadata never reach one (C45).

import type { Channel } from '../../kernel/channel.ts'
import type { ClaimedDelivery } from '../outbox-ports.ts'
import type { Prepared } from '../plan.ts'
import type { MessageSettings, OutgoingMessage, SmsSize } from '../ports.ts'
import { composeCall } from './call.ts'
import { type Picked, pickTexts } from './languages.ts'
import { composeMail, oneLine } from './mail.ts'
import { composeSms } from './sms.ts'
import { TEXTS } from './texts.ts'
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

/** Of its mail; null: it has none. */
export type LinkUrlOf = (
  claim: Pick<ClaimedDelivery<Prepared>, 'verificationId' | 'service' | 'link'>,
) => string | null

/** Where its provider reports to of this try; null: nowhere. */
export type CallbackUrlOf = (claim: { provider: string; tryId: string }) => string | null

/** What comes back with a bounce of this try; null: nothing. */
export type ReturnTokenOf = CallbackUrlOf

/** @param deps.settingsOf undefined for a service this node does not know; `plan` gives such rows back */
export function createComposer(deps: {
  settingsOf: (service: string) => MessageSettings | undefined
  callbackUrlOf?: CallbackUrlOf | undefined
  returnTokenOf?: ReturnTokenOf | undefined
  /** Where the provider of a call fetches what it says. */
  callUrlOf?: CallbackUrlOf | undefined
  linkUrlOf?: LinkUrlOf | undefined
}): ComposeMessage {
  return (claim) => {
    const settings = deps.settingsOf(claim.service)
    if (!settings) throw new Error('a delivery of an unknown service was claimed')
    const link = deps.linkUrlOf?.(claim) ?? null
    const rendered = render({
      settings,
      channel: claim.channel,
      code: claim.prepared.code,
      locale: claim.locale,
      link,
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
      callbackUrl: deps.callbackUrlOf?.(claim) ?? null,
      returnToken: deps.returnTokenOf?.(claim) ?? null,
      link,
      callUrl: claim.channel === 'voice' ? (deps.callUrlOf?.(claim) ?? null) : null,
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
  /** Of a mail; absent or null: it has none. */
  link?: string | null
}
/** `subject` and `html` for mail only, `size` for SMS only. */
type Rendered = { subject: string | null; text: string; html: string | null; size: SmsSize | null }

type Values = Record<'code' | 'brand' | 'minutes' | 'validity' | 'short' | 'link', string>

export function render(input: RenderInput): Rendered {
  const { settings, channel, code, link = null } = input
  if (channel === 'voice') return renderCall(input)
  const picked = pickTexts(settings, channel, [input.locale])
  const validity = describeValidity(picked, input.seconds)
  const values: Values = {
    ...isolate(picked, code, oneLine(settings.brandName)),
    minutes: validity.minutes,
    validity: validity.long,
    short: validity.short,
    link: link ?? '',
  }
  const { originDomain, androidAppHash, subjectShowsCode } = settings
  const filled = (template: string) => fill(template, values)
  if (channel === 'email') {
    const mail = composeMail({ picked, fill: filled, code, link, originDomain, subjectShowsCode })
    return { ...mail, size: null }
  }
  const own = picked.override?.sms
  const templates: readonly string[] = own === undefined ? TEXTS[picked.language].sms : [own]
  const bodies = templates.map((template) => filled(template))
  // A messenger sends a text of its own.
  if (channel !== 'sms') return { subject: null, text: bodies[0] ?? '', html: null, size: null }
  const sms = composeSms({ bodies, code, originDomain, androidAppHash })
  return { ...sms, subject: null, html: null }
}

/** All that a call says, as long as a key is pressed. */
function renderCall({ settings, locale, code }: RenderInput): Rendered {
  const { prompt, reading } = composeCall(settings, locale)
  const text = [prompt, reading(code), reading(code)].join('\n')
  return { subject: null, text, html: null, size: null }
}

/** UAX #9: left-to-right isolate, first strong isolate, and the end of either. */
const [LRI, FSI, PDI] = ['\u2066', '\u2068', '\u2069']

/**
 * In a right-to-left text the code is a run of its own, and so is a name in another script, which would draw what
 * stands beside it into its own run. A mark at the beginning of a line would turn the line; isolates do not.
 */
function isolate({ direction }: Picked, code: string, brand: string) {
  if (direction === 'ltr') return { code, brand }
  const isForeign = /^[^\p{Script=Arabic}\p{Script=Hebrew}]+$/u.test(brand)
  return { code: `${LRI}${code}${PDI}`, brand: isForeign ? `${FSI}${brand}${PDI}` : brand } // mutants: C58.code-isolated C58.isolate-closed
}

/** In one pass: a brand called `{{code}}` stays a brand. */
function fill(template: string, values: Values): string {
  return template.replace(
    /\{\{\s*(code|brand|minutes|validity|short|link)\s*\}\}/g,
    (_, name: keyof Values) => values[name],
  )
}
