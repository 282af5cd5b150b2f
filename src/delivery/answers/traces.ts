// Where a text contains the recipient or the code, however they are written: spaced, grouped, national, in other digits,
// encoded. Reversed and enciphered texts are not searched for: there is no end to those.

import { domainToUnicode } from 'node:url'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { digitOf } from '../../kernel/typed-text.ts'
import type { OutgoingMessage } from '../ports.ts'

type Secrets = Pick<OutgoingMessage, 'code' | 'to'>
/** Positions in the text; `to` is exclusive. */
type Span = readonly [from: number, to: number]

/** Of a phone number: no national format leaves them out, and an id contains them by chance once in a million. */
const IDENTIFYING_DIGITS = 7
/** Of a country calling code (E.164 §6.2.1). */
const MAX_COUNTRY_DIGITS = 3
/** Between two digits of a code: `647-360`, `6 - 4 - 7`, but not single digits across a sentence. */
const MAX_CODE_GAP = 3 // mutant: C30.grouped-code-trace

type Digits = { text: string; from: number[]; to: number[] }

function digitsOf(text: string): Digits {
  const found: Digits = { text: '', from: [], to: [] }
  let at = 0
  for (const character of text) {
    const digit = digitOf(character)
    if (digit !== undefined) {
      found.text += digit
      found.from.push(at)
      found.to.push(at + character.length)
    }
    at += character.length
  }
  return found
}

/** @param text in NFKC, so that wide, circled and raised digits are digits */
export function tracesIn(text: string, secrets: Secrets): Span[] {
  const digits = digitsOf(text)
  return [
    ...codesIn(digits, secrets.code),
    ...(secrets.to.startsWith('+') ? numbersIn(digits, secrets.to) : addressesIn(text, secrets.to)),
  ]
}

/**
 * A code counts only without a digit next to it: a long id may contain a short one by chance, and a receipt finds no row
 * if its id is dropped.
 */
function codesIn({ text, from, to }: Digits, code: string): Span[] {
  const spans: Span[] = []
  for (let at = text.indexOf(code); at !== -1; at = text.indexOf(code, at + 1)) {
    const end = at + code.length
    const gapBefore = (index: number) =>
      (from[index] ?? Number.POSITIVE_INFINITY) - (to[index - 1] ?? -1)
    const isApart = gapBefore(at) > 0 && gapBefore(end) > 0
    const inner = Array.from({ length: code.length - 1 }, (_, i) => gapBefore(at + i + 1))
    if (isApart && inner.every((gap) => gap <= MAX_CODE_GAP))
      spans.push([from[at] ?? 0, to[end - 1] ?? 0])
  }
  return spans
}

function numbersIn(digits: Digits, number: string): Span[] {
  const { text, from, to } = digits
  const bare = number.replace(/\D/g, '')
  const tail = bare.slice(-IDENTIFYING_DIGITS) // mutant: C30.number-grouping-trace
  // Andorra, Greenland and others have numbers of six digits and fewer: as identifying as a code, and found in the same way.
  const isShort = bare.length - MAX_COUNTRY_DIGITS < IDENTIFYING_DIGITS
  const national = (isShort && parsePhoneNumberFromString(number)?.nationalNumber) || bare
  const spans = national.length < IDENTIFYING_DIGITS ? codesIn(digits, national) : [] // mutant: I7.short-number-trace
  for (let at = text.indexOf(tail); at !== -1; at = text.indexOf(tail, at + 1)) {
    let first = at
    let left = bare.length - tail.length
    while (left > 0 && first > 0 && text[first - 1] === bare[left - 1]) {
      first -= 1
      left -= 1
    }
    spans.push([from[first] ?? 0, to[at + tail.length - 1] ?? 0])
  }
  return spans
}

/** Character by character: the lower case of a whole text may be longer (İ), and its positions differ. */
function lower(text: string): string {
  return Array.from(text, (sign) => {
    const small = sign.toLowerCase()
    return small.length === sign.length ? small : sign
  }).join('')
}

/** As given, without quotes, and without its tag: a gateway may quote `ann+news@` as `ann@`. */
function namesOf(local: string): string[] {
  const bare = local.replace(/^"(.+)"$/s, '$1')
  return [...new Set([local, bare, bare.replace(/(?<=.)\+.*$/s, '')])] // mutant: I7.untagged-address-trace
}

/** The address in each of its spellings, and the name before its @ as a word of its own. */
function addressesIn(text: string, given: string): Span[] {
  const address = given.normalize('NFKC')
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  const names = namesOf(address.slice(0, at))
  const within = lower(text)
  const find = (part: string, isWord: boolean) => {
    const spans: Span[] = []
    const wanted = lower(part)
    if (wanted === '') return spans
    for (let from = within.indexOf(wanted); from !== -1; from = within.indexOf(wanted, from + 1)) {
      const end = from + wanted.length
      if (!isWord || !isLetter(within[from - 1], within[end])) spans.push([from, end])
    }
    return spans
  }
  const whole = names.flatMap((name) => [`${name}@${domain}`, `${name}@${domainToUnicode(domain)}`]) // mutant: I7.idn-domain-trace
  return [...whole.flatMap((one) => find(one, false)), ...names.flatMap((name) => find(name, true))]
}

function isLetter(...characters: (string | undefined)[]): boolean {
  return characters.some((one) => one !== undefined && /[\p{L}\p{N}]/u.test(one))
}

const ESCAPED_BYTE = /(?:%|=|\\x|\\u00|&#x0*)([0-9a-f]{2});?/gi
const DECIMAL_ENTITY = /&#0*(\d{2,7});/g
const LAST_CODE_POINT = 0x10ffff
/** Encoded twice, at the most. */
const ROUNDS = 2
/** The shortest code, four digits, has six characters in base64 and eight in hexadecimal. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{6,}/g
const HEX_RUN = /[0-9a-f]{8,}/gi

const DECODERS: readonly ((text: string) => string)[] = [
  (text) =>
    text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return run
      }
    }),
  (text) =>
    text.replace(ESCAPED_BYTE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  (text) =>
    text.replace(DECIMAL_ENTITY, (entity, point: string) =>
      Number(point) <= LAST_CODE_POINT ? String.fromCodePoint(Number(point)) : entity,
    ),
]

/** @returns `text` itself first, then each of its decodings that differs */
export function decodings(text: string): string[] {
  let plain = new Set([text])
  for (let round = 0; round < ROUNDS; round += 1)
    plain = new Set([
      ...plain,
      ...[...plain].flatMap((one) => DECODERS.map((decode) => decode(one))),
    ])
  const found = new Set(plain)
  for (const one of plain) {
    // Other characters may precede the quote within a run: with four offsets one is right.
    for (const [run] of one.matchAll(BASE64_RUN))
      for (let from = 0; from < 4; from += 1)
        addBytes(found, Buffer.from(run.slice(from), 'base64'))
    for (const [run] of one.matchAll(HEX_RUN))
      for (let from = 0; from < 2; from += 1) addBytes(found, Buffer.from(run.slice(from), 'hex'))
  }
  return [...found]
}

function addBytes(found: Set<string>, bytes: Buffer): void {
  if (bytes.length > 0) found.add(bytes.toString('utf8'))
}
