// The id and the error of a provider's answer are kept with the try; some providers quote the message in them.
// The code (I7: codes never leak), the recipient and the text must not be kept with them.

import type { OutgoingMessage, ProviderError, SendResult } from '../ports.ts'
import { decodings, tracesIn } from './traces.ts'

type Message = Pick<OutgoingMessage, 'code' | 'to' | 'text' | 'subject'>

const QUOTED = 'the answer quoted the message'
/** An id is some forty characters; receipts name it whole. */
const MAX_REFERENCE_CHARACTERS = 128
/** A line of the console. */
const MAX_REASON_CHARACTERS = 120
/** Nothing beyond this is searched: 64 KiB of a hostile gateway would block the process for a third of a second. */
const MAX_SEARCHED_CHARACTERS = 1_000
/** So many letters and digits in common are neither chance nor a phrase that everybody uses. */
const SHARED_CHARACTERS = 20

/** Letters and digits alone, in lower case. */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

function quotesText(text: string, message: Message): boolean {
  const texts = [message.text, message.subject ?? ''].map(fold)
  return decodings(text).some((one) => texts.some((sent) => sharesRun(fold(one), sent)))
}

function quotesSecret(text: string, message: Message): boolean {
  const address = message.to.includes('@') ? fold(message.to) : null
  // mutant: C30.decoded-answer-check
  return decodings(text).some(
    (one) =>
      tracesIn(one.normalize('NFKC'), message).length > 0 ||
      (address !== null && fold(one).includes(address)),
  )
}

function quotes(text: string, message: Message): boolean {
  return quotesSecret(text, message) || quotesText(text, message)
}

function sharesRun(folded: string, sent: string): boolean {
  for (let at = 0; at + SHARED_CHARACTERS <= folded.length; at += 1)
    if (sent.includes(folded.slice(at, at + SHARED_CHARACTERS))) return true
  return false
}

/** The rest of a reason is worth reading where it contained only the recipient or the code. */
function mask(text: string, message: Message): string {
  const plain = text.normalize('NFKC')
  let masked = ''
  let done = 0
  for (const [from, to] of tracesIn(plain, message).sort(([a], [b]) => a - b)) {
    if (from >= done) masked += `${plain.slice(done, from)}…`
    done = Math.max(done, to)
  }
  return masked + plain.slice(done)
}

/** Without half of a surrogate pair at its end. */
function cut(text: string, max: number): string {
  return text.slice(0, max).replace(/[\ud800-\udbff]$/, '')
}

function bounded(text: string, max: number): string {
  return text.length <= max ? text : `${cut(text, max - 1)}…`
}

/**
 * No id has control characters or half of a surrogate pair, and PostgreSQL stores neither: a result that cannot be written
 * would keep its place in the lane until the message is sent again.
 */
const NOT_OF_AN_ID = /[\p{Cc}\p{Cs}]/u

/** Masked and checked before it is cut: half a number would not be found. */
function cleanReason(whole: string, message: Message): string {
  const reason = whole.slice(0, MAX_SEARCHED_CHARACTERS)
  if (quotesText(reason, message)) return QUOTED // mutant: C30.quoting-reason-dropped
  if (!quotesSecret(reason, message)) return bounded(reason, MAX_REASON_CHARACTERS) // mutants: C30.reason-one-line C30.masked-gateway-reason
  const masked = mask(reason, message)
  const isCutShown = reason !== whole && masked.length <= MAX_REASON_CHARACTERS
  return isCutShown || quotesSecret(masked, message)
    ? QUOTED
    : bounded(masked, MAX_REASON_CHARACTERS)
}

function clean({ code, message: reason }: ProviderError, message: Message): ProviderError {
  return quotes(code, message)
    ? { code: 'quoted', message: QUOTED }
    : { code, message: cleanReason(reason, message) }
}

/** The same result, bounded, without an id or an error that quotes the message. */
export function withoutQuotes(result: SendResult, message: Message): SendResult {
  if (result.kind !== 'accepted') return { ...result, error: clean(result.error, message) }
  const reference = result.reference?.trim() ?? ''
  const isKept =
    reference !== '' &&
    reference.length <= MAX_SEARCHED_CHARACTERS &&
    !NOT_OF_AN_ID.test(reference) && // mutant: C67.unstorable-id-dropped
    !quotes(reference, message) // mutant: I7.quoting-id-dropped
  return { kind: 'accepted', reference: isKept ? cut(reference, MAX_REFERENCE_CHARACTERS) : null }
}
