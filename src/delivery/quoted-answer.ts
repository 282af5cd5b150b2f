// What a provider answered is kept with its attempt: its id, its error. Some quote the message they were sent.
// It must not let the code (I7) or the recipient in clear into what is kept.

import type { OutgoingMessage, ProviderError, SendResult } from './ports.ts'

type Secrets = Pick<OutgoingMessage, 'code' | 'to'>

const QUOTED: ProviderError = { code: 'quoted', message: 'the answer quoted the message' }

/**
 * A code counts only where no digit stands beside it: a short one may lie by chance within a long id,
 * and an id that is dropped costs a receipt its match.
 */
function quotes(text: string, { code, to }: Secrets): boolean {
  const bare = to.replace(/^\+/, '')
  return text.includes(bare) || standsAlone(text, code)
}

/** By hand: an expression of its own for each code costs 70 µs to compile. */
function standsAlone(text: string, code: string): boolean {
  for (let at = text.indexOf(code); at !== -1; at = text.indexOf(code, at + 1))
    if (!isDigit(text[at - 1]) && !isDigit(text[at + code.length])) return true
  return false
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}

/** The same result, without an id or an error that holds what was sent. */
export function withoutQuotes(result: SendResult, message: Secrets): SendResult {
  if (result.kind === 'accepted') {
    const { reference } = result
    return reference !== null && quotes(reference, message)
      ? { kind: 'accepted', reference: null }
      : result
  }
  const { error } = result
  return quotes(`${error.code} ${error.message}`, message) ? { ...result, error: QUOTED } : result
}
