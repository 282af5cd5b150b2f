// What an answer is worth that a provider gives about one of its messages; the providers read its body.
// It must not hand on a text of a provider's: some quote the recipient, and some the message.

import { type Json, readJson } from '../answers/coded-answer.ts'
import type { HttpAnswer } from '../ports.ts'
import type { Asked, Receipt } from './ports.ts'

export const NOTHING_NEW = { kind: 'unknown' } as const

/** Undefined: it is not an answer of this provider about this message. */
export type ReadAsked = (
  answer: Json,
  reference: string,
) => Receipt | typeof NOTHING_NEW | undefined

export function askedOf(
  { status, verdict, body }: HttpAnswer,
  reference: string,
  read: ReadAsked,
): Asked {
  if (status === 404) return NOTHING_NEW
  if (verdict.kind !== 'accepted') return { kind: 'failed', code: verdict.error.code }
  return read(readJson(body), reference) ?? { kind: 'failed', code: 'not_readable' }
}
