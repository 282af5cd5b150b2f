// Where a text holds the recipient or the code, however they are written: spaced, grouped, national, in other digits.
// It must not decode anything: decodings.ts does.

import { domainToUnicode } from 'node:url'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { digitOf } from '../kernel/typed-text.ts'
import type { OutgoingMessage } from './ports.ts'

export type Secrets = Pick<OutgoingMessage, 'code' | 'to'>
/** Of the text: from the first character to behind the last. */
export type Span = readonly [from: number, to: number]

/** Of a phone number: no national format leaves these out, and by chance they stand in an id once in a million. */
const TELLING_DIGITS = 7
/** Between two digits of a code: `647-360`, `6 - 4 - 7`, but not a digit here and there in a sentence. */
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
 * A code counts only where no digit stands beside it: a short one may lie by chance within a long id,
 * and an id that is dropped costs a receipt its match.
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
  const tail = bare.slice(-TELLING_DIGITS) // mutant: C30.number-grouping-trace
  const national = parsePhoneNumberFromString(number)?.nationalNumber ?? bare
  // Andorra, Greenland and others have numbers of six digits and fewer: as telling as a code, and found as one is.
  const spans = national.length < TELLING_DIGITS ? codesIn(digits, national) : [] // mutant: I7.short-number-trace
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

/** Sign by sign: the lower case of a whole text may be longer than itself (İ), and its places others. */
function lower(text: string): string {
  return Array.from(text, (sign) => {
    const small = sign.toLowerCase()
    return small.length === sign.length ? small : sign
  }).join('')
}

/** As given, without quotes, and without its tag: what a gateway says of `ann+news@` may be `ann@`. */
function namesOf(local: string): string[] {
  const bare = local.replace(/^"(.+)"$/s, '$1')
  return [...new Set([local, bare, bare.replace(/(?<=.)\+.*$/s, '')])] // mutant: I7.untagged-address-trace
}

/** The address in each of its spellings, and the name before its @ where it stands as a word. */
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
