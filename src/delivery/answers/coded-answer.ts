// What a provider's own code for a refusal means, where its answer has one; its status says the rest.
// It must not hand on a provider's sentence: some quote the recipient.

import type { Fault, HttpAnswer, ProviderError, Refusal } from '../ports.ts'

/** Whose fault it is, or that it may be taken later; and a sentence of ours, at most 120 characters. */
export type Codes = Readonly<Record<string, readonly [Fault | 'temporary', string]>>

export type Json = Readonly<Record<string, unknown>>

export function toObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

/** An empty object for anything else: a proxy's page, half a body, null. */
export function readJson(body: string): Json {
  try {
    return toObject(JSON.parse(body))
  } catch {
    return {}
  }
}

function meaningOf(codes: Codes, code: string): Codes[string] | undefined {
  return Object.hasOwn(codes, code) ? codes[code] : undefined
}

/** For `faultOf` of an entry. */
export function faultIn(codes: Codes, code: string): Fault | undefined {
  const meaning = meaningOf(codes, code)?.[0]
  return meaning === 'temporary' ? undefined : meaning
}

/** Of a receipt. */
export function errorIn(codes: Codes, code: string): ProviderError {
  return { code, message: meaningOf(codes, code)?.[1] ?? `the provider reported ${code}` }
}

/**
 * A status that leaves it open whether the message was taken keeps its word, whatever the code is.
 * @param answer not an acceptance; or one whose body says that it is none
 */
export function refuseByCode(codes: Codes, code: string, answer: HttpAnswer): Refusal {
  const { status, verdict } = answer
  const [meaning, message] = meaningOf(codes, code) ?? [undefined, `the provider answered ${code}`]
  const error = { code, message }
  if (meaning === 'temporary') {
    const retryAfterMs = verdict.kind === 'temporary' ? verdict.retryAfterMs : null
    return { kind: 'temporary', error, retryAfterMs }
  }
  if (verdict.kind === 'temporary' || verdict.kind === 'ambiguous') return { ...verdict, error }
  const fault = meaning ?? faultOfUnlisted(status) // mutant: C53.code-fault
  return { kind: 'permanent', fault, error }
}

/**
 * Of a code that is not listed a 401 or 402 alone is the account's: 403 and 404 also come for a number or a country, and
 * any stranger may have one.
 */
function faultOfUnlisted(status: number | null): Fault {
  return status === 401 || status === 402 ? 'account' : 'message' // mutant: C53.unlisted-403
}
