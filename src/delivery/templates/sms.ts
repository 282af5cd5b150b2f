// An SMS: the longest of its texts that takes the fewest parts, and the lines by which browsers and apps read the code.
// It must not let the end of a part cut the code: some phones show the parts one by one.

import type { SmsSize } from '../ports.ts'
import { measureSms, splitSms } from './sms-size.ts'

export type SmsParts = {
  /** Longest first, filled in. */
  bodies: readonly string[]
  code: string
  originDomain: string | null
  androidAppHash: string | null
}
export type Sms = { text: string; size: SmsSize }

/** A line feed twice: the lines for programs stand apart from the text for people. */
const APART = '\n\n'

function linesFor({ code, originDomain, androidAppHash }: SmsParts): string {
  // Origin-bound one-time codes: the last line, exactly `@host #code` (WICG sms-one-time-codes §3).
  const bound = originDomain === null ? [] : [`@${originDomain} #${code}`]
  const hash = androidAppHash === null ? [] : [androidAppHash]
  const lines = [...hash, ...bound] // mutant: C58.bound-line-last
  return lines.length === 0 ? '' : APART + lines.join('\n')
}

/** Moves a code that the end of a part would cut into the next part, by blanks before its word or before the lines. */
function keepWhole(body: string, lines: string, code: string): string {
  let head = body
  const next = (from: number) => (head + lines).indexOf(code, from)
  for (let at = next(0); at >= 0; at = next(at + code.length)) {
    const { starts } = splitSms(head + lines)
    const cut = starts.find((start) => start > at && start < at + code.length)
    if (cut === undefined) continue
    const place = at < head.length ? head.slice(0, at).search(/\S*$/) : head.length
    head = head.slice(0, place) + ' '.repeat(cut - at) + head.slice(place)
    at = cut
  }
  return head + lines
}

export function composeSms(parts: SmsParts): Sms {
  const lines = linesFor(parts)
  // SMS Retriever's older readers look for the prefix, all of them for the hash.
  const prefix = parts.androidAppHash === null ? '' : '<#> '
  const texts = parts.bodies.map((body) => keepWhole(prefix + body, lines, parts.code)) // mutant: C58.code-not-split
  const all = texts.map((text) => ({ text, size: measureSms(text) }))
  const fewest = Math.min(...all.map(({ size }) => size.parts))
  const chosen = all.find(({ size }) => size.parts === fewest) // mutant: C58.fewest-parts
  if (!chosen) throw new Error('an SMS without a text')
  return chosen
}
